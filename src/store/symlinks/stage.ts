/**
 * `publish: symlinks`, made ready: everything before the commit's point of no return. What an entity's folder is to hold
 * afterwards is put together in a staging folder, with the files that stay as they are.
 */
import { relative } from 'node:path';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact, modeOf } from '../../pki/artifact.ts';
import { errorCode } from '../../pki/errors.ts';
import { entityFolder, fileName, folderOf, type Located, nameOf } from '../../pki/files.ts';
import { UserError } from '../../words/user-error.ts';
import { secondName } from '../commit/archive.ts';
import type { Folder } from '../folder.ts';
import type { OutputFolder, Place } from '../output-folder.ts';
import { type View, viewOf } from './read.ts';

/** What an order says of links. */
export interface Links {
  /** The entity's folder, relative to the output folder. */
  readonly folder: string;
  /** The version folder that becomes the current one; `null`: plain files take the links' places. */
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
export const VERSION = 'version';

/** Only the owner may read a key; all users may find the certificates. */
const FOLDER_MODE = 0o755;

/** Puts the staged files, and those that stay as they are, into a folder of their own. */
export async function stageVersion(output: OutputFolder, staged: Folder, staging: Staging): Promise<Links> {
  const { entity, writes } = staging;
  await checkLinks(staged);
  await staged.makeFolder(VERSION, FOLDER_MODE);
  using folder = staged.enter(VERSION);
  folder.setMode(FOLDER_MODE);
  for (const file of writes) await staged.rename(ARTIFACTS[file].file, folder, fileName(entity, file));
  const kept = keptFiles(output, viewOf(output.root.path, entity), staging);
  for (const [file, path] of kept)
    await duplicate(output, file, path, { folder, name: fileName(entity, file) });
  const version = newName(output, entityFolder(entity), staging.stamp);
  return linksOf(entity, version, [...writes, ...kept.map(([file]) => file)]);
}

/** Asked before anything is final: a switch to links that cannot be would stay half done. */
async function checkLinks(staged: Folder): Promise<void> {
  try {
    await staged.symlink('.', TRIAL);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error))) throw error;
    throw new UserError({ kind: 'no-symlinks', path: staged.path });
  }
  await staged.unlink(TRIAL);
}

const TRIAL = 'trial';

/** Puts the files that stay, and are behind links, beside the staged ones: the whole set takes the links' places. */
export async function stagePlain(output: OutputFolder, staged: Folder, staging: Staging): Promise<Links> {
  const view = viewOf(output.root.path, staging.entity);
  const kept = keptFiles(output, view, staging).filter(([file]) => view.places[file] !== 'plain');
  for (const [file, path] of kept)
    await duplicate(output, file, path, { folder: staged, name: ARTIFACTS[file].file });
  return linksOf(staging.entity, null, [...staging.writes, ...kept.map(([file]) => file)]);
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

/** Resolves once a version in a staging folder survives a power cut. */
export async function syncVersion(staged: Folder, { names, files }: Links): Promise<void> {
  using folder = staged.enter(VERSION);
  const there = names.filter(([file]) => files.includes(file));
  await Promise.all([...there.map(([, name]) => folder.syncFile(name)), folder.sync()]);
}

/** Files that stay, and where each is, relative to the output folder. */
function keptFiles(
  { root }: OutputFolder,
  view: View,
  { writes, deletes }: Staging,
): readonly (readonly [file: Artifact, path: string])[] {
  return ALL_ARTIFACTS.flatMap((file) => {
    const path = view.places[file] === 'other' ? null : view.paths[file];
    if (path === null || writes.includes(file) || deletes.includes(file)) return [];
    return [[file, relative(root.path, path)] as const];
  });
}

async function duplicate(output: OutputFolder, file: Artifact, path: string, copy: Place): Promise<void> {
  using folder = output.enter(folderOf(path));
  await secondName(
    { folder, name: nameOf(path) },
    copy,
    undefined,
    ARTIFACTS[file].secret ? modeOf(file) : 0o777,
  );
}

/** A name that is later than every other, and of which nothing is there: two changes may fall into one second. */
function newName(output: OutputFolder, path: string, stamp: string): string {
  using folder = output.enterIfThere(path);
  for (let copies = 1; ; copies++) {
    const name = copies === 1 ? `..v-${stamp}` : `..v-${stamp}.${copies}`;
    if (folder?.lookAt(name) === undefined) return name;
  }
}
