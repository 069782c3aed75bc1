/** A plain file that is open: what is read and changed is what was looked at, whatever its name leads to by now. */
import { closeSync, constants, fchownSync, fstatSync, openSync, type Stats } from 'node:fs';
import { errorCode } from '../pki/errors.ts';
import type { Blockage } from '../plan/blockage.ts';
import { UserError } from '../words/user-error.ts';
import { changeMode } from './change-mode.ts';
import { sync } from './disk.ts';
import { readOpen } from './observe/read.ts';

/** Links are not followed, and opening a FIFO does not wait. */
const CAREFULLY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** To be closed; `using` does. */
export class OpenFile {
  /** For messages. */
  readonly path: string;
  readonly descriptor: number;
  /** As it was when it was opened. */
  readonly stat: Stats;

  /**
   * @param at where to open it, @param path what to call it, @param flags beside those that keep this careful.
   * @throws UserError for what is no plain file; else what the system says.
   */
  constructor(at: string, path: string, flags: number = constants.O_RDONLY, mode?: number) {
    this.path = path;
    this.descriptor = opened(at, path, flags | CAREFULLY, mode);
    this.stat = statOrClose(this.descriptor);
    if (this.stat.isFile()) return;
    closeSync(this.descriptor);
    throw inTheWay(path, { kind: this.stat.isDirectory() ? 'directory' : 'not-a-file' });
  }

  /** All of it, up to a limit that no file of ours comes near. @throws UserError beyond that. */
  read(limit?: number): Buffer {
    const found = readOpen(this.descriptor, limit);
    if (found.state === 'present') return found.facts;
    throw inTheWay(this.path, found.state === 'blocked' ? found.cause : { kind: 'not-a-file' });
  }

  /** Exactly this mode, whatever the umask. */
  setMode(mode: number): void {
    changeMode(this.descriptor, this.path, mode);
  }

  /** As a system lets us: mostly, only root may. */
  setOwner(uid: number, gid: number): void {
    fchownSync(this.descriptor, uid, gid);
  }

  /** Resolves once the content survives a power cut. */
  sync(): Promise<void> {
    return sync(this.descriptor);
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor);
  }
}

function opened(at: string, path: string, flags: number, mode: number | undefined): number {
  try {
    return openSync(at, flags, mode);
  } catch (error) {
    throw errorCode(error) === 'ELOOP' ? inTheWay(path, { kind: 'link' }) : error;
  }
}

function inTheWay(path: string, cause: Blockage): UserError {
  return new UserError({ kind: 'in-the-way', path, cause });
}

function statOrClose(descriptor: number): Stats {
  try {
    return fstatSync(descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
