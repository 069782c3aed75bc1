/**
 * Scratch folders for `openssl ca`: it insists on a database, which nothing here needs, and two calls at once on one
 * database destroy it. Making and clearing a folder for every certificate costs as much as verifying it, so folders are
 * lent to one call after the other.
 */
import { join } from 'node:path';
import { databaseFolder } from '../pki/paths.ts';
import { ensureFolder, writeNew } from '../store/disk.ts';

/** Every call reads and writes the whole database, so none may grow long. */
const CALLS = 50;

interface Database {
  readonly folder: string;
  calls: number;
}

/** The databases of one run: each is lent to one call at a time, and given up after CALLS of them or a failure. */
export class CaDatabases {
  readonly #root: string;
  readonly #run: string;
  readonly #free: Database[] = [];
  #made = 0;

  /** @param root the output folder, absolute. */
  constructor(root: string, run: string) {
    this.#root = root;
    this.#run = run;
  }

  /** Lends a database, as a folder relative to the root. One in which something failed is not lent again. */
  async lend<T>(work: (database: string) => Promise<T>): Promise<T> {
    const database = this.#free.pop() ?? this.#make();
    const result = await work(database.folder);
    database.calls++;
    if (database.calls < CALLS) this.#free.push(database);
    return result;
  }

  #make(): Database {
    const folder = databaseFolder(this.#run, this.#made++);
    const path = join(this.#root, folder);
    ensureFolder(path, 0o700);
    writeNew(join(path, 'index.txt'), '', 0o600);
    return { folder, calls: 0 };
  }
}
