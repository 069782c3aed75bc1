/** What a worker's openssl reads as its standard input, and where its output goes. */
import {
  closeSync,
  constants as file,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';

/** Octets of a program's output that are kept, from the end. */
const WORDS_LIMIT = 16 * 1024;

/** Octets from which on a log begins again: it is not to grow with the number of calls. */
const LOG_LIMIT = 1024 * 1024;

const NEW_FILE = file.O_RDWR | file.O_CREAT | file.O_EXCL;

/** Those of a call, for one call after the other. */
export class CallFiles {
  readonly #input: number;
  /** A file and not a pipe: openssl writes a dot for every candidate prime, and each would wake this process. */
  readonly #log: number;
  #longest = 0;

  constructor(stem: string, turn: number) {
    this.#input = openSync(`${stem}.in-${turn}`, NEW_FILE, 0o600);
    try {
      this.#log = openSync(`${stem}.log-${turn}`, NEW_FILE, 0o600);
    } catch (error) {
      closeSync(this.#input);
      throw error;
    }
  }

  /**
   * Prepares a call: writes its input over the last one, padded with empty lines. Making a file shorter waits for the
   * file system's journal while entities are published, and the next call with it.
   * @returns where its output will begin.
   */
  open(input: string | null): number {
    const before = this.#begin();
    if (input !== null) this.#write(input);
    return before;
  }

  #write(input: string): void {
    this.#longest = Math.max(this.#longest, Buffer.byteLength(input));
    const bytes = Buffer.alloc(this.#longest, '\n');
    bytes.write(input);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#input, bytes, at, bytes.length - at, at);
  }

  /** Where the output of the next call begins. */
  #begin(): number {
    const { size } = fstatSync(this.#log);
    if (size < LOG_LIMIT) return size;
    ftruncateSync(this.#log);
    return 0;
  }

  /** The output of a call: the end of it, where it is long. @param before where it began. */
  words(before: number): string {
    const { size } = fstatSync(this.#log);
    const bytes = Buffer.alloc(Math.min(size - before, WORDS_LIMIT));
    const text = bytes.toString('utf8', 0, readSync(this.#log, bytes, 0, bytes.length, size - bytes.length));
    // No number, so that the same failure of many calls is reported once.
    return size - before === bytes.length ? text : `(what it printed before this is left out)\n${text}`;
  }

  close(): void {
    closeSync(this.#input);
    closeSync(this.#log);
  }
}
