/**
 * The many openssl calls of an apply. Starting a program from this process costs 2 ms of its main thread, because its
 * memory is large; so there are a few workers, small shells that execa starts once, and that start openssl in a quarter
 * of that. Their script is fixed, and what they are given is data: arguments are lines that are read into variables,
 * and a call's configuration, where the values of a manifest are, is a file that a shell opens and never reads.
 *
 * A worker gets its next call while it still runs one, so that no core waits while this process verifies and writes.
 */
import type { Command } from '../openssl/command.ts';
import { StepError } from '../store/step-error.ts';
import { limitFor } from './limits.ts';
import { DEPTH, NotBegun, Worker, type WorkerOptions } from './worker.ts';

/** What the workers run, how many there are, and what ends them. */
export interface WorkersOptions extends WorkerOptions {
  /** How many openssl processes run at once. */
  readonly processes: number;
  /** Ends every call. */
  readonly signal?: AbortSignal | undefined;
}

/** A call, and whether it takes so long that no other should queue behind it. */
export interface Call extends Command {
  readonly isLong?: boolean;
  /** Seconds after which it is ended. */
  readonly limit?: number;
}

const INTERRUPTED = { kind: 'call', end: { kind: 'interrupted' } } as const;

/** How many calls may be made at once: those that run, and those that workers have next. */
export function callsAtOnce(processes: number): number {
  return processes * DEPTH;
}

interface Waiting {
  readonly call: Call;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Started one by one as calls come; these begin in order of arrival. To be closed, even after an abort. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #all: Worker[] = [];
  /** Workers with a long call. */
  readonly #busy = new Set<Worker>();
  readonly #waiting: Waiting[] = [];
  /** The number of workers; lowered once no more can be started. */
  #limit: number;
  #tried = 0;
  readonly #kill = (): void => {
    for (const worker of this.#all) worker.kill();
  };

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#limit = options.processes;
    options.signal?.addEventListener('abort', this.#kill, { once: true });
  }

  /** @throws OpensslError, or a StepError where it is interrupted before it begins. */
  run(call: Call): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      this.#giveOut();
    });
  }

  /** Resolves when no worker is left. */
  async close(): Promise<void> {
    await Promise.all(this.#all.splice(0).map((worker) => worker.end()));
    this.#options.signal?.removeEventListener('abort', this.#kill);
  }

  #giveOut(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        const worker = this.#place();
        if (worker === undefined) return;
        void this.#give(worker, next);
      } catch (error) {
        next.reject(error);
      }
      this.#waiting.shift();
    }
  }

  /** The worker on which a call would start soonest, if any has room. */
  #place(): Worker | undefined {
    if (this.#options.signal?.aborted) throw new StepError(INTERRUPTED);
    const alive = this.#all.filter(({ isGone }) => !isGone);
    const idle = alive.find(({ load }) => load === 0);
    if (idle !== undefined) return idle;
    const another = alive.length < this.#limit ? this.#start(alive.length) : undefined;
    return another ?? alive.find((worker) => worker.load < DEPTH && !this.#busy.has(worker));
  }

  /** Another worker; if none can be started, the existing ones have to do. */
  #start(alive: number): Worker | undefined {
    try {
      const worker = new Worker(this.#options, this.#tried++);
      this.#all.push(worker);
      return worker;
    } catch (error) {
      if (alive === 0) throw error;
      this.#limit = alive;
      return undefined;
    }
  }

  async #give(worker: Worker, waiting: Waiting): Promise<void> {
    const { call, resolve, reject } = waiting;
    if (call.isLong) this.#busy.add(worker);
    try {
      await worker.call(call, call.limit ?? limitFor());
      resolve();
    } catch (error) {
      if (error instanceof NotBegun) this.#waiting.unshift(waiting);
      else reject(error);
    } finally {
      if (call.isLong) this.#busy.delete(worker);
      this.#giveOut();
    }
  }
}
