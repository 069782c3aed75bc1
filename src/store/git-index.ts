/**
 * Whether a path is in git's index, by reading that file (gitformat-index(5)). git itself is not asked: the settings of
 * a repository can make it run commands that others wrote.
 */
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { foldedName } from '../pki/git.ts';
import { readBytes } from './observe/read.ts';

/** The index of a million files takes a quarter of this. */
const LIMIT = 512 * 1024 * 1024;

/** Whether anything at a path (absolute) or below it is tracked by a repository that the path is in. */
export function isTracked(path: string): boolean {
  return trackingTop(path) !== undefined;
}

/** A link on the way to a folder that a repository made, and that leads out of the repository. */
export function strayLink(path: string): string | undefined {
  return [path, ...ancestors(path)].find((part) => {
    const isLink = lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    const top = isLink ? trackingTop(part) : undefined;
    return top !== undefined && !`${targetOf(part)}${sep}`.startsWith(`${top}${sep}`);
  });
}

/** Nowhere, which is outside as well, where the link leads to nothing. */
function targetOf(link: string): string {
  return existsSync(link) ? realpathSync(link) : '';
}

/** The top of the working tree in whose index a path is, or something below it. */
function trackingTop(path: string): string | undefined {
  const real = join(realpathSync(dirname(path)), basename(path));
  return ancestors(real).find((top) => indexesOf(top).some((index) => mentions(index, relative(top, real))));
}

function ancestors(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...ancestors(above)];
}

/** The index of a working tree, and those that it is split into; none where the folder is not its top. */
function indexesOf(top: string): readonly string[] {
  const folder = gitFolder(join(top, '.git'));
  if (folder === undefined) return [];
  return namesIn(folder)
    .filter((name) => name === 'index' || name.startsWith('sharedindex.'))
    .map((name) => join(folder, name));
}

/** Of a worktree or submodule, `.git` is a file that says where the folder is. */
function gitFolder(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return stat && path;
  const file = readBytes(path);
  const target =
    file.state === 'present' ? /^gitdir: (.+)$/m.exec(file.facts.toString('utf8'))?.[1] : undefined;
  return target && resolve(dirname(path), target);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // A repository that is not for us to look into: nothing of it was checked out by us.
  }
}

function mentions(index: string, path: string): boolean {
  const file = readBytes(index, LIMIT);
  if (file.state !== 'present') return false;
  const wanted = foldedName(path.split(sep).join('/'));
  const names = indexNames(file.facts);
  // Of a form that is not known yet, the bytes are all there is.
  if (names === undefined) return file.facts.includes(wanted);
  return names.map(foldedName).some((name) => name === wanted || name.startsWith(`${wanted}/`));
}

/** The paths in an index; `undefined` where it is of another form. Names of objects have 20 octets, or 32. */
export function indexNames(bytes: Buffer): readonly string[] | undefined {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  return entries(bytes, version, 20) ?? entries(bytes, version, 32);
}

/** Times, device, inode, mode, owner and size of a file come before the name of its object. */
const STAT = 40;
const EXTENDED = 0x4000;
const LENGTH = 0x0fff;

function entries(bytes: Buffer, version: number, hash: number): readonly string[] | undefined {
  const names: string[] = [];
  let before: Buffer = Buffer.alloc(0);
  let at = 12;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flagsAt = at + STAT + hash;
    if (flagsAt + 3 > bytes.length) return undefined;
    const flags = bytes.readUInt16BE(flagsAt);
    const nameAt = flagsAt + ((flags & EXTENDED) === 0 ? 2 : 4);
    const entry = version === 4 ? prefixed(bytes, nameAt, before) : padded(bytes, nameAt, at);
    if (entry === undefined || Math.min(entry.name.length, LENGTH) !== (flags & LENGTH)) return undefined;
    names.push(entry.name.toString('utf8'));
    before = entry.name;
    at = entry.end;
  }
  return names;
}

interface Entry {
  readonly name: Buffer;
  readonly end: number;
}

/** Ended by one to eight zeros, so that the length of the whole entry is a multiple of eight. */
function padded(bytes: Buffer, at: number, start: number): Entry | undefined {
  const zero = bytes.indexOf(0, at);
  if (zero === -1) return undefined;
  return { name: bytes.subarray(at, zero), end: zero + 8 - ((zero - start) % 8) };
}

/** How many octets at the end of the name before are replaced, and by what. */
function prefixed(bytes: Buffer, at: number, before: Buffer): Entry | undefined {
  const { value, end } = variableLength(bytes, at);
  const zero = bytes.indexOf(0, end);
  if (zero === -1 || value > before.length) return undefined;
  const kept = before.subarray(0, before.length - value);
  return { name: Buffer.concat([kept, bytes.subarray(end, zero)]), end: zero + 1 };
}

/** As offsets in pack files (gitformat-pack(5), "offset encoding"). */
function variableLength(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let at = start;
  let octet = bytes[at++] ?? 0;
  let value = octet & 0x7f;
  while ((octet & 0x80) !== 0) {
    octet = bytes[at++] ?? 0;
    value = (value + 1) * 128 + (octet & 0x7f);
  }
  return { value, end: at };
}
