/** Paths below the output folder as openssl gets them: relative, and made of checked names only. */
import type { EntityId } from './entity.ts';
import { ARTIFACTS, type Artifact } from './artifact.ts';

/** This program's own folder, mode 0700: work in progress, archive, ledger, cache and lock. */
export const PRIVATE_FOLDER = '.pki';

/** Where entities' new files are made and judged. */
export const STAGE_FOLDER = `${PRIVATE_FOLDER}/stage`;
/** Where `openssl ca` has its database, as long as a run lasts. */
export const SCRATCH_FOLDER = `${PRIVATE_FOLDER}/scratch`;
/** Where finished sets wait for their place; the next run carries on with what it finds here (store/commit/commit.ts). */
export const COMMIT_FOLDER = `${PRIVATE_FOLDER}/commit`;

/**
 * The folder in which an entity's new files are made: `.pki/stage/servers.api`, or `.pki/stage/<run>/servers.api`. Every
 * apply has a name of its own for its run: an openssl that outlived a killed one must not write among files of the next.
 */
export function stageFolder(id: EntityId, run?: string): string {
  return [STAGE_FOLDER, ...(run === undefined ? [] : [run]), id.replace('/', '.')].join('/');
}

/** A new file in that folder, under its usual name whatever `layout` says: `.pki/stage/servers.api/key.pem`. */
export function stagedPath(id: EntityId, artifact: Artifact, run?: string): string {
  return `${stageFolder(id, run)}/${ARTIFACTS[artifact].file}`;
}

/** Where a root's cross-certificate is made; it is published among the earlier certificates. */
export function crossPath(id: EntityId, run?: string): string {
  return `${stageFolder(id, run)}/cross.pem`;
}

/** Where a call of an apply works. */
export interface Place {
  /** The apply's name. */
  readonly run: string;
  /** The folder in which `openssl ca` has the database that it insists on; nothing else needs one. */
  readonly database: string | undefined;
}

/** Two calls at once on one database destroy it, so each has one to itself: `.pki/scratch/<run>/database-0`. */
export function databaseFolder(run: string, number: number): string {
  return `${SCRATCH_FOLDER}/${run}/database-${number}`;
}
