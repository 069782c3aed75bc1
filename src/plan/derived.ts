/** Files that follow from certificates and keys: which an entity gets, and whether those on disk are out of date. */
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact, type Output } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { requestOf } from '../pki/key-place.ts';
import { isSealed } from '../pki/seal.ts';
import { exists, type Situation, staleReasons } from './artifacts/rule.ts';
import { ruleOf } from './artifacts/rules.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';
import { sealedReasons } from './sealed.ts';

/** The files that an entity should have: what `outputs` asks for, but no empty bundle. */
export function wantedOutputs(situation: Situation): readonly Output[] {
  return situation.entity.outputs.filter((output) => exists(ruleOf(output), situation));
}

/** A derived file that needs writing though the certificate stays, and why. */
export interface Derived {
  readonly artifact: Artifact;
  readonly reasons: readonly Reason[];
}

/** All of them, in the order of `wanted`. */
export function derivedFiles(
  wanted: readonly Output[],
  observed: EntityObservation,
  situation: Situation,
): readonly Derived[] {
  return wanted
    .filter((artifact) => ruleOf(artifact).by !== 'issue')
    .map((artifact) => ({ artifact, reasons: fileReasons(artifact, observed, situation) }))
    .filter(({ reasons }) => reasons.length > 0);
}

function fileReasons(artifact: Output, observed: EntityObservation, situation: Situation): readonly Reason[] {
  const file = observed[artifact];
  switch (file.state) {
    case 'missing':
      return [{ kind: 'missing', artifact }];
    case 'garbage':
      return [{ kind: 'unreadable', artifact, detail: file.detail }];
    case 'present':
      return presentReasons(artifact, observed, situation);
    case 'blocked':
    case 'unknown':
    case 'encrypted':
      return [];
  }
}

function presentReasons(
  artifact: Output,
  observed: EntityObservation,
  situation: Situation,
): readonly Reason[] {
  if (isSealed(artifact)) {
    const file = observed[artifact];
    return file.state === 'present' ? sealedReasons(artifact, file.facts, situation) : [];
  }
  const file = observed[artifact];
  return file.state === 'present' ? staleReasons(artifact, ruleOf(artifact), file.facts, situation) : [];
}

/** Files of this program that are no longer asked for; but for a key they hold nothing that cannot be made again. */
export function unwantedFiles(
  entity: Pick<Entity, 'keyPlace'>,
  observed: EntityObservation,
  wanted: readonly Artifact[],
): readonly Artifact[] {
  // A key from before it was elsewhere, which goes to the archive.
  const isPastKey = (artifact: Artifact): boolean => artifact === 'key' && requestOf(entity) !== undefined;
  return ALL_ARTIFACTS.filter((artifact) => {
    const isThere = ['present', 'garbage', 'encrypted'].includes(observed[artifact].state);
    return isThere && !wanted.includes(artifact) && (isDerived(artifact) || isPastKey(artifact));
  });
}

/** A key and a certificate cannot be made again; what `outputs` never asks for is decided elsewhere (previous.ts). */
function isDerived(artifact: Artifact): boolean {
  return ARTIFACTS[artifact].asked && ruleOf(artifact).by !== 'issue';
}
