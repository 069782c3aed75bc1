/**
 * `publish: symlinks`, written: a whole new version folder is put beside the present one, the link `..data` is renamed
 * over, the names that are not links yet become links, and then the old version goes. Called by the commit (commit/commit.ts):
 * `stage…` before its point of no return, everything else after it, where every line must be right to do again.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact, modeOf } from '../../pki/artifact.ts';
import { errorCode } from '../../pki/errors.ts';
import { entityFolder, fileName, filePath, type Located } from '../../pki/files.ts';
import { keep, removeFile, secondName } from '../commit/archive.ts';
import { chmod, makeFolder, rename, rmdir, statOf, symlink, sync, unlink } from '../disk.ts';
import { DATA_LINK, dataPath, linkText, type View, versionNames, viewOf } from './read.ts';

/** What an order says of links. */
export interface Links {
  /** The entity's folder, relative to the output folder. */
  readonly folder: string;
  /** The version folder that becomes the present one; `null`: plain files take the links' places. */
  readonly version: string | null;
  /** What the entity's files are called, and which of them there are in the version. */
  readonly names: readonly (readonly [file: Artifact, name: string])[];
  readonly files: readonly Artifact[];
}

interface Staging {
  readonly entity: Located;
  readonly writes: readonly Artifact[];
  readonly deletes: readonly Artifact[];
  readonly stamp: string;
}

/** The new version inside a staging folder; in a commit folder, the one that is not in its place yet. */
const VERSION = 'version';

/** Nobody but the owner may read a key; everybody may find the certificates. */
const FOLDER_MODE = 0o755;

/** Puts the staged files, and those that stay as they are, into a folder of their own. */
export async function stageVersion(root: string, staged: string, staging: Staging): Promise<Links> {
  const { entity, writes } = staging;
  const folder = join(staged, VERSION);
  await makeFolder(folder, { mode: FOLDER_MODE });
  if ((FOLDER_MODE & process.umask()) !== 0) await chmod(folder, FOLDER_MODE);
  for (const file of writes)
    await rename(join(staged, ARTIFACTS[file].file), join(folder, fileName(entity, file)));
  const view = viewOf(root, entity);
  const kept = await keptFiles(view, staging);
  for (const [file, path] of kept) await duplicate(file, path, join(folder, fileName(entity, file)));
  const version = await newName(join(root, entityFolder(entity)), staging.stamp);
  return linksOf(entity, version, [...writes, ...kept.map(([file]) => file)]);
}

/** Puts the files that stay, and are behind links, beside the staged ones: the whole set takes the links' places. */
export async function stagePlain(root: string, staged: string, staging: Staging): Promise<Links> {
  const view = viewOf(root, staging.entity);
  const kept = await keptFiles(view, staging);
  const linked = kept.filter(([file]) => view.places[file] !== 'plain');
  for (const [file, path] of linked) await duplicate(file, path, join(staged, ARTIFACTS[file].file));
  return linksOf(staging.entity, null, [...staging.writes, ...linked.map(([file]) => file)]);
}

/** Names that lead into other folders stay out: links are made in the entity's own folder alone. */
export function linksOf(entity: Located, version: string | null, files: readonly Artifact[]): Links {
  const names = ALL_ARTIFACTS.map((file) => [file, fileName(entity, file)] as const);
  return {
    folder: entityFolder(entity),
    version,
    names: names.filter(([, name]) => !name.includes('/')),
    files,
  };
}

/** What has to be on the disk before the point of no return. */
export function stagedPaths(staged: string, { version, names, files }: Links): readonly string[] {
  if (version === null) return files.map((file) => join(staged, ARTIFACTS[file].file));
  const folder = join(staged, VERSION);
  return [...names.filter(([file]) => files.includes(file)).map(([, name]) => join(folder, name)), folder];
}

async function keptFiles(view: View, { writes, deletes }: Staging): Promise<[Artifact, string][]> {
  const kept: [Artifact, string][] = [];
  for (const file of ALL_ARTIFACTS.filter((name) => !writes.includes(name) && !deletes.includes(name))) {
    const path = view.places[file] === 'other' ? null : view.paths[file];
    if (path !== null && (await statOf(path))?.isFile()) kept.push([file, path]);
  }
  return kept;
}

async function duplicate(file: Artifact, source: string, copy: string): Promise<void> {
  const stat = await statOf(source);
  await secondName(
    source,
    copy,
    ARTIFACTS[file].secret || stat === undefined ? modeOf(file) : stat.mode & 0o777,
  );
}

/** A name that is later than every other, and of which nothing is there: two changes may fall into one second. */
async function newName(folder: string, stamp: string): Promise<string> {
  for (let copies = 1; ; copies++) {
    const name = copies === 1 ? `..v-${stamp}` : `..v-${stamp}.${copies}`;
    if ((await statOf(join(folder, name))) === undefined) return name;
  }
}

/** From here on readers see the new set; those that resolved the old one still have all of it. */
export async function placeVersion(
  root: string,
  commit: string,
  links: Links,
  archive: string,
): Promise<void> {
  const { version, names, files } = links;
  if (version === null) return;
  const folder = join(root, links.folder);
  const staged = join(commit, VERSION);
  if ((await statOf(staged)) !== undefined) await rename(staged, join(folder, version));
  if (linkText(join(folder, DATA_LINK)) !== version) await putLink(commit, version, join(folder, DATA_LINK));
  for (const [file, name] of names.filter(([known]) => files.includes(known))) {
    const path = join(folder, name);
    if (linkText(path) === dataPath(name)) continue;
    if (!isSame(path, join(folder, version, name)))
      await keep(root, file, `${links.folder}/${name}`, archive);
    await putLink(commit, dataPath(name), path);
  }
}

/** Made outside the folder, which so never holds anything but what it shall hold. */
async function putLink(drafts: string, text: string, path: string): Promise<void> {
  const draft = join(drafts, 'link');
  if ((await statOf(draft)) !== undefined) await unlink(draft);
  await symlink(text, draft);
  await rename(draft, path);
}

/** Takes away our links that lead to nothing: those of files that are gone, and, for plain files, the switched one. */
export async function clearLinks(root: string, { folder, version, names, files }: Links): Promise<void> {
  for (const [file, name] of names) {
    const path = join(root, folder, name);
    const stays = version !== null && files.includes(file);
    if (!stays && linkText(path) === dataPath(name)) await unlink(path);
  }
  const data = join(root, folder, DATA_LINK);
  if (version === null && linkText(data)?.includes('/') === false) await unlink(data);
}

/** Every version but the present one; a key or certificate that is not the present one goes to the archive first. */
export async function clearVersions(root: string, links: Links, archive: string): Promise<void> {
  const folder = join(root, links.folder);
  const old = versionNames(folder).filter((name) => name !== links.version);
  for (const version of old) {
    for (const [file, name] of links.names) {
      const path = join(folder, version, name);
      if (!isSame(path, join(folder, name)))
        await keep(root, file, `${links.folder}/${version}/${name}`, archive);
      await removeFile(path);
    }
    await removeIfEmpty(join(folder, version));
  }
  if (old.length > 0) await sync(folder);
}

function isSame(path: string, other: string): boolean {
  try {
    return readFileSync(path).equals(readFileSync(other));
  } catch {
    return false;
  }
}

/** Files that are not ours keep the folder alive. Resolves to whether it went. */
export async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error))) throw error;
    return false;
  }
}

/** Makes damaged links lead to what is there: the calls of a run read keys and certificates by their names. */
export async function restoreLinks(root: string, drafts: string, entity: Located): Promise<void> {
  const { current, blocked, places } = viewOf(root, entity);
  if (current === null || blocked !== null) return;
  const folder = join(root, entityFolder(entity));
  const version = basename(current);
  if (linkText(join(folder, DATA_LINK)) !== version) await putLink(drafts, version, join(folder, DATA_LINK));
  for (const file of ALL_ARTIFACTS.filter((name) => places[name] === 'unlinked')) {
    await symlink(dataPath(fileName(entity, file)), join(root, filePath(entity, file)));
  }
  await sync(folder);
}
