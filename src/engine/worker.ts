/** One shell that starts one openssl after the other. */
import { constants } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Command } from '../openssl/command.ts';
import { shellWords } from '../openssl/shell.ts';
import { errorCode } from '../pki/errors.ts';
import { CallFiles } from './call-files.ts';
import { callEndOf, callOptions, type Ended, keepFree, OpensslError } from './openssl-call.ts';
import { question, SCRIPT } from './worker-script.ts';

/** What a worker runs, and where. */
export interface WorkerOptions {
  /** The output folder, absolute: paths in commands are relative to it. */
  readonly cwd: string;
  /** Where workers have their files, relative to it; it has to be there when the first call is made. */
  readonly folder: string;
  /** The openssl to run: a path, or a name to be found in `PATH`. */
  readonly binary: string;
}

/** Its worker ended while it waited for another call: it can be made elsewhere. */
export class NotBegun extends Error {}

/** How many calls a worker can have been given: the one that runs, and those that follow. */
export const DEPTH = 2;

interface Given {
  /** `null` if the call had not begun. */
  readonly settle: (ended: Ended | null) => void;
  /** Seconds. */
  readonly limit: number;
}

/** Has up to DEPTH calls at a time, and answers in their order. @throws a system error where it cannot be started. */
export class Worker {
  readonly #files: readonly CallFiles[];
  readonly #child: ReturnType<typeof start>;
  readonly #gone: Promise<void>;
  readonly #binary: string;
  #turn = 0;
  #last: readonly string[] = [];
  #isKilled = false;
  /** The limit that a call exceeded. */
  #late: number | undefined;
  #ended: Ended | undefined;
  /** The calls that it was given, in their order. */
  readonly #given: Given[] = [];
  /** Ends the worker where the first of them takes too long. */
  #timer: NodeJS.Timeout | undefined;

  /** @param number not used by another worker before, even one that could not be made. */
  constructor(options: WorkerOptions, number: number) {
    const stem = `${options.folder}/worker-${number}`;
    this.#files = openFiles(join(options.cwd, stem));
    this.#child = start(options, stem);
    this.#binary = options.binary;
    this.#child.stdout.setEncoding('utf8').on('data', this.#listen());
    // A worker that ended before it read its input: its exit says why.
    this.#child.stdin.on('error', () => {});
    this.#gone = this.#watch();
  }

  get isGone(): boolean {
    return this.#ended !== undefined;
  }

  /** Calls that have not ended, DEPTH of them at most. */
  get load(): number {
    return this.#given.length;
  }

  /** @param limit seconds after which it is ended, and the worker with it. @throws OpensslError */
  async call({ args, input }: Command, limit: number): Promise<void> {
    const turn = this.#turn;
    const slot = this.#files[turn];
    if (slot === undefined) throw new Error('Internal error: no such turn');
    const lines = question({ args, last: this.#last, turn, hasInput: input !== null });
    const before = slot.open(input);
    this.#turn = (turn + 1) % DEPTH;
    this.#last = args;
    const ended = await this.#ask(lines, limit);
    if (ended === null) throw new NotBegun();
    if (ended.exitCode === 0 && !ended.isShell) return;
    const output = { stdout: '', stderr: slot.words(before), program: this.#binary };
    throw new OpensslError(callEndOf(ended), shellWords(['openssl', ...args]), output);
  }

  /** Ends the running call, and any process that openssl itself started. */
  kill(): void {
    this.#isKilled = true;
    killGroup(this.#child.pid, 'SIGTERM');
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#gone;
    for (const slot of this.#files) slot.close();
  }

  #ask(lines: string, limit: number): Promise<Ended | null> {
    return new Promise((settle) => {
      if (this.#ended !== undefined) return settle(this.#ended);
      this.#given.push({ settle, limit });
      if (this.#given.length === 1) this.#watchFirst();
      this.#child.stdin.write(lines);
    });
  }

  /** The time of a call begins when the one before it has ended. */
  #watchFirst(): void {
    clearTimeout(this.#timer);
    const limit = this.#given[0]?.limit;
    if (limit === undefined) return;
    this.#timer = setTimeout(() => {
      this.#late = limit;
      killGroup(this.#child.pid, 'SIGKILL');
    }, limit * 1000);
  }

  /** Answers are lines; a pipe may deliver one in pieces, or several at once. */
  #listen(): (text: string) => void {
    let rest = '';
    return (text) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#given.shift()?.settle(endedWith(Number(line)));
      if (lines.length > 0) this.#watchFirst();
    };
  }

  async #watch(): Promise<void> {
    const { exitCode, signal, originalMessage } = await this.#child;
    // A process that does not end, or was stopped, is killed.
    if (this.#isKilled) killGroup(this.#child.pid, 'SIGKILL');
    const limit = this.#late;
    this.#ended = { isCanceled: this.#isKilled, limit, isShell: true, exitCode, signal, originalMessage };
    const [first, ...others] = this.#given.splice(0);
    this.#watchFirst();
    first?.settle(this.#ended);
    for (const { settle } of others) settle(null);
  }
}

/** All of them, or none. */
function openFiles(stem: string): readonly CallFiles[] {
  const opened: CallFiles[] = [];
  try {
    for (let turn = 0; turn < DEPTH; turn++) opened.push(new CallFiles(stem, turn));
    keepFree();
    return opened;
  } catch (error) {
    for (const slot of opened) slot.close();
    throw error;
  }
}

function start({ cwd, binary }: WorkerOptions, stem: string) {
  return execa('/bin/sh', ['-c', SCRIPT, 'sh', binary, stem], {
    ...callOptions(cwd),
    stderr: 'ignore',
    // A process group of its own, so that a signal reaches openssl and any process that it started.
    detached: true,
  });
}

/**
 * How a shell reports that its program did not run, or that a signal ended it (POSIX, Shell Command Language §2.8.2).
 */
const NOT_RUN: Readonly<Record<number, string>> = { 126: 'it cannot be executed', 127: 'it is not there' };
const SIGNALLED = 128;

function endedWith(status: number): Ended {
  const originalMessage = NOT_RUN[status];
  if (originalMessage !== undefined) return { isCanceled: false, originalMessage };
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - SIGNALLED)?.[0];
  return signal === undefined ? { isCanceled: false, exitCode: status } : { isCanceled: false, signal };
}

/** The worker and all that it runs. */
function killGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
