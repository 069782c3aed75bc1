/** Paths below the output folder as openssl gets them: relative, and made of checked names only. */
import type { EntityId } from '../model/entity.ts';
import { FILE_NAMES, type ManagedFile } from '../plan/files.ts';

export const PRIVATE_FOLDER = '.pki';

/** Where entities are made, where `openssl ca` keeps its database for one call, and where finished sets wait. */
export const STAGE_FOLDER = `${PRIVATE_FOLDER}/stage`;
export const SCRATCH_FOLDER = `${PRIVATE_FOLDER}/scratch`;
export const COMMIT_FOLDER = `${PRIVATE_FOLDER}/commit`;

/**
 * The folder in which an entity's new files are made: `.pki/stage/servers.api`, or `.pki/stage/<run>/servers.api`. Every
 * apply has a name of its own for its run: an openssl that outlived a killed one must not write among files of the next.
 */
export function stageFolder(id: EntityId, run?: string): string {
  return below(STAGE_FOLDER, id, run);
}

export function stagedPath(id: EntityId, artifact: ManagedFile, run?: string): string {
  return `${stageFolder(id, run)}/${FILE_NAMES[artifact]}`;
}

/** Where a root's cross-certificate is made; it is published among the earlier certificates. */
export function crossPath(id: EntityId, run?: string): string {
  return `${stageFolder(id, run)}/cross.pem`;
}

/** Scratch space that `openssl ca` insists on; one per certificate, because two runs on one database destroy it. */
export function scratchFolder(id: EntityId, run?: string): string {
  return below(SCRATCH_FOLDER, id, run);
}

function below(folder: string, id: EntityId, run: string | undefined): string {
  return [folder, ...(run === undefined ? [] : [run]), id.replace('/', '.')].join('/');
}
