/**
 * A folder that is open. What is done through it is done in the very folder that was looked at, whatever its name leads
 * to by now: names are looked up from its descriptor, one at a time, and no link among them is followed. On Linux
 * `/proc/self/fd/N/name` is that to the kernel; elsewhere a path is used, and compared with the descriptor each time.
 */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import type { FileState } from '../plan/observation.ts';
import { UserError } from '../words/user-error.ts';
import { changeMode } from './change-mode.ts';
import { mountOf, pathOf, type Reach, usualReach, withPath } from './descriptor.ts';
import * as disk from './disk.ts';
import { readBytes } from './observe/read.ts';
import { OpenFile } from './open-file.ts';
import { StepError } from './step-error.ts';

/** Sees every folder before it is used; throws where it must not be. */
export type Guard = (path: string, stat: Stats) => void;

const OPEN = constants.O_RDONLY | constants.O_DIRECTORY;

/** To be closed; `using` does. Names are single ones: no path, not `.` nor `..`. */
export class Folder {
  /** For messages: where it was when it was opened. */
  readonly path: string;
  #stat: Stats | undefined;
  #mount: string | undefined;
  readonly #descriptor: number;
  readonly #reach: Reach;
  readonly #guard: Guard | undefined;

  private constructor(path: string, descriptor: number, reach: Reach, guard: Guard | undefined) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#reach = reach;
    this.#guard = guard;
    try {
      guard?.(path, this.stat);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** The folder at a path, which alone may lead through links: where the user wants it is not for us to judge. */
  static open(path: string, reach: Reach = usualReach()): Folder {
    return new Folder(reach === 'path' ? realpathSync(path) : path, openSync(path, OPEN), reach, undefined);
  }

  /**
   * A folder in this one. @param guard for it and all below; by default this folder's own.
   * @throws UserError where something else has the name; a system error where nothing has.
   */
  enter(name: string, guard: Guard | undefined = this.#guard): Folder {
    const path = join(this.path, name);
    return this.#now(name, (at) => {
      try {
        return new Folder(path, openSync(at, OPEN | constants.O_NOFOLLOW), this.#reach, guard);
      } catch (error) {
        if (!['ENOTDIR', 'ELOOP'].includes(errorCode(error))) throw error;
        const isLink = lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink();
        throw new UserError({ kind: 'own-folder', path, isLink: isLink === true });
      }
    });
  }

  /** The same; `undefined` where something else has the name by now. */
  enterIfFolder(name: string): Folder | undefined {
    try {
      return this.enter(name);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  /** The same folder, open once more. */
  again(): Folder {
    return this.#now(null, (at) => new Folder(this.path, openSync(at, OPEN), this.#reach, this.#guard));
  }

  /** As it was when it was first asked for. */
  get stat(): Stats {
    this.#stat ??= fstatSync(this.#descriptor);
    return this.#stat;
  }

  /** Leads to this very folder as long as it is open, for functions that take paths; not for messages. */
  get location(): string {
    return this.#reach === 'descriptor' ? pathOf(this.#descriptor) : this.path;
  }

  /** What is mounted here (descriptor.ts). */
  get mount(): string {
    this.#mount ??= mountOf(this.#descriptor);
    return this.#mount;
  }

  /** Links are not followed. */
  lookAt(name: string): Stats | undefined {
    return this.#now(name, (at) => lstatSync(at, { throwIfNoEntry: false }));
  }

  list(): readonly string[] {
    return this.#now(null, (at) => readdirSync(at));
  }

  /** The text of a symbolic link; `null` for whatever else is there, or is not. */
  linkText(name: string): string | null {
    return this.#now(name, disk.linkText);
  }

  /** A plain file's bytes, or what else is there. */
  read(name: string, limit?: number): FileState<Buffer> {
    return this.#now(name, (at) => readBytes(at, limit));
  }

  /** @throws UserError for what is no plain file; a system error where nothing is. */
  openFile(name: string, flags?: number, mode?: number): OpenFile {
    return this.#now(name, (at) => new OpenFile(at, join(this.path, name), flags, mode));
  }

  /** A new file with exactly this mode, its content at once or piece by piece; rejects with `EEXIST` where the name is taken. */
  writeNew(name: string, content: string | Uint8Array | Iterable<string>, mode: number): void {
    this.#now(name, (at) => disk.writeNew(at, content, mode));
  }

  /** The same, and the content survives a power cut once this resolves. */
  writeSynced(name: string, content: string | Uint8Array, mode: number): Promise<void> {
    return this.#later(name, (at) => disk.writeSynced(at, content, mode));
  }

  /** Atomic: what has the name is replaced, whatever it is but a folder. */
  rename(name: string, to: Folder, newName: string): Promise<void> {
    return this.#later(name, (from) => to.#later(newName, (at) => disk.rename(from, at)));
  }

  /** A second name for the same file; of a link for the link. Rejects with `EEXIST` where the name is taken. */
  link(name: string, to: Folder, newName: string): Promise<void> {
    return this.#later(name, (from) => to.#later(newName, (at) => disk.link(from, at)));
  }

  /** A new link that reads `text`. */
  symlink(text: string, name: string): Promise<void> {
    return this.#later(name, (at) => disk.symlink(text, at));
  }

  /** Of a link the link, and never a folder. */
  unlink(name: string): Promise<void> {
    return this.#later(name, disk.unlink);
  }

  /** Only an empty folder goes. */
  rmdir(name: string): Promise<void> {
    return this.#later(name, disk.rmdir);
  }

  /** With its mode cut by the umask; rejects with `EEXIST` where the name is taken. */
  async makeFolder(name: string, mode: number): Promise<void> {
    await this.#later(name, (at) => disk.makeFolder(at, { mode }));
  }

  /** Removes whatever has the name, with all that is in it. Only for folders that no other user can write to. */
  removeTree(name: string): void {
    this.#now(name, disk.removeTree);
  }

  setMode(mode: number): void {
    changeMode(this.#descriptor, this.path, mode);
  }

  /** As a system lets us: mostly, only root may. */
  setOwner(uid: number, gid: number): void {
    fchownSync(this.#descriptor, uid, gid);
  }

  /** Resolves once the names in the folder survive a power cut. */
  sync(): Promise<void> {
    return disk.sync(this.#descriptor);
  }

  /** The same for the content of a file in it. */
  async syncFile(name: string): Promise<void> {
    using file = this.openFile(name);
    await file.sync();
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  #now<T>(name: string | null, operation: (at: string) => T): T {
    try {
      this.#check();
      const result = operation(this.#at(name));
      this.#checkOrClose(result);
      return result;
    } catch (error) {
      throw withPath(error, this.location, this.path);
    }
  }

  /** What was opened in another folder than this is of no use, and stays open for nothing. */
  #checkOrClose(result: unknown): void {
    try {
      this.#check();
    } catch (error) {
      if (result instanceof Folder || result instanceof OpenFile) result[Symbol.dispose]();
      throw error;
    }
  }

  async #later<T>(name: string, operation: (at: string) => Promise<T>): Promise<T> {
    try {
      this.#check();
      const result = await operation(this.#at(name));
      this.#check();
      return result;
    } catch (error) {
      throw withPath(error, this.location, this.path);
    }
  }

  /** The folder itself with `null`. */
  #at(name: string | null): string {
    if (name === null) return this.location;
    if (['', '.', '..'].includes(name) || /[/\0]/.test(name))
      throw new Error(`Internal error: "${name}" is no name in a folder`);
    return `${this.location}/${name}`;
  }

  /** By path alone: still this folder, which no link has replaced. */
  #check(): void {
    if (this.#reach === 'descriptor') return;
    const now = lstatSync(this.path, { throwIfNoEntry: false });
    if (now?.ino === this.stat.ino && now.dev === this.stat.dev) return;
    throw new StepError({ kind: 'other-folder', path: this.path });
  }
}
