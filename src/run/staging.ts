/** The folders in which one run has its files made, before anyone sees them. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { EntityId } from '../pki/entity.ts';
import {
  COMMIT_FOLDER,
  SCRATCH_FOLDER,
  STAGE_FOLDER,
  type StagedFile,
  stagedPath,
  stageFolder,
} from '../pki/paths.ts';
import type { FileState } from '../plan/observation.ts';
import { ensureFolder } from '../store/disk.ts';
import { readBytes } from '../store/observe/read.ts';
import { blockageText } from '../words/blockage.ts';

/** Staging of one run; each entity has a folder of its own. */
export class Staging {
  /** Name of the run, for its work and archive folders. */
  readonly run: string;
  readonly #root: string;
  readonly #made = new Set<EntityId>();
  readonly #shared = new Map<string, Promise<void>>();

  /** @param root the output folder, absolute. */
  constructor(root: string, run: string) {
    this.#root = root;
    this.run = run;
  }

  /** Makes the folders that this run has to itself. */
  open(): void {
    const own = [STAGE_FOLDER, SCRATCH_FOLDER].flatMap((folder) => [folder, `${folder}/${this.run}`]);
    for (const folder of [...own, COMMIT_FOLDER]) ensureFolder(join(this.#root, folder), 0o700);
  }

  /**
   * Makes what steps will work in, ahead of them: later, making a folder waits for the syncs of entities that are being
   * published.
   */
  async prepare(entities: Iterable<EntityId>): Promise<void> {
    try {
      for (const id of entities) {
        if (this.#made.has(id)) continue;
        this.folder(id);
        await setImmediate();
      }
    } catch {
      // The step that needs the folder will try again, and say why it cannot be made.
    }
  }

  /** An entity's folder, absolute; made where it is missing. */
  folder(id: EntityId): string {
    const path = join(this.#root, stageFolder(id, this.run));
    if (this.#made.has(id)) return path;
    ensureFolder(path, 0o700);
    this.#made.add(id);
    return path;
  }

  /** Makes a file that several steps need, for the first of them that asks; the others wait for it. */
  once(path: string, make: () => Promise<void>): Promise<void> {
    const made = this.#shared.get(path) ?? make();
    this.#shared.set(path, made);
    return made;
  }

  /** Where a file of an entity is made, relative to the output folder: its name in messages. */
  name(id: EntityId, file: StagedFile): string {
    return stagedPath(id, file, this.run);
  }

  /** The same, absolute. */
  path(id: EntityId, file: StagedFile): string {
    return join(this.#root, this.name(id, file));
  }

  /** openssl exits 0 on a full disk: what it made must at least be there, so that the cause is named at once. */
  checkMade(id: EntityId, file: StagedFile): void {
    const stat = statSync(this.path(id, file), { throwIfNoEntry: false });
    if (stat === undefined) throw new Error(`openssl did not make "${this.name(id, file)}"`);
    if (stat.size === 0)
      throw new Error(`openssl left "${this.name(id, file)}" empty, as it does on a full disk`);
  }

  /** The bytes of a file that this run made. @throws Error where it is missing, empty, or no plain file. */
  read(id: EntityId, file: StagedFile): Buffer {
    return whole(readBytes(this.path(id, file)), this.name(id, file));
  }
}

/** openssl exits 0 also where half of its output is missing. @throws Error where a file is missing or empty. */
export function whole(file: FileState<Buffer>, path: string): Buffer {
  if (file.state === 'present' && file.facts.length > 0) return file.facts;
  if (file.state === 'present') throw new Error(`openssl left "${path}" empty; is the disk full?`);
  if (file.state === 'missing') throw new Error(`openssl did not make "${path}"`);
  throw new Error(`"${path}" ${file.state === 'blocked' ? blockageText(file.cause) : file.detail}`);
}
