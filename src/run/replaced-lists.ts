/** What this run has to pass on of files that it replaces, read once for all of them. */
import { join } from 'node:path';
import type { Entity } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { statedMode } from '../pki/ownership.ts';
import { replacedBy, type Work } from '../plan/change.ts';
import { type AccessLists, readAccessLists } from '../store/access-lists.ts';
import { entityOf, type Run, worksOf } from './run.ts';

/** A process for each entity would cost more than all the rest of a renewal. */
export function replacedLists(run: Run): AccessLists {
  const works = worksOf(run).filter(passesOn);
  return readAccessLists(works.flatMap((work) => pathsOf(run.root, entityOf(run, work.id), work)));
}

/** A first issue replaces nothing, and where it is stated who may read a key, that is all that is wanted. */
function passesOn(work: Work): boolean {
  const isFirst = work.action === 'create' && replacedBy(work).length === 0;
  return !isFirst && statedMode('key', work.grant?.stated ?? {}) === null;
}

/** A new secret is for those who have the key. */
function pathsOf(root: string, entity: Entity, { writes }: Work): readonly string[] {
  const files = new Set(writes.length === 0 ? [] : (['key', ...writes] as const));
  return [...files].map((file) => join(root, filePath(entity, file)));
}
