/** The folders in which one run has its files made, out of sight of readers. */
import { setImmediate } from 'node:timers/promises';
import type { Maker } from '../pki/engine.ts';
import { type EntityId, unreachable } from '../pki/entity.ts';
import { nameOf } from '../pki/files.ts';
import {
  COMMIT_FOLDER,
  copyPath,
  type Generation,
  SCRATCH_FOLDER,
  STAGE_FOLDER,
  type StagedFile,
  stagedPath,
  stageFolder,
} from '../pki/paths.ts';
import type { FileState } from '../plan/observation.ts';
import { entered } from '../store/descend.ts';
import { entitiesAtOnce } from '../store/descriptor.ts';
import type { Folder } from '../store/folder.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import { StepError } from '../store/step-error.ts';
import type { StepFault } from '../words/step.ts';

/** So many folders of entities stay open at most: the engine works on some, others are being put in place. */
const RECENT = 32;

/** Staging of one run; each entity has a folder of its own. To be closed; `using` does. */
export class Staging {
  /** Name of the run, for its work and archive folders. */
  readonly run: string;
  readonly #output: OutputFolder;
  /** The run's own folder, open once that is there. */
  #folder: Folder | undefined;
  /** Those that were asked for last, the latest at the end: entities are published a few at a time. */
  readonly #recent = new Map<EntityId, Folder>();
  readonly #recentAtMost = entitiesAtOnce(RECENT);
  readonly #made = new Set<EntityId>();
  readonly #shared = new Map<string, Promise<void>>();
  readonly #makers = new Map<string, Maker>();

  constructor(output: OutputFolder, run: string) {
    this.#output = output;
    this.run = run;
  }

  /** Makes the folders that this run has to itself. */
  async open(): Promise<void> {
    this.#folder = await this.#output.ensure(`${STAGE_FOLDER}/${this.run}`, 0o700);
    for (const path of [`${SCRATCH_FOLDER}/${this.run}`, COMMIT_FOLDER])
      (await this.#output.ensure(path, 0o700))[Symbol.dispose]();
  }

  /**
   * Makes what steps will work in, ahead of them: later, making a folder waits for the syncs of entities that are being
   * published.
   */
  async prepare(entities: Iterable<EntityId>): Promise<void> {
    try {
      for (const id of entities) {
        if (this.#made.has(id)) continue;
        await this.make(id);
        await setImmediate();
      }
    } catch {
      // The step that needs the folder will try again, and say why it cannot be made.
    }
  }

  /** An entity's folder is there when this resolves. */
  async make(id: EntityId): Promise<void> {
    if (this.#made.has(id)) return;
    (await entered(this.#opened(), nameOf(stageFolder(id)), 0o700))[Symbol.dispose]();
    this.#made.add(id);
  }

  /** Makes a file that several steps need, when the first of them asks; the others wait for it. */
  once(path: string, make: () => Promise<void>): Promise<void> {
    const made = this.#shared.get(path) ?? make();
    this.#shared.set(path, made);
    return made;
  }

  /** Where a file of an entity is made, relative to the output folder: its name in messages. */
  name(id: EntityId, file: StagedFile): string {
    return stagedPath(id, file, this.run);
  }

  /** openssl exits 0 on a full disk: what it made must at least be there, so that the cause is named at once. */
  checkMade(id: EntityId, file: StagedFile, maker: Maker): void {
    this.#makers.set(this.name(id, file), maker);
    // Node's own writing fails where it fails.
    if (maker === 'openssl') this.#checkThere(id, file);
  }

  #checkThere(id: EntityId, file: StagedFile): void {
    const stat = this.#at(id).lookAt(nameOf(this.name(id, file)));
    if (stat === undefined) throw new StepError({ kind: 'not-made', path: this.name(id, file) });
    if (stat.size === 0) throw new StepError({ kind: 'made-empty', path: this.name(id, file) });
  }

  /** The engine that made a file of this run, once it is checked. */
  makerOf(id: EntityId, file: StagedFile): Maker {
    const maker = this.#makers.get(this.name(id, file));
    if (maker === undefined) throw new Error(`Internal error: no one made ${file} of ${id}`);
    return maker;
  }

  /** The bytes of a file that this run made. @throws StepError where it is missing, empty, or no plain file. */
  read(id: EntityId, file: StagedFile): Buffer {
    return whole(this.#at(id).read(nameOf(this.name(id, file))), this.name(id, file));
  }

  /** The copy of a file in its place. @throws StepError where it is missing, empty, or no plain file. */
  readCopy(id: EntityId, file: 'key' | 'cert', generation: Generation): Buffer {
    const path = copyPath(id, file, this.run, generation);
    using copies = this.#opened().enter(generation);
    using folder = copies.enter(nameOf(stageFolder(id)));
    return whole(folder.read(nameOf(path)), path);
  }

  /** A new file beside those that were made. */
  write(id: EntityId, file: StagedFile, text: string | Uint8Array, mode: number): void {
    this.#at(id).writeNew(nameOf(this.name(id, file)), text, mode);
  }

  /** Of these files, those that were made. */
  made<F extends StagedFile>(id: EntityId, files: readonly F[]): readonly F[] {
    const names = new Set(this.#at(id).list());
    return files.filter((file) => names.has(nameOf(this.name(id, file))));
  }

  /** A file that was made gets its mode; with `null` it goes. */
  async settle(id: EntityId, file: StagedFile, mode: number | null): Promise<void> {
    const name = nameOf(this.name(id, file));
    const stat = this.#at(id).lookAt(name);
    if (stat === undefined) return;
    if (mode === null) return await this.#unlink(id, name);
    if ((stat.mode & 0o777) === mode) return;
    using made = this.#at(id).openFile(name);
    made.setMode(mode);
  }

  async #unlink(id: EntityId, name: string): Promise<void> {
    using folder = this.#enter(id);
    await folder.unlink(name);
  }

  #opened(): Folder {
    if (this.#folder === undefined) throw new Error('Internal error: staging is not open');
    return this.#folder;
  }

  /** An entity's folder, valid until others are asked for: for immediate use only. */
  #at(id: EntityId): Folder {
    const folder = this.#recent.get(id) ?? this.#enter(id);
    this.#recent.delete(id);
    this.#recent.set(id, folder);
    const [oldest] = this.#recent;
    if (oldest !== undefined && this.#recent.size > this.#recentAtMost) this.#close(...oldest);
    return folder;
  }

  #close(id: EntityId, folder: Folder): void {
    this.#recent.delete(id);
    folder[Symbol.dispose]();
  }

  #enter(id: EntityId): Folder {
    return this.#opened().enter(nameOf(stageFolder(id)));
  }

  [Symbol.dispose](): void {
    for (const [id, folder] of this.#recent) this.#close(id, folder);
    this.#folder?.[Symbol.dispose]();
  }
}

/** openssl exits 0 even where half of its output is missing. @throws StepError where a file is missing or empty. */
export function whole(file: FileState<Buffer>, path: string): Buffer {
  if (file.state === 'present' && file.facts.length > 0) return file.facts;
  throw new StepError(faultOf(file, path));
}

function faultOf(file: FileState<Buffer>, path: string): StepFault {
  switch (file.state) {
    case 'present':
      return { kind: 'empty', path };
    case 'missing':
    case 'unknown':
      return { kind: 'missing', path };
    case 'blocked':
      return { kind: 'blocked', path, cause: file.cause };
    case 'garbage':
      return { kind: 'garbage', path, detail: file.detail };
    default:
      return unreachable(file);
  }
}
