/** Paths below the output folder as openssl gets them: relative, and made of checked names only. */
import type { Artifact, EntityId } from '../model/entity.ts';
import { FILE_NAMES } from '../plan/refusal.ts';

export const PRIVATE_FOLDER = '.pki';

/** Where an entity's file is to be read from: `servers/api/key.pem`. */
export function publishedPath(id: EntityId, artifact: Artifact): string {
  return `${id}/${FILE_NAMES[artifact]}`;
}

/** The folder in which an entity's new files are made: `.pki/stage/servers.api`. */
export function stageFolder(id: EntityId): string {
  return `${PRIVATE_FOLDER}/stage/${id.replace('/', '.')}`;
}

export function stagedPath(id: EntityId, artifact: Artifact): string {
  return `${stageFolder(id)}/${FILE_NAMES[artifact]}`;
}

/** Scratch space that `openssl ca` insists on; one per certificate, because two runs on one database destroy it. */
export function scratchFolder(id: EntityId): string {
  return `${PRIVATE_FOLDER}/scratch/${id.replace('/', '.')}`;
}
