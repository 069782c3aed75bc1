/** The port to what makes keys, requests and certificates. Everything made is read back before it is published. */

import type { EngineName } from '../pki/engine.ts';
import type { EntityId } from '../pki/entity.ts';
import type { Generation, StagedFile } from '../pki/paths.ts';
import type { EngineMake } from '../plan/make.ts';

/** Makes things in staging folders of one run, which are there already. To be closed, even after an abort. */
export interface Engine {
  /** How many things it makes at once, including those that wait for their turn. */
  readonly atOnce: number;
  /**
   * The files of `make` are in staging when this resolves to the engine that made them; the caller checks their
   * content.
   * @throws OpensslError, or an Error with a message for the user.
   */
  perform(make: EngineMake): Promise<EngineName>;
  /** Resolves when none of its processes is left. */
  close(): Promise<void>;
}

/** Staging of the run, for an engine that reads and writes its files itself. */
export interface StagedFiles {
  /** A file that this run made. @throws Error where there is none. */
  read(of: EntityId, file: StagedFile): Buffer;
  /** The copy of a file in its place (run/provide.ts). @throws Error where there is none. */
  readCopy(of: EntityId, file: 'key' | 'cert', generation: Generation): Buffer;
  write(of: EntityId, file: StagedFile, text: string, mode: number): void;
}
