/**
 * An intermediate that keeps its key while its root gets a new one can still be presented with the certificate that the
 * former root signed: peers that trust the old root accept it, as do those that trust both, and no chain gets longer.
 * Where the length of chains is limited (nginx, Apache, uwsgi), or an old root's path length is used up, a
 * cross-certificate would be one too many.
 */
import type { Entity, EntityId } from '../pki/entity.ts';
import { renewWindow } from '../pki/renewal.ts';
import {
  type CertificateFacts,
  type Fingerprint,
  isAuthority,
  type KeyId,
  keyIdentifierOf,
} from '../x509/facts.ts';
import { issuedName } from '../x509/name.ts';
import type { EarlierCertificate } from '../x509/rollover.ts';
import type { Issuance } from './change.ts';

import { diffCertificate } from './diff.ts';
import type { AuthorityObservation, EntityObservation } from './observation.ts';
import { lifetime } from './validity.ts';
import { AN_ISSUER, wantedCertificate } from './wanted.ts';

/**
 * Certificates that intermediates have from a root whose own is being replaced; what has not begun does not become one
 * with time.
 * @param rekeyed get another key.
 */
export function routesFrom(
  replaced: CertificateFacts,
  children: readonly AuthorityObservation[],
  rekeyed: ReadonlySet<EntityId>,
  now: number,
): readonly EarlierCertificate[] {
  return children.flatMap(({ id, observed: { cert, signedBy } }) => {
    if (cert.state !== 'present' || rekeyed.has(id)) return [];
    const isSigned = signedBy === replaced.keyId && cert.facts.issuerDer === replaced.subjectDer;
    return isSigned && isAuthority(cert.facts) && cert.facts.notBefore <= now
      ? [{ ...cert.facts, signedBy }]
      : [];
  });
}

/** How an intermediate will stand when this plan is carried out; `null` for what is known only once it is made. */
export interface KeyOutlook {
  readonly keyId: KeyId | null;
  readonly subjectDer: string;
  readonly subjectKeyId: string | null;
}

/** @param issuance of its next certificate, `null` where the current one stays. */
export function keyOutlookOf(
  entity: Entity,
  { cert, key }: EntityObservation,
  issuance: Issuance | null,
  newKey: boolean,
): KeyOutlook {
  if (issuance === null && cert.state === 'present') {
    const { keyId, subjectDer } = cert.facts;
    return { keyId, subjectDer, subjectKeyId: keyIdentifierOf(cert.facts) };
  }
  const facts = key.state === 'present' && !newKey ? key.facts : null;
  return {
    keyId: facts?.keyId ?? null,
    subjectDer: issuedName(entity, issuance?.name),
    subjectKeyId: issuance?.subjectKeyId ?? facts?.keyIdentifier ?? null,
  };
}

/** @param routes of the issuer. The oldest that still serves: the more roots lead to it, the more accept it. */
export function routeOf(
  entity: Entity,
  own: KeyOutlook,
  routes: readonly CertificateFacts[],
  now: number,
): Fingerprint | null {
  return routes.findLast((route) => serves(route, entity, own, now))?.fingerprint ?? null;
}

/** For the same key and name, as the manifest has it but for its issuer, and not so near its end as to be renewed. */
function serves(route: CertificateFacts, entity: Entity, own: KeyOutlook, now: number): boolean {
  const identifier = keyIdentifierOf(route);
  const isSame =
    route.keyId === own.keyId && route.subjectDer === own.subjectDer && own.subjectKeyId === identifier;
  const isInTime = route.notAfter - now > renewWindow(entity.renewBefore, lifetime(route));
  return (
    isSame &&
    isInTime &&
    diffCertificate(route, wantedCertificate(entity, AN_ISSUER, identifier)).length === 0
  );
}
