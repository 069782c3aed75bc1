/**
 * `publish: symlinks`, read: an entity's names are links through one link, which leads to a folder with a whole set.
 *
 *   servers/api/key.pem -> ..data/key.pem        servers/api/..data -> ..v-<stamp>        servers/api/..v-<stamp>/key.pem
 *
 * Exactly these links are followed, in one folder, to plain files; any other link belongs to another program and is left alone.
 */
import { accessSync, constants, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { ALL_ARTIFACTS, type Artifact, eachArtifact } from '../../pki/artifact.ts';
import { errorCode } from '../../pki/errors.ts';
import { entityFolder, fileName, filePath, type Located } from '../../pki/files.ts';
import { mapRecord } from '../../pki/record.ts';
import type { LinkFault, LinkFinding } from '../../plan/blockage.ts';
import type { FileState, Published } from '../../plan/observation.ts';
import { linkText } from '../disk.ts';
import { blockedBy, readBytes } from '../observe/read.ts';

/** The one link that is switched. */
export const DATA_LINK = '..data';

/** Our version folders: hidden like the kubelet's, and in the order of their making when sorted. */
const VERSION_NAME = /^\.\.v-[\w.+-]+$/;

/** What one of an entity's names must read to be a link of ours. */
export function dataPath(name: string): string {
  return `${DATA_LINK}/${name}`;
}

/** What stands under one of an entity's names: a plain file, our link, nothing though the file is there, or something else. */
type Place = 'plain' | 'link' | 'unlinked' | 'other';

/** How an entity's files stand in its folder. */
export interface View {
  /** Where each is, absolute; `null` where a link of ours leads nowhere. */
  readonly paths: Readonly<Record<Artifact, string | null>>;
  readonly places: Readonly<Record<Artifact, Place>>;
  /** The folder that the links lead to, or, where they lead nowhere, the newest of those there are; absolute. */
  readonly current: string | null;
  readonly blocked: FileState<never> | null;
  /** Absent: there is nothing. */
  readonly published?: Published;
}

/** @param root the output folder, absolute. */
export function viewOf(root: string, entity: Located): View {
  const folder = join(root, entityFolder(entity));
  const names = ALL_ARTIFACTS.map((file) => fileName(entity, file));
  const versions = findVersions(folder, names);
  const byArtifact = eachArtifact((file) =>
    look(join(root, filePath(entity, file)), fileName(entity, file), versions),
  );
  const seen = Object.values(byArtifact);
  const view = {
    places: mapRecord(byArtifact, ({ place }) => place),
    paths: mapRecord(byArtifact, ({ path }) => path),
    ...versions,
  };
  const state = stateOf(seen, versions);
  if (state === null) return view;
  const findings = state === 'mixed' ? findingsOf(entity, seen, versions) : [];
  return { ...view, published: { state, findings } };
}

/** A published file's bytes, through our links where there are any; as fast as a plain read where there are none. */
export function readPublished(root: string, entity: Located, file: Artifact): FileState<Buffer> {
  const bytes = readBytes(join(root, filePath(entity, file)));
  if (!isLink(bytes)) return bytes;
  return entityFolder(entity) === '.' ? bytes : readSeen(viewOf(root, entity), file);
}

/** The bytes of a file where the view found it. */
export function readSeen({ blocked, paths }: View, file: Artifact): FileState<Buffer> {
  const path = paths[file];
  return blocked ?? (path === null ? { state: 'missing' } : readBytes(path));
}

/** Whether a read ended at a symbolic link, ours or not. */
export function isLink(file: FileState<unknown>): boolean {
  return file.state === 'blocked' && file.cause.kind === 'link';
}

/** The version folders in a folder, oldest first; of one that is not there, none. */
export function versionNames(folder: string): readonly string[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true });
    return found
      .flatMap((entry) => (VERSION_NAME.test(entry.name) && entry.isDirectory() ? [entry.name] : []))
      .sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error))) return [];
    throw error;
  }
}

interface Versions {
  readonly current: string | null;
  readonly blocked: FileState<never> | null;
  readonly findings: readonly LinkFinding[];
  /** Whether there are links, or folders for them. */
  readonly found: boolean;
}

function findVersions(folder: string, names: readonly string[]): Versions {
  const data = join(folder, DATA_LINK);
  const there = statAt(data) !== undefined;
  const text = linkText(data);
  const all = versionNames(folder);
  const blocked = (there ? dataBlockage(folder, text) : null) ?? closedFolder(folder, all);
  if (blocked !== null) return { current: null, blocked, findings: [], found: true };
  const ours = all.filter((name) => holdsOurs(join(folder, name), names));
  const linked =
    text !== null && VERSION_NAME.test(text) && statAt(join(folder, text)) !== undefined ? text : null;
  const current = linked ?? ours.findLast((name) => readdirSync(join(folder, name)).length > 0) ?? null;
  const left = ours.filter((name) => name !== current).map((name) => ({ name, is: 'left-over' }) as const);
  const isDue = there || ours.length > 0;
  const broken = { name: DATA_LINK, is: there ? 'dangling' : 'missing' } as const;
  return {
    current: current === null ? null : join(folder, current),
    blocked: null,
    findings: [...(linked === null && isDue ? [broken] : []), ...left],
    found: isDue,
  };
}

/** A folder that holds only files of other programs is left alone. */
function holdsOurs(version: string, names: readonly string[]): boolean {
  const held = readdirSync(version);
  return held.length === 0 || held.some((name) => names.includes(name));
}

/** Why `..data` can neither be followed nor replaced; a link that leads nowhere in its own folder can be replaced. */
function dataBlockage(folder: string, text: string | null): FileState<never> | null {
  if (text === null) return linksBlocked(DATA_LINK, { kind: 'no-link' });
  if (text.includes('/') || text === '..' || text === '.')
    return linksBlocked(DATA_LINK, { kind: 'leads-out' });
  const target = statAt(join(folder, text));
  if (target === undefined || target.isDirectory()) return null;
  return linksBlocked(DATA_LINK, { kind: 'no-folder' });
}

/** What a closed folder holds may be the only copy of a key. */
function closedFolder(folder: string, versions: readonly string[]): FileState<never> | null {
  for (const name of versions) {
    try {
      accessSync(join(folder, name), constants.R_OK | constants.X_OK);
    } catch (error) {
      return linksBlocked(name, { kind: 'unreadable', code: errorCode(error) });
    }
  }
  return null;
}

function linksBlocked(name: string, fault: LinkFault): FileState<never> {
  return blockedBy({ kind: 'links', name, fault });
}

interface Seen {
  readonly place: Place;
  readonly path: string | null;
  readonly name: string;
  readonly dangles: boolean;
}

function look(path: string, name: string, { current }: Versions): Seen {
  const stat = statAt(path);
  const target = current === null || name.includes('/') ? null : join(current, name);
  const behind = target !== null && statAt(target) !== undefined;
  const other = { place: 'other', path, name, dangles: false } as const;
  if (stat?.isFile()) return { ...other, place: 'plain' };
  if (stat === undefined) return behind ? { ...other, place: 'unlinked', path: target } : other;
  if (!stat.isSymbolicLink() || linkText(path) !== dataPath(name)) return other;
  return { ...other, place: 'link', path: target, dangles: !behind };
}

function stateOf(seen: readonly Seen[], { found, findings }: Versions): Published['state'] | null {
  const has = (place: Place): boolean => seen.some((file) => file.place === place);
  if (!found && !has('link')) return has('plain') ? 'files' : null;
  const whole = !has('plain') && !has('unlinked') && !seen.some(({ dangles }) => dangles);
  return whole && findings.length === 0 ? 'symlinks' : 'mixed';
}

/** What keeps the files from being as the manifest has them. */
function findingsOf(
  { publish }: Located,
  seen: readonly Seen[],
  { findings }: Versions,
): readonly LinkFinding[] {
  const odd = seen.flatMap(({ place, name, dangles }): readonly LinkFinding[] => {
    if (dangles) return findings.length > 0 ? [] : [{ name, is: 'dangling' }];
    if (place === 'unlinked') return [{ name, is: 'missing' }];
    if (publish === 'symlinks') return place === 'plain' ? [{ name, is: 'plain-file' }] : [];
    return place === 'link' ? [{ name, is: 'link' }] : [];
  });
  return [...findings, ...odd];
}

function statAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (['ENOTDIR', 'EACCES'].includes(errorCode(error))) return undefined;
    throw error;
  }
}
