/**
 * Whom an entity comes to trust, and whom no longer: what differs between its trust bundles on the disk and the manifest
 * decides who can pass for whom, so it is said by name.
 */
import type { Artifact, Output } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { isSlot, ROOT_SLOTS } from '../pki/split.ts';
import { type Fingerprint, fingerprintsOf } from '../x509/facts.ts';
import { isListPiece } from '../x509/parse.ts';
import { anchorFacts } from './anchored.ts';
import type { Situation } from './artifacts/rule.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';
import { earlierOf } from './previous.ts';
import type { Reason } from './reason.ts';

/** The owner, current or former, of each certificate, by fingerprint; authorities only. */
export type Anchors = ReadonlyMap<Fingerprint, EntityId>;

/** Those on the disk, and before them those of which the ledger knows. */
export function anchorsIn(
  entities: readonly Entity[],
  { entities: observed, known }: Pick<Observation, 'entities' | 'known'>,
): Anchors {
  const anchors = new Map<Fingerprint, EntityId>();
  for (const [id, { certificates }] of known ?? []) for (const one of certificates) anchors.set(one, id);
  for (const entity of entities) {
    const { id, kind } = entity;
    if (kind !== 'authority') continue;
    for (const { fingerprint } of anchorFacts(entity)) anchors.set(fingerprint, id);
    const seen = observed.get(id) ?? NOTHING;
    for (const one of fingerprintsOf(earlierOf(seen).roots)) anchors.set(one, id);
    if (seen.cert.state === 'present') anchors.set(seen.cert.facts.fingerprint, id);
  }
  return anchors;
}

/** Files that others are verified with. */
export const TRUST_FILES = ['ca', 'ca-chain', 'ca-crls', ...ROOT_SLOTS] as const satisfies readonly Output[];

/** Whether there are roots in such a file, and no authorities between. */
export function holdsRootsAlone(file: (typeof TRUST_FILES)[number]): boolean {
  return file === 'ca' || isSlot(file);
}

/** By name; of a root's own bundle, its file of earlier certificates says more (previous.ts). */
export function trustReasons(
  wanted: readonly Artifact[],
  observed: EntityObservation,
  situation: Situation,
): readonly Reason[] {
  const held = heldBy(observed, wanted, situation);
  if (held.length === 0 || situation.entity.issuer === null) return [];
  return [...gains(held, situation), ...losses(held, situation)];
}

/** With those, nothing more is said of the files. */
export function isToldBy(trust: readonly Reason[], reason: Reason): boolean {
  return trust.length > 0 && reason.kind === 'stale' && TRUST_FILES.some((file) => file === reason.artifact);
}

/** In `ca-chain.pem` the authorities between are as they should be. */
function heldBy(
  observed: EntityObservation,
  wanted: readonly Artifact[],
  situation: Situation,
): readonly Fingerprint[] {
  const isHeld = (file: (typeof TRUST_FILES)[number]): boolean =>
    wanted.includes(file) || (isSlot(file) && situation.entity.outputs.includes(file));
  const held = TRUST_FILES.filter(isHeld).flatMap((file) => {
    const state = observed[file];
    const pieces = state.state === 'present' ? state.facts : [];
    const all = pieces.filter((piece) => !isListPiece(piece)).map(fingerprintOf);
    return holdsRootsAlone(file)
      ? all
      : all.filter((one) => !isBetween(situation.anchors.get(one), situation));
  });
  return [...new Set(held)];
}

/** A piece under a label that only some programs read has the label before its fingerprint. */
function fingerprintOf(piece: string): Fingerprint {
  return piece.split(' ').at(-1) ?? piece;
}

function gains(held: readonly Fingerprint[], { entity, members, anchors }: Situation): readonly Reason[] {
  return entity.trust.flatMap((root): readonly Reason[] => {
    const member = members(root);
    const wanted = member === undefined ? [] : [member.fingerprint, ...member.previous];
    const fingerprints = wanted.flatMap((one) => (one === null || held.includes(one) ? [] : [one]));
    if (!held.some((one) => anchors.get(one) === root || wanted.includes(one)))
      return [{ kind: 'trusts', root, fingerprints, extent: 'all' }];
    // What changes in this plan has a reason of its own.
    return fingerprints.length === 0 || changesIn(root, { members })
      ? []
      : [{ kind: 'trusts', root, fingerprints, extent: 'some' }];
  });
}

function losses(held: readonly Fingerprint[], situation: Situation): readonly Reason[] {
  const { entity, members, anchors } = situation;
  const wanted = new Set(
    entity.trust.flatMap((id) => [members(id)?.fingerprint, ...(members(id)?.previous ?? [])]),
  );
  const lost = held.filter((one) => !wanted.has(one));
  const byRoot = groupBy(lost, (one) => anchors.get(one) ?? NOBODY);
  return [...byRoot].flatMap(([root, fingerprints]): readonly Reason[] => {
    if (root === NOBODY) return [{ kind: 'distrusts', root: null, fingerprints, extent: 'all' }];
    if (!entity.trust.includes(root)) return [{ kind: 'distrusts', root, fingerprints, extent: 'all' }];
    return changesIn(root, situation) ? [] : [{ kind: 'distrusts', root, fingerprints, extent: 'some' }];
  });
}

/** No entity has an empty name. */
const NOBODY = '';

function isBetween(id: EntityId | undefined, { byId }: Situation): boolean {
  return id !== undefined && (byId.get(id)?.issuer ?? null) !== null;
}

function changesIn(root: EntityId, { members }: Pick<Situation, 'members'>): boolean {
  const member = members(root);
  return member !== undefined && (member.fingerprint === null || member.previousChanges);
}
