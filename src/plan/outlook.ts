/** Where an entity stands once the plan has been carried out: what those that hang from it are compared with. */
import type { Entity, EntityId } from '../pki/entity.ts';
import type { Subject } from '../pki/subject.ts';
import { type CertificateFacts, type Fingerprint, fingerprintsOf, type KeyId } from '../x509/facts.ts';
import { issuedName } from '../x509/name.ts';
import type { Change } from './change.ts';
import type { EntityObservation } from './observation.ts';
import { earlierOf } from './previous.ts';

/** What an entity contributes to a bundle. */
export interface BundleMember {
  readonly id: EntityId;
  /** `null`: a certificate that is not issued yet. */
  readonly fingerprint: Fingerprint | null;
  /** A root's earlier certificates that are still trusted: they go into trust bundles behind the present one. */
  readonly previous: readonly Fingerprint[];
  /** Whether this plan adds to those or takes from them. */
  readonly bundleChanges: boolean;
  /** A root's cross-certificates, which stand at the end of every chain below it; `null`: one that is not made yet. */
  readonly cross: readonly (Fingerprint | null)[];
  /** Whether this plan adds to those or takes from them. */
  readonly crossChanges: boolean;
}

/** An authority as its certificate will have it; `null` for what only the making can tell. */
export interface Outlook extends BundleMember {
  /** `null`: a key that is not made yet. */
  readonly keyId: KeyId | null;
  readonly subject: Subject;
  /** Hex DER of the subject that certificates below must name as their issuer. */
  readonly subjectDer: string;
  /** `null`: not known before the key is made. */
  readonly subjectKeyId: string | null;
  /** `null`: a certificate that is not issued yet. */
  readonly serial: string | null;
  readonly notAfter: number;
}

/** By the certificate on disk where the change leaves it, otherwise by the issuance. */
export function outlookOf(entity: Entity, observed: EntityObservation, change: Change): Outlook {
  const rollover = rolloverOf(observed, change);
  const key = observed.key.state === 'present' && !change.newKey ? observed.key.facts : null;
  if (change.issuance !== null || observed.cert.state !== 'present') {
    return {
      id: entity.id,
      keyId: key?.keyId ?? null,
      subject: entity.subject,
      subjectDer: issuedName(entity, change.issuance?.name),
      subjectKeyId: change.issuance?.subjectKeyId ?? key?.keyIdentifier ?? null,
      serial: null,
      // Of a refused authority nothing is known; what is below it is not to be cut short for that.
      notAfter: change.issuance?.notAfter ?? Number.MAX_SAFE_INTEGER,
      fingerprint: null,
      ...rollover,
    };
  }
  const facts = observed.cert.facts;
  return {
    id: entity.id,
    keyId: facts.keyId,
    subject: entity.subject,
    subjectDer: facts.subjectDer,
    subjectKeyId: facts.subjectKeyId,
    serial: facts.serial,
    notAfter: facts.notAfter,
    fingerprint: facts.fingerprint,
    ...rollover,
  };
}

function rolloverOf(
  observed: EntityObservation,
  { action, previous, cross, crossing }: Change,
): Pick<BundleMember, 'previous' | 'bundleChanges' | 'cross' | 'crossChanges'> {
  const { roots, cross: crossed } = earlierOf(observed);
  const differs = (now: readonly CertificateFacts[], then: readonly Fingerprint[]): boolean =>
    action !== 'refuse' && fingerprintsOf(now).join() !== then.join();
  return {
    previous,
    bundleChanges: differs(roots, previous),
    cross: crossing === null ? cross : [null, ...cross],
    crossChanges: crossing !== null || differs(crossed, cross),
  };
}
