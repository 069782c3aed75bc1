/**
 * Scratch folders for `openssl ca`: it insists on a database, which nothing here needs, and two calls at once on one
 * database destroy it. Making and clearing a folder for every certificate costs as much as verifying it, so folders are
 * lent to one call after the other.
 */
import { databaseFolder, PRIVATE_FOLDER } from '../pki/paths.ts';
import { ensure } from '../store/descend.ts';
import type { Folder } from '../store/folder.ts';

/** Every call reads and writes the whole database, so none may grow long. */
const CALLS = 50;

interface Database {
  readonly folder: string;
  calls: number;
}

/** The databases of one run: each is lent to one call at a time, and given up after CALLS of them or a failure. */
export class CaDatabases {
  readonly #own: Folder;
  readonly #run: string;
  readonly #free: Database[] = [];
  #made = 0;

  /** @param own the folder `.pki`, open. */
  constructor(own: Folder, run: string) {
    this.#own = own;
    this.#run = run;
  }

  /** Lends a database, as a folder relative to the root. One in which something failed is not lent again. */
  async lend<T>(work: (database: string) => Promise<T>): Promise<T> {
    const database = this.#free.pop() ?? { folder: await this.make({ 'index.txt': '' }), calls: 0 };
    const result = await work(database.folder);
    database.calls++;
    if (database.calls < CALLS) this.#free.push(database);
    return result;
  }

  /**
   * Octets for a call to read, and those that it writes: in a folder that is lent likewise. @param work gets the paths of
   * both files, relative to the root.
   */
  exchange(octets: Uint8Array, work: (from: string, to: string) => Promise<void>): Promise<Buffer> {
    return this.lend(async (path) => {
      using folder = await this.#folder(path);
      folder.writeNew('in', octets, 0o600);
      await work(`${path}/in`, `${path}/out`);
      using made = folder.openFile('out');
      const answer = made.read();
      await Promise.all(['in', 'out'].map((name) => folder.unlink(name)));
      return answer;
    });
  }

  #folder(path: string): Promise<Folder> {
    return ensure(this.#own, path.slice(PRIVATE_FOLDER.length + 1), 0o700);
  }

  /** A database of its own, with these files; lent to no one else. */
  async make(files: Readonly<Record<string, string>>): Promise<string> {
    const path = databaseFolder(this.#run, this.#made++);
    using folder = await this.#folder(path);
    for (const [name, text] of Object.entries(files)) folder.writeNew(name, text, 0o600);
    return path;
  }
}
