/** Paths below the output folder as openssl gets them: relative, and made of checked names only. */
import type { EntityId } from '../model/entity.ts';
import { FILE_NAMES, type ManagedFile } from '../plan/files.ts';

export const PRIVATE_FOLDER = '.pki';

/** Where entities are made, where `openssl ca` keeps its database, and where finished sets wait. */
export const STAGE_FOLDER = `${PRIVATE_FOLDER}/stage`;
export const SCRATCH_FOLDER = `${PRIVATE_FOLDER}/scratch`;
export const COMMIT_FOLDER = `${PRIVATE_FOLDER}/commit`;

/**
 * The folder in which an entity's new files are made: `.pki/stage/servers.api`, or `.pki/stage/<run>/servers.api`. Every
 * apply has a name of its own for its run: an openssl that outlived a killed one must not write among files of the next.
 */
export function stageFolder(id: EntityId, run?: string): string {
  return [STAGE_FOLDER, ...(run === undefined ? [] : [run]), id.replace('/', '.')].join('/');
}

export function stagedPath(id: EntityId, artifact: ManagedFile, run?: string): string {
  return `${stageFolder(id, run)}/${FILE_NAMES[artifact]}`;
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
  readonly room: string | undefined;
}

/** Two calls at once on one database destroy it, so each has a room to itself: `.pki/scratch/<run>/room-0`. */
export function roomFolder(run: string, number: number): string {
  return `${SCRATCH_FOLDER}/${run}/room-${number}`;
}
