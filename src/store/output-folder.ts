/** The output folder of a run, open, and `.pki` in it: everything that a run changes, it changes through these. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import { folderOf, nameOf } from '../pki/files.ts';
import { COMMIT_FOLDER, PRIVATE_FOLDER } from '../pki/paths.ts';
import { descend, ensure } from './descend.ts';
import { Folder } from './folder.ts';
import { checkWay, openOwn } from './own.ts';

/** A name in an open folder, whatever has it, if anything has. */
export interface Place {
  readonly folder: Folder;
  readonly name: string;
}

/** To be closed; `using` does. Paths are relative to the output folder. */
export class OutputFolder {
  readonly root: Folder;
  readonly own: Folder;
  readonly #open = new Map<string, Folder>();

  private constructor(root: Folder, own: Folder) {
    this.root = root;
    this.own = own;
  }

  /** @throws UserError where `.pki` is not ours to use. */
  static async open(path: string): Promise<OutputFolder> {
    checkWay(path);
    const root = await madeFolder(path);
    try {
      return new OutputFolder(root, await openOwn(root));
    } catch (error) {
      root[Symbol.dispose]();
      throw error;
    }
  }

  /** A folder, to be closed by the caller. */
  enter(path: string): Folder {
    const own = ownPath(path);
    if (own === '.') return this.own.again();
    const above = path === '.' ? undefined : this.#kept(folderOf(path));
    if (above !== undefined) return above.enter(nameOf(path));
    return own === undefined ? descend(this.root, path) : descend(this.own, own);
  }

  /** A folder that is opened once for all that is looked up in it, where it is one of the few that every entity needs. */
  #kept(path: string): Folder | undefined {
    if (path === '.') return this.root;
    if (path === PRIVATE_FOLDER) return this.own;
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const above = isShared(path) && this.#open.size < KEPT ? this.#kept(folderOf(path)) : undefined;
    const folder = above?.enter(nameOf(path));
    if (folder !== undefined) this.#open.set(path, folder);
    return folder;
  }

  /** The same; `undefined` where there is none. */
  enterIfThere(path: string): Folder | undefined {
    try {
      return this.enter(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The same, made where it is missing. */
  ensure(path: string, mode: number): Promise<Folder> {
    const own = ownPath(path);
    return own === undefined ? ensure(this.root, path, mode) : ensure(this.own, own, mode);
  }

  /** A folder for files of entities, made where it is missing, and so that its name survives a power cut. */
  async ensureLasting(path: string): Promise<Folder> {
    const found = this.enterIfThere(path);
    if (found !== undefined) return found;
    const folder = await this.ensure(path, 0o755);
    await this.syncDown(path);
    return folder;
  }

  /** Resolves once a folder and those above it, which may be new, survive a power cut, with the names in them. */
  async syncDown(path: string): Promise<void> {
    const parts = path.split('/');
    const paths = ['.', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
    await Promise.all(paths.map((above) => this.#sync(above)));
  }

  async #sync(path: string): Promise<void> {
    using folder = this.enter(path);
    await folder.sync();
  }

  [Symbol.dispose](): void {
    for (const folder of this.#open.values()) folder[Symbol.dispose]();
    this.own[Symbol.dispose]();
    this.root[Symbol.dispose]();
  }
}

/** No more than these stay open. */
const KEPT = 8;

/** `servers`, `.pki/commit` and staging folders of runs: what many entities are in. */
function isShared(path: string): boolean {
  return !path.includes('/') || path === COMMIT_FOLDER || /^\.pki\/stage(\/[^/]+)?$/.test(path);
}

/** What is below `.pki` is reached from the `.pki` that was checked. */
function ownPath(path: string): string | undefined {
  if (path === PRIVATE_FOLDER) return '.';
  return path.startsWith(`${PRIVATE_FOLDER}/`) ? path.slice(PRIVATE_FOLDER.length + 1) : undefined;
}

/** A folder, made with those above it where it is missing, and so that their names survive a power cut. */
export async function madeFolder(path: string): Promise<Folder> {
  try {
    return Folder.open(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const first = mkdirSync(path, { recursive: true, mode: 0o755 }) ?? path;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    using folder = Folder.open(made);
    if ((0o755 & process.umask()) !== 0) folder.setMode(0o755 | (folder.stat.mode & 0o2000));
    using above = Folder.open(dirname(made));
    await above.sync();
  }
  return Folder.open(path);
}

/** Folders of an entity's files, open, by the paths of the files. To be closed; `using` does. */
export class Targets {
  readonly #folders = new Map<string, Folder>();

  /** Those that are missing are made. */
  static async open(output: OutputFolder, paths: readonly string[]): Promise<Targets> {
    const targets = new Targets();
    try {
      for (const path of new Set(paths.map(folderOf)))
        targets.#folders.set(path, await output.ensureLasting(path));
      return targets;
    } catch (error) {
      targets[Symbol.dispose]();
      throw error;
    }
  }

  at(path: string): Place {
    const folder = this.#folders.get(folderOf(path));
    if (folder === undefined) throw new Error(`Internal error: the folder of "${path}" is not open`);
    return { folder, name: nameOf(path) };
  }

  async sync(): Promise<void> {
    await Promise.all([...this.#folders.values()].map((folder) => folder.sync()));
  }

  [Symbol.dispose](): void {
    for (const folder of this.#folders.values()) folder[Symbol.dispose]();
  }
}
