/** What is right on the disk and still worth knowing: nothing is done about it, and the user may want to. */
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import { type Entity, type EntityId, unreachable } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { isOffline, requestOf } from '../pki/key-place.ts';
import { statedMode } from '../pki/ownership.ts';
import type { Fingerprint } from '../x509/facts.ts';
import { type Change, isIssue, makesKey } from './change.ts';
import { type FieldChange, isNamedAs, subjectChange } from './diff.ts';
import { type MisplacedKeys, misplacedKeys } from './misplaced.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';

/** Whom a rollover of a root (`entity`) does not reach. */
export type RolloverRemark =
  /** Some have no file for its earlier certificate (`trusting`), or none for what leads from that to theirs (`presented`). */
  | {
      readonly kind: 'unbrought';
      readonly entity: EntityId;
      /** Of the file that holds all of it, relative to the output folder. */
      readonly path: string;
      readonly trusting: readonly EntityId[];
      readonly presented: readonly EntityId[];
    }
  /** Trust bundles hold two roots of one name. */
  | { readonly kind: 'same-name'; readonly entity: EntityId }
  /**
   * Peers that trust only a former root refuse them: all such peers, or those that count cross-certificates in path
   * lengths.
   */
  | {
      readonly kind: 'no-way';
      readonly entity: EntityId;
      readonly refused: readonly EntityId[];
      readonly by: 'all' | 'strict';
    }
  /** It is retired while chains still use certificates that these have from it. */
  | { readonly kind: 'early-end'; readonly entity: EntityId; readonly intermediates: readonly EntityId[] };

/** One remark. */
export type Remark =
  | RolloverRemark
  /** A subject that stays until a renewal, which writes it in another way. */
  | { readonly kind: 'renamed'; readonly entity: EntityId; readonly reason: FieldChange }
  /** What the next certificates of these will say otherwise, and what stays until then. */
  | {
      readonly kind: 'differs';
      readonly entities: readonly EntityId[];
      readonly reason: FieldChange;
      /** The key that signs them is offline: `pki rotate` cannot make them earlier. */
      readonly isAway?: true;
    }
  /** Revoked certificates of former keys of an authority, which no list of those keys names; `readers` have lists of it. */
  | {
      readonly kind: 'unlisted';
      readonly entity: EntityId;
      readonly serials: readonly string[];
      readonly readers: readonly EntityId[];
    }
  /** A file of revocation lists that is not made again; below the output folder. `nextUpdate`: `null` where it has several ends, or none. */
  | {
      readonly kind: 'left-list';
      readonly entity: EntityId;
      readonly path: string;
      readonly nextUpdate: number | null;
    }
  /** RFC 5280 wants a positive serial number; verifiers take it in a root. */
  | { readonly kind: 'zero-serial'; readonly entity: EntityId }
  /** A secret that a group was given, which stays so. */
  | {
      readonly kind: 'group-readable';
      readonly entity: EntityId;
      readonly artifact: Artifact;
      readonly group: number;
    }
  /** The key of an authority lies here, though it is declared offline; paths are relative to the output folder. */
  | { readonly kind: 'offline-key'; readonly entity: EntityId; readonly path: string }
  /** A private key in a file, though that of the entity is on a token; `isCertified`: the certificate is for that one. */
  | {
      readonly kind: 'left-key';
      readonly entity: EntityId;
      readonly path: string;
      readonly isCertified: boolean;
    }
  /** What another hand put behind the certificate of an authority, and programs trust that are given the file. */
  | {
      readonly kind: 'also-trusted';
      readonly entity: EntityId;
      readonly path: string;
      readonly fingerprints: readonly Fingerprint[];
    }
  /** Files that it no longer has, where its files were; paths are relative to the output folder. */
  | { readonly kind: 'left-files'; readonly entity: EntityId; readonly paths: readonly string[] }
  /** Entities with files under a password that could not be opened, and so not be compared. */
  | { readonly kind: 'unknown'; readonly entities: readonly EntityId[] }
  /** Entities with files that were not read, so that nothing is planned because of them. */
  | {
      readonly kind: 'unseen';
      readonly what: 'keys' | 'others';
      readonly asked: boolean;
      readonly entities: readonly EntityId[];
    }
  /** What the request of an entity asks for in vain: its certificate gets only its key. */
  | { readonly kind: 'request-ignored'; readonly entity: EntityId; readonly ignored: readonly string[] }
  /** Entities with certificates of their own for one and the same private key. */
  | { readonly kind: 'shared-key'; readonly entities: readonly EntityId[] }
  | MisplacedKeys;

/** The entities that it is about. */
export function entitiesOf(remark: Remark): readonly EntityId[] {
  switch (remark.kind) {
    case 'shared-key':
    case 'unknown':
    case 'unseen':
    case 'differs':
      return remark.entities;
    case 'unbrought':
      return [remark.entity, ...new Set([...remark.trusting, ...remark.presented])];
    case 'no-way':
      return [remark.entity, ...remark.refused];
    case 'early-end':
      return [remark.entity, ...remark.intermediates];
    case 'same-name':
    case 'renamed':
    case 'zero-serial':
    case 'request-ignored':
    case 'group-readable':
    case 'offline-key':
    case 'left-key':
    case 'also-trusted':
    case 'left-files':
    case 'left-list':
      return [remark.entity];
    case 'unlisted':
      return [remark.entity, ...remark.readers];
    case 'misplaced-keys':
      return remark.keys.map(({ entity }) => entity);
    default:
      return unreachable(remark);
  }
}

/** Whether it is said at once, or only where everything is. */
export function isUrgent(remark: Remark): boolean {
  const { kind } = remark;
  if (kind === 'unseen') return !remark.asked || remark.what === 'others';
  return !['renamed', 'differs', 'zero-serial', 'group-readable', 'request-ignored'].includes(kind);
}

/** Of all entities, in their order. @param changes what becomes of them. */
export function remarksOf(
  entities: readonly Entity[],
  observation: Observation,
  changes: readonly Change[] = [],
): readonly Remark[] {
  const seen = entities.map((entity) => [entity, observation.entities.get(entity.id) ?? NOTHING] as const);
  const rekeyed = new Set(
    changes.flatMap((change) => (isIssue(change) && makesKey(change) ? [change.id] : [])),
  );
  return [
    ...seen.flatMap(([entity, observed]) => remarksOn(entity, observed)),
    ...misplacedKeys(seen),
    ...sharedKeys(seen.filter(([{ id }]) => !rekeyed.has(id))),
    ...unseenRemarks(observation),
  ];
}

function unseenRemarks({ unseen }: Observation): readonly Remark[] {
  if (unseen === undefined) return [];
  return (['keys', 'others'] as const).flatMap((what): readonly Remark[] => {
    const { asked, [what]: entities } = unseen;
    return entities.length === 0 ? [] : [{ kind: 'unseen', what, asked, entities }];
  });
}

function remarksOn(entity: Entity, observed: EntityObservation): readonly Remark[] {
  return [
    ...certificateRemarks(entity, observed),
    ...groupRemarks(entity, observed),
    ...offlineRemarks(entity, observed),
    ...leftKeyRemarks(entity, observed),
    ...requestRemarks(entity),
    ...leftFileRemarks(entity, observed),
  ];
}

/** Whatever is encrypted counts as its key. */
function offlineRemarks(entity: Entity, { key, cert }: EntityObservation): readonly Remark[] {
  if (!isOffline(entity)) return [];
  const isItsKey =
    key.state === 'present' && cert.state === 'present' && key.facts.keyId === cert.facts.keyId;
  if (!isItsKey && key.state !== 'encrypted') return [];
  return [{ kind: 'offline-key', entity: entity.id, path: filePath(entity, 'key') }];
}

function leftKeyRemarks(entity: Entity, { cert, leftKey }: EntityObservation): readonly Remark[] {
  if (leftKey === undefined) return [];
  const isCertified = cert.state === 'present' && cert.facts.keyId === leftKey;
  return [{ kind: 'left-key', entity: entity.id, path: filePath(entity, 'key'), isCertified }];
}

function leftFileRemarks({ id }: Entity, { leftBehind }: EntityObservation): readonly Remark[] {
  return leftBehind === undefined ? [] : [{ kind: 'left-files', entity: id, paths: leftBehind }];
}

function requestRemarks(entity: Entity): readonly Remark[] {
  const { ignored = [] } = requestOf(entity) ?? {};
  return ignored.length === 0 ? [] : [{ kind: 'request-ignored', entity: entity.id, ignored }];
}

function groupRemarks({ id, ownership }: Entity, observed: EntityObservation): readonly Remark[] {
  if (ownership !== undefined && statedMode('key', ownership) !== null) return [];
  return ALL_ARTIFACTS.flatMap((artifact): readonly Remark[] => {
    const file = observed[artifact];
    if (!ARTIFACTS[artifact].secret || file.state !== 'present' || file.group === undefined) return [];
    return [{ kind: 'group-readable', entity: id, artifact, group: file.group }];
  });
}

function certificateRemarks(entity: Entity, { cert }: EntityObservation): readonly Remark[] {
  if (cert.state !== 'present') return [];
  const { subject, serial } = cert.facts;
  const isSame = isNamedAs(subject, entity);
  const renamed = isSame ? subjectChange(entity, cert.facts) : [];
  return [
    ...renamed.map((reason) => ({ kind: 'renamed', entity: entity.id, reason }) as const),
    ...(serial === '00' && entity.issuer === null
      ? [{ kind: 'zero-serial', entity: entity.id } as const]
      : []),
  ];
}

/** @param seen all that keep their keys. */
function sharedKeys(seen: readonly (readonly [Entity, EntityObservation])[]): readonly Remark[] {
  const pairs = seen.flatMap(([entity, { key, cert }]) => {
    const isPair =
      key.state === 'present' && cert.state === 'present' && key.facts.keyId === cert.facts.keyId;
    return isPair ? [{ entity, keyId: key.facts.keyId }] : [];
  });
  return [...groupBy(pairs, ({ keyId }) => keyId).values()].flatMap((group): readonly Remark[] => {
    const all = group.map(({ entity }) => entity);
    const authorities = all.filter(({ kind }) => kind === 'authority');
    // A leaf with an authority's key gets another one, which is a reason and not a remark.
    const holders = authorities.length > 0 ? authorities : all;
    return holders.length > 1 ? [{ kind: 'shared-key', entities: holders.map(({ id }) => id) }] : [];
  });
}
