/**
 * The many openssl calls of an apply. Starting a program from this process costs 2 ms of its main thread, because its
 * memory is large; so there are a few workers, small shells that execa starts once, and that start openssl in a quarter
 * of that. Their script is fixed, and what they are told is data: arguments are lines that are read into variables, and
 * a call's configuration, where the values of a manifest are, is a file that a shell opens and never reads.
 */
import { closeSync, constants as file, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Command } from '../openssl/command.ts';
import { shellWords } from '../openssl/shell.ts';
import { errorCode } from '../store/read.ts';
import { callOptions, type Ended, OpensslError, OUTPUT_LIMIT, problemOf } from './openssl.ts';

export interface WorkersOptions {
  /** The output folder, absolute: paths in commands are relative to it. */
  readonly cwd: string;
  /** Where workers have their files, relative to it; it has to be there when the first call is made. */
  readonly folder: string;
  readonly binary: string;
  /** Ends every running call, and what openssl itself may have started. */
  readonly signal?: AbortSignal | undefined;
}

export class Workers {
  readonly #options: WorkersOptions;
  readonly #all: Worker[] = [];
  readonly #free: Worker[] = [];

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** As many calls run at once as are made at once. @throws OpensslError */
  async run(command: Command): Promise<void> {
    const worker = this.#free.pop() ?? this.#start();
    try {
      await worker.call(command);
    } finally {
      if (!worker.isGone) this.#free.push(worker);
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#options, this.#all.length);
    this.#all.push(worker);
    return worker;
  }

  /** Resolves when no worker is left. */
  async close(): Promise<void> {
    this.#free.length = 0;
    await Promise.all(this.#all.splice(0).map((worker) => worker.end()));
  }
}

/**
 * Given the program, reads the file of a call's input, how many arguments there are, and the arguments, a line each;
 * answers with the exit code.
 */
export const SCRIPT = `openssl=$1
while IFS= read -r input; do
  IFS= read -r count
  set --
  while [ "$count" -gt 0 ]; do
    IFS= read -r argument
    set -- "$@" "$argument"
    count=$((count - 1))
  done
  "$openssl" "$@" <"$input" >&2
  echo "$?"
done`;

/** How a shell says that its program did not run, or that a signal ended it (POSIX, Shell Command Language §2.8.2). */
const NOT_RUN: Readonly<Record<number, string>> = { 126: 'it cannot be executed', 127: 'it is not there' };
const SIGNALLED = 128;

class Worker {
  readonly #inputPath: string;
  readonly #input: number;
  readonly #log: number;
  readonly #child: ReturnType<typeof start>;
  readonly #gone: Promise<void>;
  #longest = 0;
  #ended: Ended | undefined;
  /** Settles the running call. */
  #settle: (ended: Ended) => void = () => {};

  constructor(options: WorkersOptions, number: number) {
    this.#inputPath = `${options.folder}/input-${number}`;
    this.#input = openSync(join(options.cwd, this.#inputPath), NEW_FILE, 0o600);
    this.#log = openUnnamed(join(options.cwd, `${options.folder}/log-${number}`));
    this.#child = start(options, this.#log);
    this.#child.stdout.setEncoding('utf8').on('data', this.#listen());
    // One that is gone before it has read: how it ended tells why.
    this.#child.stdin.on('error', () => {});
    this.#gone = this.#watch(options.signal);
  }

  get isGone(): boolean {
    return this.#ended !== undefined;
  }

  /** @throws OpensslError */
  async call({ args, input }: Command): Promise<void> {
    if (args.some((arg) => arg.includes('\n'))) throw new Error('Internal error: an argument of two lines');
    if (input !== null) this.#write(input);
    const from = input === null ? '/dev/null' : this.#inputPath;
    const before = fstatSync(this.#log).size;
    const ended = await this.#ask(`${[from, args.length, ...args].join('\n')}\n`);
    if (ended.exitCode === 0) return;
    const stderr = textFrom(this.#log, before);
    throw new OpensslError(problemOf(ended), shellWords(['openssl', ...args]), { stdout: '', stderr });
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#gone;
    closeSync(this.#input);
    closeSync(this.#log);
  }

  /**
   * Over what was there, with empty lines up to its end: making a file shorter waits for the file system's journal while
   * entities are published, and the next call with it.
   */
  #write(input: string): void {
    this.#longest = Math.max(this.#longest, Buffer.byteLength(input));
    const bytes = Buffer.alloc(this.#longest, '\n');
    bytes.write(input);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#input, bytes, at, bytes.length - at, at);
  }

  #ask(lines: string): Promise<Ended> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#ended === undefined) this.#child.stdin.write(lines);
      else resolve(this.#ended);
    });
  }

  /** Answers are lines; a pipe may bring one in pieces. */
  #listen(): (text: string) => void {
    let line = '';
    return (text) => {
      line += text;
      if (!line.endsWith('\n')) return;
      const status = Number(line);
      line = '';
      this.#settle(endedWith(status));
    };
  }

  async #watch(signal: AbortSignal | undefined): Promise<void> {
    const kill = (): void => killGroup(this.#child.pid);
    signal?.addEventListener('abort', kill, { once: true });
    const { exitCode, signal: by, originalMessage } = await this.#child;
    signal?.removeEventListener('abort', kill);
    this.#ended = { isCanceled: signal?.aborted ?? false, exitCode, signal: by, originalMessage };
    this.#settle(this.#ended);
  }
}

const NEW_FILE = file.O_RDWR | file.O_CREAT | file.O_EXCL;

/**
 * For what programs say: a file and not a pipe, because openssl writes a dot for every candidate prime, and each would
 * wake this process. Its name is gone before anything is in it.
 */
function openUnnamed(path: string): number {
  // Children share the position with this process: appending, each starts where the file ends.
  const descriptor = openSync(path, NEW_FILE | file.O_APPEND, 0o600);
  unlinkSync(path);
  return descriptor;
}

function textFrom(descriptor: number, start: number): string {
  const bytes = Buffer.alloc(Math.min(fstatSync(descriptor).size - start, OUTPUT_LIMIT));
  return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, start));
}

function start({ cwd, binary }: WorkersOptions, stderr: number) {
  return execa('/bin/sh', ['-c', SCRIPT, 'sh', binary], {
    ...callOptions(cwd),
    // execa's types know single descriptors only; any open one is passed on.
    stderr: stderr as 9,
    // A process group of its own, so that a signal reaches openssl and whatever that started.
    detached: true,
  });
}

function endedWith(status: number): Ended {
  const originalMessage = NOT_RUN[status];
  if (originalMessage !== undefined) return { isCanceled: false, originalMessage };
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - SIGNALLED)?.[0];
  return signal === undefined ? { isCanceled: false, exitCode: status } : { isCanceled: false, signal };
}

/** The worker and all that it runs. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
