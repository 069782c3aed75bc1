/** What the steps of one run share. */
import type { Engine } from '../engine/engine.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { type Change, isWork, type Work } from '../plan/change.ts';
import type { AccessLists } from '../store/access-lists.ts';
import type { Flush } from '../store/flush.ts';
import type { Ledger } from '../store/ledger.ts';
import type { ListRecord } from '../store/observe/lists.ts';
import type { Placed } from '../store/observe/places.ts';
import type { Reader } from '../store/observe/reader.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import type { Answer } from './answers.ts';
import type { Published } from './published.ts';
import type { Staging } from './staging.ts';
import type { Taken } from './taken.ts';

/** One apply under way. */
export interface Run {
  /** The output folder, absolute, for reading; changes go through `output`. */
  readonly root: string;
  readonly output: OutputFolder;
  readonly byId: ById;
  readonly changes: ReadonlyMap<EntityId, Change>;
  readonly engine: Engine;
  readonly staging: Staging;
  readonly published: Published;
  readonly ledger: Ledger;
  readonly lists: ListRecord;
  readonly taken: Taken;
  readonly reader: Reader;
  /** Of the files that are replaced, where they are now. */
  readonly accessLists?: AccessLists;
  /** What came from other machines. */
  readonly answers?: ReadonlyMap<EntityId, Answer> | undefined;
  /** `undefined` where there are too few first issues for it to pay, or the system cannot do it. */
  readonly flush: Flush | undefined;
  /** Seconds since 1970: the moment of the plan. */
  readonly now: number;
}

/** @throws Error where there is no such entity. */
export function entityOf({ byId }: Pick<Run, 'byId'>, id: EntityId): Entity {
  const entity = byId.get(id);
  if (entity === undefined) throw new Error(`Internal error: nothing is known of ${id}`);
  return entity;
}

/** The changes of a run that put files in place. */
export function worksOf({ changes }: Pick<Run, 'changes'>): readonly Work[] {
  return [...changes.values()].filter(isWork);
}

/** Files that come into its folder by it, and files that go. */
export function placedBy({ writes, relocations, deletes }: Work): Placed {
  return { writes: [...writes, ...relocations.map(({ file }) => file)], deletes };
}

/** What is planned for an entity that has steps. */
export function workOf({ changes }: Pick<Run, 'changes'>, id: EntityId): Work {
  const change = changes.get(id);
  if (change === undefined || !isWork(change))
    throw new Error(`Internal error: nothing is to be done for ${id}`);
  return change;
}
