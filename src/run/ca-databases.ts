/**
 * Rooms for `openssl ca`: it insists on a database, which nobody wants, and two calls at once on one destroy it. Making
 * and clearing a folder for every certificate costs as much as judging it does, so calls have rooms one after the other.
 */
import { join } from 'node:path';
import { roomFolder } from '../pki/paths.ts';
import { ensureFolder, writeNew } from '../store/disk.ts';

/** Every call reads and writes the whole database, so none may grow long. */
const CALLS = 50;

interface Room {
  readonly folder: string;
  calls: number;
}

/** The rooms of one run: each is lent to one call at a time, and given up after CALLS of them or a failure. */
export class Rooms {
  readonly #root: string;
  readonly #run: string;
  readonly #free: Room[] = [];
  #made = 0;

  /** @param root the output folder, absolute. */
  constructor(root: string, run: string) {
    this.#root = root;
    this.#run = run;
  }

  /** Does something in a room of its own, a folder relative to the root. A room in which something failed is left. */
  async within<T>(work: (room: string) => Promise<T>): Promise<T> {
    const room = this.#free.pop() ?? this.#make();
    const result = await work(room.folder);
    room.calls++;
    if (room.calls < CALLS) this.#free.push(room);
    return result;
  }

  #make(): Room {
    const folder = roomFolder(this.#run, this.#made++);
    const path = join(this.#root, folder);
    ensureFolder(path, 0o700);
    writeNew(join(path, 'index.txt'), '', 0o600);
    return { folder, calls: 0 };
  }
}
