/** What an authority will be once the plan has been carried out: what those below it are compared with. */
import type { Entity } from '../pki/entity.ts';
import type { Subject } from '../pki/subject.ts';
import { type CertificateFacts, type Fingerprint, fingerprintsOf, keyIdentifierOf } from '../x509/facts.ts';
import { issuedName } from '../x509/name.ts';
import { type Change, crossingOf, isIssue, keptTrustOf, makesKey } from './change.ts';
import type { EntityObservation } from './observation.ts';
import type { Member } from './parts.ts';
import { earlierOf } from './previous.ts';

/** An authority as its certificate will have it; `null` for what only the making can tell. */
export interface Outlook extends Member {
  readonly subject: Subject;
  /** Hex DER of the subject that certificates below must name as their issuer. */
  readonly subjectDer: string;
  /** The same of its own issuer; `null`: a certificate that is not issued yet. */
  readonly issuerDer: string | null;
  /** `null`: not known before the key is made. */
  readonly subjectKeyId: string | null;
  /** `null`: a certificate that is not issued yet. */
  readonly serial: string | null;
  /** The one that stays; `null` where it is issued anew, or there is none. */
  readonly certificate: CertificateFacts | null;
  readonly notAfter: number;
}

/** By the certificate on disk where the change leaves it, otherwise by the issuance. */
export function outlookOf(entity: Entity, observed: EntityObservation, change: Change): Outlook {
  const issuance = isIssue(change) ? change.issuance : null;
  const own = { id: entity.id, subject: entity.subject, ...rolloverAfter(observed, change) };
  if (issuance === null && observed.cert.state === 'present')
    return { ...own, ...asIssued(observed.cert.facts) };
  const key = observed.key.state === 'present' && !makesKey(change) ? observed.key.facts : null;
  return {
    ...own,
    keyId: key?.keyId ?? null,
    subjectDer: issuedName(entity, issuance?.name),
    subjectKeyId: issuance?.subjectKeyId ?? key?.keyIdentifier ?? null,
    issuerDer: null,
    certificate: null,
    serial: null,
    // Of a refused authority nothing is known; what is below it is not to be cut short for that.
    notAfter: issuance?.notAfter ?? Number.MAX_SAFE_INTEGER,
    fingerprint: null,
  };
}

function asIssued(facts: CertificateFacts) {
  const { keyId, subjectDer, issuerDer, serial, notAfter, fingerprint } = facts;
  return {
    keyId,
    subjectDer,
    issuerDer,
    subjectKeyId: keyIdentifierOf(facts),
    serial,
    notAfter,
    fingerprint,
    certificate: facts,
  };
}

function rolloverAfter(
  observed: EntityObservation,
  change: Change,
): Pick<Member, 'previous' | 'previousChanges' | 'cross' | 'crossChanges'> {
  const { roots, cross: crossed } = earlierOf(observed);
  const { previous, cross } = keptTrustOf(change);
  const isMade = crossingOf(change) !== null;
  const differs = (now: readonly CertificateFacts[], then: readonly Fingerprint[]): boolean =>
    change.action !== 'refuse' && fingerprintsOf(now).join() !== then.join();
  return {
    previous,
    previousChanges: differs(roots, previous),
    cross: isMade ? [null, ...cross] : cross,
    crossChanges: isMade || differs(crossed, cross),
  };
}
