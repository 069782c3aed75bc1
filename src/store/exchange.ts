/**
 * A folder by which requests go to another machine and come back, on a stick for instance. It may have been anywhere, so
 * what is read from it is a plain file of bounded size, and no name in it is followed.
 */
import { basename, dirname, resolve } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import { UserError } from '../words/user-error.ts';
import { Folder } from './folder.ts';

/** What is asked for. */
export const REQUESTS = 'request.json';
/** There as long as a folder is being written, so that one that a run left half-way is known for ours. */
const UNFINISHED = '.pki-request';
/** Octets of the largest file in it. */
const LIMIT = 1024 * 1024;

/** To be closed; `using` does. */
export class Exchange {
  readonly path: string;
  readonly #folder: Folder;

  private constructor(path: string, folder: Folder) {
    this.path = path;
    this.#folder = folder;
  }

  /** One that is there. @throws UserError where it is not. */
  static open(path: string): Exchange {
    return new Exchange(path, openAt(path));
  }

  /** One to write requests into: a new one, an empty one, or one that has requests. @throws UserError for any other. */
  static async make(path: string): Promise<Exchange> {
    using above = new Exchange(path, openAt(dirname(resolve(path))));
    await above.#folder.makeFolder(basename(resolve(path)), 0o755).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    const exchange = Exchange.open(path);
    const names = exchange.names();
    if (names.length === 0 || names.includes(REQUESTS) || names.includes(UNFINISHED)) {
      await exchange.#put(UNFINISHED, '', 0o644);
      await exchange.#folder.sync();
      return exchange;
    }
    exchange[Symbol.dispose]();
    throw new UserError({ kind: 'exchange', path, fault: { kind: 'not-empty' } });
  }

  names(): readonly string[] {
    return this.#folder.list();
  }

  /** `undefined` where there is no such file. @throws UserError for what is no plain file of bearable size. */
  readIfThere(name: string): Buffer | undefined {
    const file = this.#folder.read(name, LIMIT);
    if (file.state === 'present') return file.facts;
    if (file.state === 'missing') return undefined;
    const cause = file.state === 'blocked' ? file.cause : ({ kind: 'not-a-file' } as const);
    throw new UserError({
      kind: 'exchange',
      path: `${this.path}/${name}`,
      fault: { kind: 'blocked', cause },
    });
  }

  /** @throws UserError as above, and where there is none. */
  read(name: string): Buffer {
    const bytes = this.readIfThere(name);
    if (bytes !== undefined) return bytes;
    throw new UserError({ kind: 'exchange', path: `${this.path}/${name}`, fault: { kind: 'missing' } });
  }

  /** Replaces what has the name, at once and so that it lasts. */
  async write(name: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const draft = `${name}.draft`;
    await this.#put(draft, content, mode);
    await this.#folder.rename(draft, this.#folder, name);
    await this.#folder.sync();
  }

  /** For what no one reads yet, or ever. */
  async #put(name: string, content: string | Uint8Array, mode: number): Promise<void> {
    await this.#folder.unlink(name).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
    await this.#folder.writeSynced(name, content, mode);
  }

  /** All of it is written. */
  async finish(): Promise<void> {
    await this.#folder.unlink(UNFINISHED);
    await this.#folder.sync();
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** @throws UserError where there is no such folder. */
function openAt(path: string): Folder {
  try {
    return Folder.open(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error)))
      throw new UserError({ kind: 'exchange', path, fault: { kind: 'missing' } });
    throw error;
  }
}
