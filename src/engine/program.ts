/**
 * Programs that a manifest names, run as they are: no shell, nothing to read, an end after some time. They print into a
 * pipe, which is read up to a limit, or into a file that is open: a daemon that one of them starts keeps what it inherits
 * open, and a pipe would be waited for.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Argv, ProgramFault } from '../pki/argv.ts';
import { errorCode } from '../pki/errors.ts';
import { absolutePath, keepFree } from './openssl-call.ts';

/** Where a program runs, with what, for how long, and where it prints. */
export interface ProgramOptions {
  readonly cwd: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds after which it is ended. */
  readonly seconds: number;
  /** Octets of its standard output, of which nothing else is kept; or a descriptor that takes all that it prints. */
  readonly prints: { readonly most: number } | { readonly to: number };
  readonly signal?: AbortSignal | undefined;
}

/** What it printed where that was asked for, and `null` where all went well. */
export interface ProgramRun {
  readonly output: Buffer;
  readonly fault: ProgramFault | null;
}

/** Never rejects for what a program can do. */
export async function runProgram(
  [program = '', ...args]: Argv,
  { cwd, env, seconds, prints, signal }: ProgramOptions,
): Promise<ProgramRun> {
  keepFree();
  const isGroup = 'to' in prints;
  const out = isGroup ? prints.to : 'pipe';
  const child = spawn(program, args, {
    cwd,
    env,
    // What one says of a password beside printing it is not ours to repeat.
    stdio: ['ignore', out, isGroup ? out : 'ignore'],
    // A session of its own, so that all that it started ends with it; but a password may be asked for at our terminal.
    detached: isGroup,
  });
  const { stop, ended } = supervise(child, { seconds, signal }, () => {
    end(child.pid, isGroup);
    child.stdout?.destroy();
  });
  const output = gather(child.stdout, 'most' in prints ? prints.most : 0, () => stop({ kind: 'flood' }));
  const fault = await ended;
  return { output: output(), fault };
}

/** A child that is waited for, and may be stopped before it ends by itself: the first reason counts. */
interface Supervised {
  readonly stop: (why: ProgramFault) => void;
  /** `null` where it ended with 0. */
  readonly ended: Promise<ProgramFault | null>;
}

/** Stops a child once its time is over, or the signal comes. @param kill ends it. */
export function supervise(
  child: ChildProcess,
  { seconds, signal }: Pick<ProgramOptions, 'seconds' | 'signal'>,
  kill: () => void,
): Supervised {
  let early: ProgramFault | undefined;
  const stop = (why: ProgramFault): void => {
    early ??= why;
    kill();
  };
  const interrupt = (): void => stop({ kind: 'interrupted' });
  const timer = setTimeout(() => stop({ kind: 'late', seconds }), seconds * 1000);
  signal?.addEventListener('abort', interrupt, { once: true });
  if (signal?.aborted) interrupt();
  const ended = endOf(child).then((fault) => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
    return early ?? fault;
  });
  return { stop, ended };
}

/** What comes out of a stream, as far as it is no more than so many octets. */
export function gather(
  stream: NodeJS.ReadableStream | null,
  most: number,
  flooded: () => void,
): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > most) flooded();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}

function endOf(child: ChildProcess): Promise<ProgramFault | null> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-begun', code: errorCode(error) }));
    child.once('close', (code, signal) => {
      if (signal !== null) resolve({ kind: 'signal', signal });
      else resolve(code === null || code === 0 ? null : { kind: 'exit', code });
    });
  });
}

/** It, and, of a session of its own, all that it started. */
function end(pid: number | undefined, isGroup: boolean): void {
  try {
    if (pid !== undefined) process.kill(isGroup ? -pid : pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * This process's environment, without some variables, and with the way to programs from wherever they run.
 * @param only nothing but these; absent: all others.
 */
export function environmentWithout(
  names: ReadonlySet<string>,
  only?: ReadonlySet<string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => {
      if (value === undefined || names.has(name) || only?.has(name) === false) return [];
      return [[name, name === 'PATH' ? absolutePath(value) : value]];
    }),
  );
}
