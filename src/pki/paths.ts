/** Paths below the output folder as openssl gets them: relative, and made of checked names only. */

import { ARTIFACTS, type Artifact } from './artifact.ts';
import type { EntityId } from './entity.ts';
import type { TokenDriver } from './token.ts';

/** This program's own folder, mode 0700: work in progress, archive, ledger, cache and lock. */
export const PRIVATE_FOLDER = '.pki';

/** Where entities' new files are made and verified. */
export const STAGE_FOLDER = `${PRIVATE_FOLDER}/stage`;
/** Where `openssl ca` has its database during a run. */
export const SCRATCH_FOLDER = `${PRIVATE_FOLDER}/scratch`;
/** Where finished sets wait for their place; the next run finishes what it finds here (store/commit/commit.ts). */
export const COMMIT_FOLDER = `${PRIVATE_FOLDER}/commit`;
/** Where keys and requests wait for certificates that are made on another machine: `.pki/outgoing/authorities.services`. */
export const OUTGOING_FOLDER = `${PRIVATE_FOLDER}/outgoing`;
/** Where what was replaced or removed is kept: `.pki/archive/servers/api/<stamp>`. */
export const ARCHIVE_FOLDER = `${PRIVATE_FOLDER}/archive`;

/**
 * The folder in which an entity's new files are made: `.pki/stage/servers.api`, or `.pki/stage/<run>/servers.api`. Every
 * apply has a name of its own for its run: an openssl that outlived a killed one must not write among files of the next.
 */
export function stageFolder(id: EntityId, run?: string): string {
  return [STAGE_FOLDER, ...(run === undefined ? [] : [run]), plainName(id)].join('/');
}

/** What an entity is called where its id has to be one name: `authorities.services`. */
export function plainName(id: EntityId): string {
  return id.replace('/', '.');
}

/** Where what an entity asks of another machine is kept. */
export function outgoingFolder(id: EntityId): string {
  return `${OUTGOING_FOLDER}/${plainName(id)}`;
}

/**
 * The files that can be made there: artifacts, a root's cross-certificate, which is published among the earlier ones, and
 * the last list of a key, among those of former keys.
 */
export type StagedFile = Artifact | 'cross' | 'former-crl';

/** A new file in that folder, under its usual name whatever `layout` says: `.pki/stage/servers.api/key.pem`. */
export function stagedPath(id: EntityId, file: StagedFile, run?: string): string {
  return `${stageFolder(id, run)}/${stagedName(file)}`;
}

function stagedName(file: StagedFile): string {
  switch (file) {
    case 'cross':
      return 'cross.pem';
    case 'former-crl':
      return 'former-crl.pem';
    default:
      return ARTIFACTS[file].file;
  }
}

/**
 * Parts of a file that an engine converts, put together as PEM: `.pki/stage/<run>/parts/servers.api/cert.der`. In a
 * script they are beside the file, because there the folder is not published as a whole.
 */
export function partsPath(id: EntityId, artifact: Artifact, run?: string): string {
  return run === undefined ? `${stagedPath(id, artifact)}.parts` : stagedPath(id, artifact, `${run}/parts`);
}

/**
 * Which generation of an entity's key a call uses: of a root that gets a new one, the one before signs as well, and a key
 * that was replaced long ago signs the list of what it had signed.
 */
export type Generation = 'current' | 'former' | 'archived';

/**
 * A copy of what an entity has in its place, for openssl to read: `.pki/stage/<run>/current/authorities.root/key.pem`.
 * It has been read and verified; the original may be replaced before openssl opens it.
 */
export function copyPath(id: EntityId, file: 'key' | 'cert', run: string, generation: Generation): string {
  return stagedPath(id, file, `${run}/${generation}`);
}

/** What the archive keeps of an entity under its usual name, in the set of one run. */
export function archivedPath(id: EntityId, set: string, file: 'key' | 'cert'): string {
  return `${ARCHIVE_FOLDER}/${id}/${set}/${ARTIFACTS[file].file}`;
}

/** Where a call works: staging folders are those of a run, and `openssl ca` insists on a database of its own. */
export interface Place {
  /** The apply's name; absent for a script, which has staging to itself. */
  readonly run?: string;
  /** The folder of the database. */
  readonly database: string;
  /** The output folder as the manifest writes it; of a script alone, in which openssl reads passphrases itself. */
  readonly output?: string;
  /** What gives openssl keys of tokens; of a script alone, in which openssl signs with them by itself. */
  readonly driver?: TokenDriver;
}

/** Where the calls of a script work, one at a time. */
export const SCRIPT_PLACE: Place = { database: SCRATCH_FOLDER };

/** Two calls at once on one database destroy it, so each has one to itself: `.pki/scratch/<run>/database-0`. */
export function databaseFolder(run: string, number: number): string {
  return `${SCRATCH_FOLDER}/${run}/database-${number}`;
}
