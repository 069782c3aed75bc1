/**
 * Rollover of a root (RFC 4210 §4.4). Until every peer has the new bundle, certificates issued under the old root must be
 * accepted by peers with the new bundle, and certificates issued under the new root by peers with the old one. So the old
 * certificate stays beside the new one in trust bundles, and the old key signs a certificate for the new key, which goes
 * into chains; both until the old certificate ends or is retired.
 */
import type { Entity, EntityId } from '../pki/entity.ts';
import { subjectText } from '../pki/subject.ts';
import {
  type CertificateFacts,
  type Fingerprint,
  fingerprintsOf,
  isAuthority,
  type KeyId,
  keyIdentifierOf,
  pathLengthOf,
} from '../x509/facts.ts';
import { issuedName, nextName } from '../x509/name.ts';
import { type EarlierCertificate, hasIssued, type Rollover, rolloverOf } from '../x509/rollover.ts';
import type { Crossing, Issuance } from './change.ts';
import type { AuthorityObservation, EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';
import { routesFrom } from './routes.ts';

/** What a root keeps of what it had before, and whether the file that holds it is written or removed. */
export interface Previous {
  /** Earlier certificates of the root, newest first. */
  readonly keep: readonly Fingerprint[];
  /** Certificates that intermediates had from those, newest first. */
  readonly routes: readonly Fingerprint[];
  /** Cross-certificates that are there and stay, newest first. */
  readonly cross: readonly Fingerprint[];
  /** One that is to be made. */
  readonly crossing: Crossing | null;
  readonly reasons: readonly Reason[];
  readonly write: boolean;
  readonly remove: boolean;
}

interface Situation {
  readonly now: number;
  readonly retired: boolean;
  /** Certificates in the file of earlier ones that nothing explains: reasons of their own name those. */
  readonly strangers: readonly CertificateFacts[];
  /** Whether the certificate that is replaced may be anyone's, because the root never had its key. */
  readonly isForeign: boolean;
  /** The certificate that replaces the current one and is for another key or of another name, or `null`. */
  readonly successor: Issuance | null;
  readonly children: readonly AuthorityObservation[];
  /** Entities that get a new key on request. */
  readonly rekeyed: ReadonlySet<EntityId>;
  /** Those of which chains are to go on with the current certificate. */
  readonly unrouted: ReadonlySet<EntityId>;
}

/** The rollover of one entity; one that is not, or no longer, a root keeps nothing and loses its file. */
export function previousOf(entity: Entity, observed: EntityObservation, situation: Situation): Previous {
  const file = observed.previous;
  const known = earlierOf(observed);
  const all = file.state === 'present' ? file.facts : [];
  const isReplaced = situation.successor !== null && !situation.isForeign;
  const replaced = isReplaced ? replacedCertificate(observed, situation.now) : [];
  const roots = [...replaced, ...known.roots];
  // A certificate that is only now replaced is retired with the others where both were asked for: its key was stolen.
  const isGivenUp = situation.rekeyed.has(entity.id);
  const gone = roots.filter(
    (facts) =>
      facts.notAfter < situation.now || (situation.retired && (isGivenUp || !replaced.includes(facts))),
  );
  const kept = entity.issuer === null ? roots.filter((facts) => !gone.includes(facts)) : [];
  const current = situation.successor === null ? currentKey(observed) : null;
  const cross = known.cross.filter(
    (facts) => facts.notAfter >= situation.now && isVouchedFor(facts, kept) && leadsOn(facts, kept, current),
  );
  // Those that have ended go with their root: which of them are shown is decided where they are (routes.ts).
  const routes = [...replaced.flatMap((one) => routesOf(one, situation)), ...known.routes].filter(
    (facts) => isVouchedFor(facts, kept) && !isUnrouted(facts, situation),
  );
  const crossing =
    kept[0] !== undefined && kept[0] === replaced[0]
      ? crossingOf(entity, observed, kept[0], situation)
      : null;
  const wanted = fingerprintsOf([...kept, ...routes, ...cross]);
  const differs = crossing !== null || wanted.join() !== fingerprintsOf(all).join();
  const isDamaged = file.state === 'garbage';
  const write = wanted.length > 0 && (differs || isDamaged);
  const remove = wanted.length === 0 && (all.length > 0 || isDamaged);
  const reasons: readonly Reason[] = [
    ...replaced
      .filter((facts) => !gone.includes(facts))
      .map(({ notAfter }) => ({ kind: 'keeps-trust', notAfter, signsNew: crossing !== null }) as const),
    ...gone.map((facts) => dropped(facts, situation)),
    ...restoredTrust(entity, observed, known.roots, situation.strangers),
    ...known.unproven.map(({ subject, fingerprint }) => {
      return { kind: 'unproven', subject: subjectText(subject), fingerprint } as const;
    }),
    ...(isDamaged ? [{ kind: 'unreadable', artifact: 'previous', detail: file.detail } as const] : []),
  ];
  return {
    keep: fingerprintsOf(kept),
    routes: fingerprintsOf(routes),
    cross: fingerprintsOf(cross),
    crossing,
    reasons: (write || remove) && reasons.length === 0 ? [{ kind: 'stale', artifact: 'previous' }] : reasons,
    write,
    remove,
  };
}

/** What a root's file of earlier certificates holds: those it had, and what leads from them to the current one. */
export function earlierOf(observed: Pick<EntityObservation, 'previous' | 'cert' | 'key'>): Rollover {
  const { previous } = observed;
  return rolloverOf(previous.state === 'present' ? previous.facts : [], currentKey(observed));
}

function currentKey({ cert, key }: Pick<EntityObservation, 'cert' | 'key'>): KeyId | null {
  if (cert.state === 'present') return cert.facts.keyId;
  return key.state === 'present' ? key.facts.keyId : null;
}

function routesOf(
  replaced: CertificateFacts,
  { children, rekeyed, now }: Situation,
): readonly EarlierCertificate[] {
  return routesFrom(replaced, children, rekeyed, now);
}

/** An intermediate that was named for retirement itself: its root stays trusted, and chains change before that ends. */
function isUnrouted({ keyId }: CertificateFacts, { children, unrouted }: Situation): boolean {
  return children.some(
    ({ id, observed: { cert } }) =>
      unrouted.has(id) && cert.state === 'present' && cert.facts.keyId === keyId,
  );
}

/** A cross-certificate for a key that is neither the current one nor that of an earlier root ends nowhere. */
function leadsOn(
  { keyId }: CertificateFacts,
  roots: readonly CertificateFacts[],
  current: KeyId | null,
): boolean {
  return keyId === current || roots.some((root) => root.keyId === keyId);
}

/**
 * The file decides whom every peer trusts, so a plan reports where it departs from the root's own bundle: a root that
 * was added, or removed.
 */
function restoredTrust(
  entity: Entity,
  { ca, cert }: EntityObservation,
  roots: readonly CertificateFacts[],
  strangers: readonly CertificateFacts[],
): readonly Reason[] {
  const isTold = entity.issuer === null && entity.trust.length === 1 && cert.state === 'present';
  if (!isTold || ca.state !== 'present') return [];
  const trusted = new Set(ca.facts);
  const named = new Set([cert.facts.fingerprint, ...fingerprintsOf(roots)]);
  const lost = trusted.has(cert.facts.fingerprint) ? ca.facts.filter((one) => !named.has(one)).length : 0;
  return [
    ...roots
      .filter((facts) => !trusted.has(facts.fingerprint) && !strangers.includes(facts))
      .map(({ subject, fingerprint }): Reason => {
        return { kind: 'new-trust', subject: subjectText(subject), fingerprint };
      }),
    ...(lost === 0 ? [] : [{ kind: 'lost-trust', count: lost } as const]),
  ];
}

/** The root that signed it is trusted. */
function isVouchedFor(facts: EarlierCertificate, roots: readonly CertificateFacts[]): boolean {
  return roots.some((root) => hasIssued(root, facts));
}

/** An expired or foreign certificate is not kept, nor one for which OpenSSL would refuse the whole bundle. */
function replacedCertificate(
  { cert, signedBy }: EntityObservation,
  now: number,
): readonly CertificateFacts[] {
  if (cert.state !== 'present' || cert.facts.notAfter < now) return [];
  if (cert.facts.flaws.includes('unreadable-name')) return [];
  const isRoot = cert.facts.issuerDer === cert.facts.subjectDer && isAuthority(cert.facts);
  // A certificate that the key on disk did not sign may be anyone's, put there by mistake or on purpose.
  return isRoot && signedBy === cert.facts.keyId ? [cert.facts] : [];
}

/** The old key has to be there, and the old certificate must allow one more authority below it. */
function crossingOf(
  entity: Entity,
  { key }: EntityObservation,
  old: CertificateFacts | undefined,
  { successor }: Situation,
): Crossing | null {
  if (old === undefined || successor === null || key.state !== 'present') return null;
  if (key.facts.keyId !== old.keyId || keyIdentifierOf(old) === null) return null;
  // RFC 5280 §4.2.1.9: certificates of an authority for itself, which have its name twice, are not counted.
  const isCounted = old.subjectDer !== issuedName(entity, successor.name);
  if (isCounted && pathLengthOf(old) === 0) return null;
  const notAfter = Math.min(successor.notAfter, old.notAfter);
  return { issuance: { ...successor, notAfter }, signedWith: key.facts.spec };
}

function dropped({ notAfter }: CertificateFacts, { retired }: Situation): Reason {
  return { kind: 'drops-trust', notAfter, why: retired ? 'retired' : 'expired' };
}

/** Whether a certificate issued now will be for another key or name than the current one. */
export function hasNewIdentity(entity: Entity, { cert, key }: EntityObservation, newKey: boolean): boolean {
  if (cert.state !== 'present') return false;
  const sameKey = !newKey && key.state === 'present' && key.facts.keyId === cert.facts.keyId;
  return !sameKey || cert.facts.subjectDer !== nextName(entity, cert.facts);
}
