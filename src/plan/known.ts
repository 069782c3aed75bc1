/**
 * What is known of authorities from before: what the ledger says was issued to them, and what they came with when they
 * were taken over (`.pki/authorities.json`). Whatever lies in a root's folder is trusted by everyone who trusts the
 * root, so keys and certificates that another hand put there need consent. If nothing is known of an authority, nothing
 * is refused: an adopted folder, or one that lost its `.pki`, is taken as it is found.
 */
import type { Entity, EntityId } from '../pki/entity.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { subjectText } from '../pki/subject.ts';
import { type CertificateFacts, type Fingerprint, fingerprintsOf, type KeyId } from '../x509/facts.ts';
import { type EarlierCertificate, isSelfSigned } from '../x509/rollover.ts';
import { isNamedAs } from './diff.ts';
import { type KeyOwners, keyOwners } from './key-decision.ts';
import {
  type EntityObservation,
  type KnownAuthorities,
  type KnownAuthority,
  NOTHING,
  type Observation,
} from './observation.ts';
import { earlierOf } from './previous.ts';
import type { Reason } from './reason.ts';

const NONE: KnownAuthorities = new Map();

/** Files of an authority that nothing explains. */
export interface Strange {
  /** A key that it never had: of the private key, or of the certificate. */
  readonly key: KeyId | null;
  /** Certificates in a root's `previous.pem` that it never had. */
  readonly roots: readonly CertificateFacts[];
}

const NOTHING_STRANGE: Strange = { key: null, roots: [] };

/** Nothing is strange in a leaf: trust in it comes from its issuer. */
export function strangeIn(
  entity: Entity,
  observed: EntityObservation,
  known: KnownAuthorities = NONE,
): Strange {
  // The key of a bridge is judged where its authority is.
  if (entity.kind !== 'authority' || bridgedBy(entity) !== null) return NOTHING_STRANGE;
  const of = known.get(entity.id);
  const vouched = vouchedKey(entity, observed, known);
  const key =
    of === undefined ? undefined : keysOf(observed).find((one) => one !== vouched && !of.keys.has(one));
  const roots = entity.issuer === null ? earlierOf(observed).roots : [];
  return { key: key ?? null, roots: roots.filter((facts) => !explains(facts, observed, of)) };
}

/**
 * The key of an intermediate that its issuer has certified in its name: that takes the issuer's key, by
 * the script of a plan for one, which writes no ledger.
 */
function vouchedKey(
  entity: Entity,
  { cert, signedBy }: EntityObservation,
  known: KnownAuthorities,
): KeyId | null {
  if (entity.issuer === null || cert.state !== 'present' || signedBy === null) return null;
  const isByIssuer = known.get(entity.issuer)?.keys.has(signedBy) === true;
  return isByIssuer && isNamedAs(cert.facts.subject, entity) ? cert.facts.keyId : null;
}

/** Those of the private key and of the certificate. */
function keysOf({ key, cert }: Pick<EntityObservation, 'key' | 'cert'>): readonly KeyId[] {
  return [
    ...(key.state === 'present' ? [key.facts.keyId] : []),
    ...(cert.state === 'present' ? [cert.facts.keyId] : []),
  ];
}

/** Where nothing is known, the root's own bundle has to agree. */
function explains(
  facts: EarlierCertificate,
  observed: EntityObservation,
  known: KnownAuthority | undefined,
): boolean {
  if (known !== undefined) return isKnown(facts, known);
  const { ca } = observed;
  const isOwn = isSelfSigned(facts) && keysOf(observed).includes(facts.keyId);
  return isOwn || ca.state !== 'present' || ca.facts.includes(facts.fingerprint);
}

/** By its key alone only where that made it: another hand could lift what the root is bound to, such as its names. */
function isKnown(facts: EarlierCertificate, { keys, certificates }: KnownAuthority): boolean {
  return (isSelfSigned(facts) && keys.has(facts.keyId)) || certificates.has(facts.fingerprint);
}

/** Certificates that a root had before, without those that nothing explains. */
export function explainedRoots(
  entity: Entity,
  observed: EntityObservation,
  known: KnownAuthorities | undefined,
): readonly EarlierCertificate[] {
  const strangers = strangeIn(entity, observed, known).roots;
  return earlierOf(observed).roots.filter((facts) => !strangers.includes(facts));
}

/** As reasons of a plan. @param kept fingerprints of the earlier roots that stay trusted unless the user objects. */
export function strangeReasons({ key, roots }: Strange, kept: readonly Fingerprint[]): readonly Reason[] {
  return [
    ...(key === null ? [] : [{ kind: 'unknown-key', keyId: key } as const]),
    ...roots
      .filter(({ fingerprint }) => kept.includes(fingerprint))
      .map(({ subject, fingerprint }): Reason => {
        return { kind: 'unknown-trust', subject: subjectText(subject), fingerprint };
      }),
  ];
}

/**
 * What is not known yet of authorities that stay as they were found, or change, with consent.
 * @param entities without those that lack a consent
 */
export function newlyKnown(
  entities: readonly Entity[],
  { entities: observed, known = NONE }: Pick<Observation, 'entities' | 'known'>,
): KnownAuthorities {
  let pairs: KeyOwners['pairs'] | undefined;
  const ownerOf = (key: KeyId) => {
    pairs ??= keyOwners(entities, { entities: observed, orphans: [] }).pairs;
    return pairs.get(key);
  };
  const found = entities.flatMap((entity) => {
    if (entity.kind !== 'authority') return [];
    const seen = observed.get(entity.id) ?? NOTHING;
    const of = known.get(entity.id);
    const unknown = keysOf(seen).filter((one) => of?.keys.has(one) !== true);
    const keys = unknown.filter((one) => isItsOwn(one, entity, seen, ownerOf(one)));
    const news = newsOf(keys, seen, of);
    return news.keys.size + news.certificates.size === 0 ? [] : [[entity.id, news] as const];
  });
  return new Map(found);
}

/**
 * A copy of another's key or certificate goes, with consent, and never was the authority's: remembered as that, it would cost
 * its owner the key. @param owner whose pair the key is in.
 */
function isItsOwn(
  key: KeyId,
  entity: Entity,
  { cert }: EntityObservation,
  owner: EntityId | undefined,
): boolean {
  if (owner === undefined || owner === entity.id) return true;
  return cert.state === 'present' && cert.facts.keyId === key && isNamedAs(cert.facts.subject, entity);
}

/** An earlier certificate is explained by its key, where that is known. @param keys those that are not. */
function newsOf(
  keys: readonly KeyId[],
  observed: EntityObservation,
  known: KnownAuthority | undefined,
): KnownAuthority {
  const earlier = earlierOf(observed).roots.filter((facts) => {
    const isOwn = isSelfSigned(facts) && keys.includes(facts.keyId);
    return !isOwn && (known === undefined || !isKnown(facts, known));
  });
  return { keys: new Set(keys), certificates: new Set(fingerprintsOf(earlier)) };
}
