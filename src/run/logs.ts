/**
 * What running programs write to standard error goes to files, not through pipes: openssl writes a dot for every
 * candidate prime, each would wake this process while it computes, and keys of RSA would take a fifth longer.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** More than this is no output of openssl; the rest is dropped. */
export const OUTPUT_LIMIT = 16 * 1024 * 1024;

export class Logs {
  readonly #folder: string;
  readonly #all: number[] = [];
  readonly #free: number[] = [];

  /** @param folder where the files have their room; their names are gone before anything is in them. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A descriptor for one program's standard error; `giveBack` it, empty or not, when the program has ended. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const path = join(this.#folder, `log-${this.#all.length}`);
    // Children share the position with this process: appending, each starts where the file ends.
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL;
    const descriptor = openSync(path, flags, 0o600);
    unlinkSync(path);
    this.#all.push(descriptor);
    return descriptor;
  }

  /** Empties the file for the next program, and says what was in it. */
  giveBack(descriptor: number): string {
    const bytes = Buffer.alloc(Math.min(fstatSync(descriptor).size, OUTPUT_LIMIT));
    if (bytes.length > 0) {
      readSync(descriptor, bytes, 0, bytes.length, 0);
      ftruncateSync(descriptor);
    }
    this.#free.push(descriptor);
    return bytes.toString('utf8');
  }

  close(): void {
    for (const descriptor of this.#all.splice(0)) closeSync(descriptor);
    this.#free.length = 0;
  }
}
