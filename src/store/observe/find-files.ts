/** Finding an entity's files: through folders that are what they seem, as plain files, and through our own links. */
import { lstatSync, type Stats, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ALL_ARTIFACTS, type Artifact, eachArtifact } from '../../pki/artifact.ts';
import { errorCode } from '../../pki/errors.ts';
import { entityFolder, filePath, folderOf, type Located } from '../../pki/files.ts';
import type { Unreadable } from '../../plan/blockage.ts';
import type { Exposure } from '../../plan/exposure.ts';
import type { FormerFile, FormerLocation } from '../../plan/former-location.ts';
import type { FileState, Owner, Published } from '../../plan/observation.ts';
import { sha256 } from '../../x509/public-key.ts';
import { isTrusted } from '../owner.ts';
import { DATA_LINK, isLink, readSeen, type View, viewOf } from '../symlinks/read.ts';
import { listingOf } from './listing.ts';
import { blockedBy, readBytes, unopened } from './read.ts';

/** An entity's files as bytes. Without `published`: nothing is there, or no links were wanted or found. */
export interface FoundFiles {
  readonly bytes: Readonly<Record<Artifact, FileState<Buffer>>>;
  readonly published?: Published;
}

const MISSING = { state: 'missing' } as const;

/** Plain reads; only where links are wanted or found is the folder looked at as a whole, which takes far longer. */
export function readFiles(root: string, entity: Located, folders: Folders): FoundFiles {
  if (entity.publish === 'symlinks' || folders.hasLinks(entity)) return readView(root, entity, folders);
  const mayBeThere = listingOf(root, entity);
  const plain = eachArtifact((file) => {
    const path = filePath(entity, file);
    const blockage = folders.blockage(folderOf(path));
    if (blockage !== null) return blockage;
    return mayBeThere(file) ? readBytes(join(root, path)) : MISSING;
  });
  const linked = ALL_ARTIFACTS.some((file) => isLink(plain[file])) && folders.isOwn(entity);
  return linked ? readView(root, entity, folders) : { bytes: plain };
}

/** The same, with files from the entity's former place where they are missing in the current one. */
export interface FoundWithFormer extends FoundFiles {
  readonly formerLocation: FormerLocation | undefined;
  /** Where the entity had its key, if that is another than the one in its new place. */
  readonly conflictingKey?: string;
}

/** Files that are missing in their place are read in the former one, also behind links of ours. */
export function withFormerFiles(
  root: string,
  entity: Located,
  former: Located,
  found: FoundFiles,
  folders: Folders,
): FoundWithFormer {
  const folder = entityFolder(former);
  const blockage = folders.blockage(folder);
  if (blockage !== null) return { ...behind(found, folder, blockage), formerLocation: undefined };
  const view = viewOf(root, former);
  const conflictingKey = conflictingKeyOf(root, former, found, view, folders);
  if (conflictingKey !== undefined) return { ...found, formerLocation: undefined, conflictingKey };
  const files: FormerFile[] = [];
  const bytes = eachArtifact((file) => {
    const path = view.paths[file];
    const isReachable = folders.blockage(folderOf(filePath(former, file))) === null;
    if (found.bytes[file].state !== 'missing' || path === null || !isReachable) return found.bytes[file];
    const seen = readSeen(view, file);
    const cause = file === 'key' ? unreadableCause(seen) : undefined;
    if (cause !== undefined) return blockedBy({ kind: 'former', path: filePath(former, file), cause });
    if (seen.state !== 'present') return found.bytes[file];
    files.push({ file, from: relative(root, path), digest: sha256(seen.facts) });
    return seen;
  });
  if (files.length === 0) return { ...found, formerLocation: undefined };
  // They will stand in their new place as plain files first.
  const asLinks = entity.publish === 'symlinks' && found.published === undefined;
  const published = asLinks ? ({ state: 'files', findings: [] } as const) : found.published;
  return { bytes, ...(published === undefined ? {} : { published }), formerLocation: { folder, files } };
}

/** Two keys of one entity: which is the right one, and who else has the other, only its owner can know. */
function conflictingKeyOf(
  root: string,
  former: Located,
  { bytes }: FoundFiles,
  view: View,
  folders: Folders,
): string | undefined {
  const path = view.paths.key;
  if (bytes.key.state !== 'present' || path === null) return undefined;
  if (folders.blockage(folderOf(filePath(former, 'key'))) !== null) return undefined;
  const other = readSeen(view, 'key');
  return other.state === 'present' && !other.facts.equals(bytes.key.facts) ? relative(root, path) : undefined;
}

/** A key that is missing in its place may be in the former one, which cannot be read: then no other is made. */
function behind(found: FoundFiles, folder: string, blockage: FileState<never>): FoundFiles {
  const cause = unreadableCause(blockage);
  if (found.bytes.key.state !== 'missing' || cause === undefined) return found;
  const key = blockedBy({ kind: 'former', path: folder, cause });
  return { ...found, bytes: { ...found.bytes, key } };
}

/** Why a file is there but not to be read here; `undefined` for a link, whose target is not ours. */
function unreadableCause(file: FileState<unknown>): Unreadable | undefined {
  if (file.state !== 'blocked') return undefined;
  const { cause } = file;
  return cause.kind === 'unreadable' || cause.kind === 'closed-folder' ? cause : undefined;
}

function readView(root: string, entity: Located, folders: Folders): FoundFiles {
  const blockage = folders.blockage(entityFolder(entity));
  if (blockage !== null) return { bytes: eachArtifact(() => blockage) };
  const view: View = viewOf(root, entity);
  const bytes = eachArtifact(
    (file) => folders.blockage(folderOf(filePath(entity, file))) ?? readSeen(view, file),
  );
  return view.published === undefined ? { bytes } : { bytes, published: view.published };
}

/** Looks at each folder below the output once: a link or a file in its place would lead reads and writes elsewhere. */
export class Folders {
  readonly #root: string;
  readonly #known = new Map<string, FileState<never> | null>([['.', null]]);
  /** Folders that have folders in them, as far as their link counts tell. */
  readonly #deep = new Set<string>();
  readonly #owners = new Map<string, number>();
  readonly #exposed: Exposure[] = [];

  constructor(root: string, entities: readonly Located[]) {
    this.#root = root;
    for (const folder of entities.map(entityFolder))
      this.#owners.set(folder, (this.#owners.get(folder) ?? 0) + 1);
  }

  /** What every file in the folder is, because of the folder or one above it; `null` where nothing is in the way. */
  blockage(folder: string): FileState<never> | null {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const found = this.blockage(folderOf(folder)) ?? this.#look(folder);
    this.#known.set(folder, found);
    return found;
  }

  #look(folder: string): FileState<never> | null {
    const stat = folderStat(join(this.#root, folder));
    if ('state' in stat) return stat;
    const closed = closedFolder(join(this.#root, folder));
    if (closed !== null) return closed;
    // A folder without folders has two names, its own and ".", where file systems count at all.
    if (stat.nlink !== 2) this.#deep.add(folder);
    this.#exposed.push(...exposuresOf(folder, stat));
    return null;
  }

  /** Of the folders looked at, and the output folder, those in which others may replace files. */
  exposed(): readonly Exposure[] {
    const root = statSync(this.#root, { throwIfNoEntry: false });
    return root === undefined ? this.#exposed : [...exposuresOf('.', root), ...this.#exposed];
  }

  /** Whether plain files are wanted where the switched link of ours is. */
  hasLinks(entity: Located): boolean {
    const folder = entityFolder(entity);
    if (!this.isOwn(entity) || this.blockage(folder) !== null || !this.#deep.has(folder)) return false;
    return lstatSync(join(this.#root, folder, DATA_LINK), { throwIfNoEntry: false }) !== undefined;
  }

  /** Whose the folder is that an entity has to itself; `null`: it is not there; `undefined`: others use it as well. */
  ownerOf(entity: Located): Owner | null | undefined {
    if (!this.isOwn(entity)) return undefined;
    const path = entityFolder(entity);
    if (this.blockage(path) !== null) return null;
    const stat = lstatSync(join(this.#root, path), { throwIfNoEntry: false });
    return stat?.isDirectory() ? { uid: stat.uid, gid: stat.gid } : null;
  }

  /** Links in a folder that several entities share are not for each of them to judge. */
  isOwn(entity: Located): boolean {
    const folder = entityFolder(entity);
    return folder !== '.' && this.#owners.get(folder) === 1;
  }
}

/** Not with the sticky bit: then only a file's owner may replace it, and the folder's (chmod(2)). */
function exposuresOf(folder: string, { mode, uid }: Stats): readonly Exposure[] {
  return [
    ...((mode & 0o1002) === 0o002 ? [{ folder, uid: null }] : []),
    ...(isTrusted(uid) ? [] : [{ folder, uid }]),
  ];
}

function folderStat(folder: string): Stats | FileState<never> {
  let stat: Stats | undefined;
  try {
    stat = lstatSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    return unopened(errorCode(error));
  }
  if (stat === undefined) return { state: 'missing' };
  if (stat.isSymbolicLink()) return blockedBy({ kind: 'linked-folder' });
  return stat.isDirectory() ? stat : unopened('ENOTDIR');
}

/** A folder that can be seen, but not looked into: what is in it may be the only copy of a key. */
function closedFolder(folder: string): FileState<never> | null {
  try {
    lstatSync(`${folder}/.`);
    return null;
  } catch (error) {
    return blockedBy({ kind: 'closed-folder', code: errorCode(error) });
  }
}
