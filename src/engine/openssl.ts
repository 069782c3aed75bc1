/** The engine that is the openssl command: a make is a call, and calls are made by a few workers. */
import type { Command } from '../openssl/command.ts';
import { databaseOf } from '../openssl/crl.ts';
import { makeCommand } from '../openssl/make-command.ts';
import type { EngineName } from '../pki/engine.ts';
import type { ById } from '../pki/issuers.ts';
import { rsaSize } from '../pki/key-spec.ts';
import { type Place, SCRATCH_FOLDER } from '../pki/paths.ts';
import type { EngineMake } from '../plan/make.ts';
import type { Folder } from '../store/folder.ts';
import { CaDatabases } from './ca-databases.ts';
import type { Engine, StagedFiles } from './engine.ts';
import { certifyGiven } from './given-key.ts';
import { limitFor } from './limits.ts';
import { callsAtOnce, Workers } from './workers.ts';

/** Where and with what the calls of one run are made. */
export interface OpensslEngineOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** The folder `.pki` in it, open. */
  readonly own: Folder;
  /** The openssl to run: a path, or a name to be found in `PATH`. */
  readonly binary: string;
  /** How many openssl processes at once. */
  readonly processes: number;
  /** The run's name, which is that of its staging and scratch folders. */
  readonly run: string;
  readonly byId: ById;
  /** Ends every call. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls of openssl in staging folders. */
export class OpensslEngine implements Engine {
  readonly atOnce: number;
  readonly #workers: Workers;
  readonly #databases: CaDatabases;
  readonly #byId: ById;
  readonly #run: string;
  readonly #files: StagedFiles;

  /** @param files for what is not made by a call alone. */
  constructor({ root, own, binary, processes, run, byId, signal }: OpensslEngineOptions, files: StagedFiles) {
    const folder = `${SCRATCH_FOLDER}/${run}`;
    this.atOnce = callsAtOnce(processes);
    this.#workers = new Workers({ cwd: root, folder, binary, processes, signal });
    this.#databases = new CaDatabases(own, run);
    this.#byId = byId;
    this.#run = run;
    this.#files = files;
  }

  async perform(make: EngineMake): Promise<EngineName> {
    if (make.op === 'crl') await this.#call(make, await this.#databases.make(databaseOf(make)));
    else if (make.op === 'sign' && make.key !== undefined) await certifyGiven(make, make.key, this.#tools());
    else if (make.op !== 'sign') await this.#call(make, SCRATCH_FOLDER);
    else await this.#databases.lend((database) => this.#call(make, database));
    return 'openssl';
  }

  #tools() {
    return {
      byId: this.#byId,
      files: this.#files,
      databases: this.#databases,
      run: this.#run,
      call: (command: Command) => this.#workers.run({ ...command, isLong: false, limit: limitFor() }),
    };
  }

  async #call(make: EngineMake, database: string): Promise<void> {
    const place: Place = { run: this.#run, database };
    const command = makeCommand(make, this.#byId, place);
    const key = make.op === 'request' && make.key.isNew ? this.#byId.get(make.of)?.key : undefined;
    // Finding primes takes seconds, everything else some milliseconds.
    const isLong = key !== undefined && rsaSize(key) !== null;
    await this.#workers.run({ ...command, isLong, limit: limitFor(key) });
  }

  close(): Promise<void> {
    return this.#workers.close();
  }
}
