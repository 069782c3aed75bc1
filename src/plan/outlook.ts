/** What an authority will be once the plan has been carried out: what those below it are compared with. */
import type { Entity, EntityId } from '../pki/entity.ts';
import type { Subject } from '../pki/subject.ts';
import { type CertificateFacts, type Fingerprint, fingerprintsOf, keyIdentifierOf } from '../x509/facts.ts';
import { anchored } from './anchored.ts';
import { type Change, crossingOf, isIssue, isWork, type KeptTrust, keptTrustOf, makesKey } from './change.ts';
import { listAfter } from './list-after.ts';
import type { AuthorityObservation, EntityObservation } from './observation.ts';
import type { Member } from './parts.ts';
import { earlierOf } from './previous.ts';
import { keyOutlookOf } from './routes.ts';
import { awaitedBy } from './waiting.ts';

/** An authority as its certificate will describe it; `null` for what is known only once that is made. */
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
  /** The one that stays; `null` where another is issued, or there is none. */
  readonly certificate: CertificateFacts | null;
  readonly notAfter: number;
  /** The authority whose key is awaited before this one can sign; `null`: it can, once the plan is carried out. */
  readonly awaits: EntityId | null;
  /** A root's `routes`, as they are. */
  readonly routeFacts: readonly CertificateFacts[];
}

/**
 * By the certificate on disk where the change leaves it, otherwise by the issuance.
 * @param now what has ended signs nothing.
 */
export function outlookOf(
  entity: Entity,
  seen: EntityObservation,
  change: Change,
  children: readonly AuthorityObservation[],
  now: number,
): Outlook {
  const observed = anchored(entity, seen);
  const issuance = isIssue(change) ? change.issuance : null;
  const own = {
    id: entity.id,
    subject: entity.subject,
    awaits: awaitedBy(entity, observed, change, now),
    ...rolloverAfter(observed, change, children),
    ...listAfter(
      entity,
      observed,
      isWork(change) ? change.list : undefined,
      isWork(change) ? change.formerLists : undefined,
    ),
  };
  if (issuance === null && observed.cert.state === 'present')
    return { ...own, ...asIssued(observed.cert.facts) };
  return {
    ...own,
    ...keyOutlookOf(entity, observed, issuance, makesKey(change)),
    issuerDer: null,
    certificate: null,
    serial: null,
    // Nothing is known of a refused authority; that must not shorten what is below it.
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
  children: readonly AuthorityObservation[],
): Pick<Outlook, keyof KeptTrust | 'previousChanges' | 'crossChanges' | 'routeFacts'> {
  const { roots, routes: routed, cross: crossed } = earlierOf(observed);
  const { previous, routes, route, cross } = keptTrustOf(change);
  const candidates = [...routed, ...children.flatMap(({ observed: { cert } }) => certificateIn(cert))];
  const isMade = crossingOf(change) !== null;
  const differs = (now: readonly CertificateFacts[], then: readonly Fingerprint[]): boolean =>
    change.action !== 'refuse' && fingerprintsOf(now).join() !== then.join();
  return {
    previous,
    previousChanges: differs(roots, previous),
    routes,
    route,
    routeFacts: routes.flatMap((one) => candidates.find(({ fingerprint }) => fingerprint === one) ?? []),
    cross: isMade ? [null, ...cross] : cross,
    crossChanges: isMade || differs(crossed, cross),
  };
}

function certificateIn(cert: EntityObservation['cert']): readonly CertificateFacts[] {
  return cert.state === 'present' ? [cert.facts] : [];
}
