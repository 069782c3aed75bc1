/** What happens to the files of an entity, and why. Pure. */
import { ALL_ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import type { FileChanges } from './change.ts';
import type { Decision } from './decision.ts';
import type { Derived } from './derived.ts';
import type { FormerLists } from './former-lists.ts';
import type { ListDecision } from './list.ts';
import { modeFault } from './modes.ts';
import type { EntityObservation } from './observation.ts';
import type { Previous } from './previous.ts';
import type { Reason } from './reason.ts';

/** What is decided about files that follow from others. */
export interface Contents {
  readonly wanted: readonly Artifact[];
  readonly derived: readonly Derived[];
  readonly unwanted: readonly Artifact[];
  readonly previous: Previous;
  readonly list: ListDecision;
  readonly former: FormerLists;
  /** Why the key that stays is written in another form. */
  readonly lock: readonly Reason[];
}

/** Those of files that change though the certificate stays. */
export function contentReasons({
  derived,
  unwanted,
  previous,
  list,
  former,
  lock,
}: Contents): readonly Reason[] {
  return [
    ...lock,
    ...previous.reasons,
    ...list.reasons,
    ...former.reasons,
    ...derived.flatMap(({ reasons }) => reasons),
    ...unwanted.map((artifact) => ({ kind: 'unwanted', artifact }) as const),
  ];
}

/** A new certificate brings everything that is made from it or asked for with it; a kept key stays untouched. */
export function fileChanges(
  { issuance, newKey }: Decision,
  { wanted, derived, unwanted, previous, list, former, lock }: Contents,
  observed: EntityObservation,
  entity: Entity,
): Pick<FileChanges, 'writes' | 'deletes' | 'chmods' | 'list' | 'formerLists'> {
  const isDerived = (file: Artifact): boolean => derived.some(({ artifact }) => artifact === file);
  const made = wanted.filter((file) =>
    file === 'key' ? newKey || lock.length > 0 : issuance !== null || isDerived(file),
  );
  const writes: readonly Artifact[] = [
    ...made,
    ...(previous.write ? (['previous'] as const) : []),
    ...(list.list === null ? [] : (['crl'] as const)),
    ...(former.write ? (['former-crls'] as const) : []),
  ];
  const deletes: readonly Artifact[] = [
    ...unwanted,
    ...(previous.remove ? (['previous'] as const) : []),
    ...(former.remove ? (['former-crls'] as const) : []),
  ];
  // A file that is written or removed anyway needs no change of mode.
  const chmods = ALL_ARTIFACTS.filter(
    (file) => modeFault(file, observed, entity) !== null && !writes.includes(file) && !deletes.includes(file),
  );
  const { last, keep, write, remove } = former;
  return {
    writes,
    deletes,
    chmods,
    ...(list.list === null ? {} : { list: list.list }),
    ...(write || remove ? { formerLists: { last, keep } } : {}),
  };
}
