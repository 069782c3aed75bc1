/**
 * The state of every file that a plan may look at: while all of them are as they were, a plan finds what it found. Only for
 * folders in which every entity has plain files in its own folder; of any other there is no state.
 */
import type { Dirent } from 'node:fs';
import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { SECTIONS } from '../pki/entity.ts';
import { PRIVATE_FOLDER } from '../pki/paths.ts';
import { isRecent } from './observe/tick.ts';
import { isTrusted } from './owner.ts';

/** Paths below an output folder, and of each the columns of its state, one after the other. */
export interface FileStates {
  /** `''` is the output folder itself. */
  readonly paths: readonly string[];
  /** `COLUMNS` of each; all of them are −1 where nothing is. */
  readonly values: Float64Array;
}

/** What a state has: a file that is replaced, written, moved, given away or linked differs in one of these. */
const COLUMNS = ['dev', 'ino', 'mode', 'uid', 'gid', 'size', 'mtimeMs', 'ctimeMs'] as const;
const WIDTH = COLUMNS.length;
const CHANGED = COLUMNS.indexOf('ctimeMs');
/** Of a folder in which other things come and go: which one it is, and who may write to it. */
const IDENTITY = 5;

/**
 * What is in `.pki` and decides nothing: what saves time, what a run works with, and what says who runs. The archive decides
 * something only where the manifest says how long it is kept, or a list is made (plan/idle.ts), and it grows for years.
 */
const UNSEEN: ReadonlySet<string> = new Set([
  'archive',
  'cache.json',
  'manifest.bin',
  'idle.bin',
  'proof.json',
  'lock',
  'stage',
  'scratch',
]);

/** Folders whose own times say nothing, because what is unseen comes and goes in them. */
const BUSY: ReadonlySet<string> = new Set(['', PRIVATE_FOLDER]);

/** @param root the output folder. @returns `undefined` where something is not as usual, or cannot be looked at. */
export function fileStates(root: string): FileStates | undefined {
  try {
    const states = new States(root);
    return [...SECTIONS].every((section) => states.addSection(section)) && states.addOwn(PRIVATE_FOLDER)
      ? states.all()
      : undefined;
  } catch {
    // Nothing that may not be looked at is known to be the same.
    return undefined;
  }
}

/** Whether everything is as it was. Files that came since then changed the folder that they are in, or are listed there. */
export function isUnchanged(root: string, { paths, values }: FileStates): boolean {
  const now = new Float64Array(WIDTH);
  try {
    if (!ownNames(root).every((name) => paths.includes(`${PRIVATE_FOLDER}/${name}`))) return false;
    return paths.every((path, index) => {
      now.set(stateOf(path, statAt(root, path)));
      return isSameRow(now, 0, values, index);
    });
  } catch {
    return false;
  }
}

/** What is in `.pki` and counts. */
function ownNames(root: string): readonly string[] {
  if (statAt(root, PRIVATE_FOLDER) === undefined) return [];
  return readdirSync(join(root, PRIVATE_FOLDER)).filter(isSeen);
}

function isSeen(name: string): boolean {
  return !UNSEEN.has(name) && !name.endsWith('.draft');
}

/**
 * Whether each of them would show one more change. Asked of every file, because a section may be on a file system that counts
 * whole seconds: there, an older change can hide another one for longer. @param now milliseconds since 1970.
 */
export function areSettled({ values }: FileStates, now: number): boolean {
  for (let at = CHANGED; at < values.length; at += WIDTH) if (isRecent(values[at] ?? 0, now)) return false;
  return true;
}

/** Whether all that is outside of these folders, and of `.pki`, is the same in both. @param folders `servers/api` and so on. */
export function differOnlyIn(before: FileStates, after: FileStates, folders: ReadonlySet<string>): boolean {
  let places: ReadonlyMap<string, number> | undefined;
  let outside = 0;
  for (const [index, path] of after.paths.entries()) {
    if (!isOutside(path, folders)) continue;
    // Folders are mostly listed in the same order.
    if (before.paths[index] !== path) places ??= new Map(before.paths.map((one, where) => [one, where]));
    const at = before.paths[index] === path ? index : places?.get(path);
    if (at === undefined || !isSameRow(before.values, at, after.values, index)) return false;
    outside++;
  }
  return outside === before.paths.filter((path) => isOutside(path, folders)).length;
}

/** A section's own state changes with the folders in it, each of which is compared. */
function isOutside(path: string, folders: ReadonlySet<string>): boolean {
  if (path === '') return true;
  if (path === PRIVATE_FOLDER || path.startsWith(`${PRIVATE_FOLDER}/`)) return false;
  const section = path.indexOf('/');
  const entity = path.indexOf('/', section + 1);
  return section !== -1 && !folders.has(entity === -1 ? path : path.slice(0, entity));
}

function isSameRow(one: Float64Array, at: number, other: Float64Array, index: number): boolean {
  for (let column = 0; column < WIDTH; column++)
    if (one[at * WIDTH + column] !== other[index * WIDTH + column]) return false;
  return true;
}

function statAt(root: string, path: string): Stats | undefined {
  // The output folder itself may be a link that the user made; nothing below it may.
  return path === '' ? statSync(root) : lstatSync(join(root, path), { throwIfNoEntry: false });
}

function stateOf(path: string, stat: Stats | undefined): readonly number[] {
  if (stat === undefined) return COLUMNS.map(() => -1);
  const width = BUSY.has(path) ? IDENTITY : WIDTH;
  return COLUMNS.map((column, index) => (index < width ? stat[column] : 0));
}

/** Others may replace what is in such a folder, of which every plan warns. */
function isOpenToOthers({ mode, uid }: Stats): boolean {
  return (mode & 0o022) !== 0 || !isTrusted(uid);
}

/** States as they are collected: each folder is looked at before it is listed, so that what comes meanwhile shows. */
class States {
  readonly #root: string;
  readonly #isOpen: boolean;
  readonly #paths: string[] = [];
  #values = new Float64Array(1024 * WIDTH);

  constructor(root: string) {
    this.#root = root;
    const stat = this.#add('');
    this.#isOpen = stat === undefined || isOpenToOthers(stat);
  }

  /** Nothing where the output folder itself is open to others. */
  all(): FileStates | undefined {
    if (this.#isOpen) return undefined;
    return { paths: this.#paths, values: this.#values.slice(0, this.#paths.length * WIDTH) };
  }

  /** @returns whether all that is there is as usual. */
  addSection(section: string): boolean {
    return this.#addFolder(section, (entity, entry) =>
      entry.isDirectory() ? this.#addFolder(entity, (file) => this.#addFile(file)) : this.#addFile(entity),
    );
  }

  /** With everything in it. */
  addOwn(folder: string): boolean {
    return this.#addFolder(folder, (path, entry) => {
      if (folder === PRIVATE_FOLDER && !isSeen(entry.name)) return true;
      return entry.isDirectory() ? this.addOwn(path) : this.#addFile(path);
    });
  }

  /** Where nothing is there is nothing unusual. */
  #addFolder(path: string, addEntry: (path: string, entry: Dirent) => boolean): boolean {
    const stat = this.#add(path);
    if (stat === undefined) return true;
    if (!stat.isDirectory() || isOpenToOthers(stat)) return false;
    const entries = readdirSync(join(this.#root, path), { withFileTypes: true });
    return entries.every((entry) => addEntry(`${path}/${entry.name}`, entry));
  }

  #addFile(path: string): boolean {
    return this.#add(path)?.isFile() === true;
  }

  #add(path: string): Stats | undefined {
    const stat = statAt(this.#root, path);
    const at = this.#paths.length * WIDTH;
    if (at === this.#values.length) this.#grow();
    this.#values.set(stateOf(path, stat), at);
    this.#paths.push(path);
    return stat;
  }

  #grow(): void {
    const grown = new Float64Array(2 * this.#values.length);
    grown.set(this.#values);
    this.#values = grown;
  }
}
