/**
 * What a child did to its files, for a replay of a power cut (power-cut.ts); used by fault.mjs. Two JSON lines for each
 * operation: `{ id, op, path, to, of }` when it begins and `{ done, ok, made }` when it has ended, where `of` and `made`
 * describe what is at the path: a file with its content, a folder with its entries. Paths are real ones, whatever they
 * were given as: a descriptor, `/proc/self/fd/N/name`, a relative path, a path through links.
 */
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Taken before fault.mjs replaces them.
const { openSync, writeSync, readlinkSync, realpathSync, lstatSync, readdirSync, readFileSync } = fs;

/** Descriptors opened by this process, for systems without `/proc`; a folder that is renamed later has its old path. */
const opened = new Map();

/** Remembers where a descriptor leads. */
export function remember(descriptor, target) {
  opened.set(descriptor, canonical(target));
}

/** The real path of what an operation is about; its last part is never followed. */
function canonical(target) {
  if (typeof target === 'number') return byDescriptor(target);
  const path = resolve(target instanceof URL ? fileURLToPath(target) : String(target));
  const [, descriptor, rest] = /^\/(?:proc\/(?:self|\d+)|dev)\/fd\/(\d+)(\/.*)?$/.exec(path) ?? [];
  if (descriptor === undefined) return behindLinks(path);
  const folder = byDescriptor(Number(descriptor));
  return rest === undefined ? folder : behindLinks(join(folder, rest));
}

function byDescriptor(descriptor) {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return opened.get(descriptor) ?? `descriptor ${descriptor}`;
  }
}

function behindLinks(path) {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** What is at a path now; `null` where nothing is, or nothing any more: threads rename while this looks. */
function describe(path, deep = true) {
  try {
    return described(path, deep);
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function described(path, deep) {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const base = { ino: stat.ino, mode: stat.mode & 0o7777 };
  if (stat.isSymbolicLink()) return { ...base, kind: 'link', target: readlinkSync(path) };
  if (stat.isFile()) return { ...base, kind: 'file', content: readFileSync(path).toString('base64') };
  if (!stat.isDirectory()) return { ...base, kind: 'other' };
  const below = deep === 'all' ? 'all' : false;
  const entries = deep ? readdirSync(path).map((name) => [name, describe(join(path, name), below)]) : [];
  return { ...base, kind: 'folder', entries: Object.fromEntries(entries) };
}

const TWO_PATHS = new Set(['rename', 'link', 'symlink', 'copyFile']);

/** The path that an operation changes and, of one with two, the other; of a symbolic link the first is only its text. */
function pathsOf(op, [first, second]) {
  if (!TWO_PATHS.has(op)) return { path: canonical(first) };
  if (op === 'symlink') return { path: canonical(second) };
  return { path: canonical(first), to: canonical(second) };
}

/** The path that an operation changes, or from which it takes something. */
export function pathOf(op, args) {
  return pathsOf(op, args).path;
}

/** Folders that `mkdir -p` would make, the uppermost first. */
function missing(path) {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? [...missing(dirname(path)), path] : [];
}

/** Writes what happens to a file. */
export class Journal {
  #descriptor;
  #id = 0;

  constructor(path) {
    this.#descriptor = openSync(path, 'a');
  }

  /** Notes that an operation begins; gives what is to be called with its error, if any, when it has ended. */
  begin(op, args) {
    const id = ++this.#id;
    const { path, to } = pathsOf(op, args);
    const folders = op === 'mkdir' ? missing(path) : undefined;
    // A flush is about everything that there is, by whichever program.
    this.#write({ id, op, path, to, folders, of: describe(path, op === 'flush' ? 'all' : true) });
    return (error) => {
      const made = error ? undefined : (folders ?? [to ?? path]).map((one) => describe(one, false));
      this.#write({ done: id, ok: !error, made });
    };
  }

  #write(line) {
    writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
  }
}
