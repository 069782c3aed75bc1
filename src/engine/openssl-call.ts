/**
 * Single calls of openssl, through execa: no shell, an environment of our own, output bounded, children ended with us.
 * The many calls of an apply go through workers.ts.
 */
import { closeSync, openSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { execa } from 'execa';
import { type Command, ENVIRONMENT } from '../openssl/command.ts';
import { shellWords } from '../openssl/shell.ts';
import { visible } from '../pki/printable.ts';
import { type CallEnd, callEndText } from '../words/openssl-call.ts';
import { FLOOD, limitFor, SETTING } from './limits.ts';

/** How far the program got: its exit code and output mean something, it was cut short, or it never ran. */
export type End = 'by-itself' | 'cut-short' | 'not-begun';

const ENDS: Readonly<Record<CallEnd['kind'], End>> = {
  interrupted: 'cut-short',
  late: 'cut-short',
  flood: 'cut-short',
  signal: 'cut-short',
  exit: 'by-itself',
  'not-begun': 'not-begun',
};

/** A call that did not end well, with what openssl printed. */
export class OpensslError extends Error {
  override readonly name = 'OpensslError';
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  override readonly cause: CallEnd;
  /** The program that was run. */
  readonly program: string;

  constructor(
    cause: CallEnd,
    command: string,
    output: { readonly stdout: string; readonly stderr: string; readonly program: string },
  ) {
    super(callEndText(cause));
    this.cause = cause;
    this.command = command;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
    this.program = output.program;
  }

  get end(): End {
    return ENDS[this.cause.kind];
  }

  /** The last line of its output, safe to print; usually the one that matters. */
  get lastWords(): string {
    return visible(this.stderr.trim().split('\n').at(-1) ?? '');
  }
}

/** One openssl in one folder; every call is a process of its own. */
export interface Openssl {
  /** Resolves with standard output. @throws OpensslError */
  run(command: Command): Promise<string>;
}

/** What ends a call before its time. */
export interface OpensslOptions {
  /** Ends every running call. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which a call is ended; by default generous for everything but large keys. */
  readonly limit?: number;
  /** All of the environment, where it is another than usual. */
  readonly env?: Readonly<Record<string, string>>;
}

/** @param cwd the output folder; paths in commands are relative to it. */
export function opensslIn(
  cwd: string,
  binary: string,
  { signal, limit = limitFor(), env }: OpensslOptions = {},
): Openssl {
  return {
    async run({ args, input }) {
      keepFree();
      const child = execa(binary, args, {
        ...callOptions(cwd),
        ...(env === undefined ? {} : { env: { ...env } }),
        ...(signal === undefined ? {} : { cancelSignal: signal }),
      });
      // A program of its own that a wrapper started could hold the pipes open after the wrapper was ended.
      const letGo = (): void => {
        child.stdout.destroy();
        child.stderr.destroy();
      };
      signal?.addEventListener('abort', letGo, { once: true });
      let early: Pick<Ended, 'limit' | 'isFlood'> = {};
      const stop = (why: typeof early): void => {
        early = why;
        child.kill('SIGKILL');
        letGo();
      };
      const timer = setTimeout(() => stop({ limit }), limit * 1000);
      const flooded = (): void => stop({ isFlood: true });
      const stdout = collect(child.stdout, flooded);
      const stderr = collect(child.stderr, flooded);
      // openssl may end before it has read its input; its exit code and its output say why.
      child.stdin.on('error', () => {});
      child.stdin.end(input ?? '');
      const result = await child;
      clearTimeout(timer);
      signal?.removeEventListener('abort', letGo);
      if (!result.failed) return stdout();
      const ended = { ...result, ...early };
      const output = { stdout: stdout(), stderr: stderr(), program: binary };
      throw new OpensslError(callEndOf(ended), shellWords(['openssl', ...args]), output);
    },
  };
}

/** Gathers a stream's text; call the result for what has come so far. @param flooded called where it is too much. */
function collect(stream: NodeJS.ReadableStream, flooded: () => void): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    if (text.length < FLOOD) text += chunk;
    else flooded();
  });
  return () => text;
}

/** How the program and its libraries are found; nothing else of the environment reaches a child. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'OPENSSL_MODULES'] as const;

/** Options of execa for every call: failing is a result, and streams are read here, in bounds. */
export function callOptions(cwd: string) {
  return {
    cwd,
    env: { ...passedOn(), ...ENVIRONMENT },
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'pipe',
  } as const;
}

/** What starting a program takes: two pairs of sockets, and two pipes of node's own. */
const DESCRIPTORS = 8;

/**
 * Throws where starting a program would have too few descriptors: execa then fails before it listens to node, whose
 * error comes a moment later and, unhandled, ends the process.
 */
export function keepFree(): void {
  const free: number[] = [];
  try {
    while (free.length < DESCRIPTORS) free.push(openSync('/dev/null', 'r'));
  } finally {
    for (const descriptor of free) closeSync(descriptor);
  }
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      if (value === undefined) return [];
      return [[name, name === 'PATH' ? absolutePath(value) : value]];
    }),
  );
}

/** `PATH` from any folder: relative entries are relative to the one in which the user is. */
export function absolutePath(path: string): string {
  return path
    .split(delimiter)
    .map((entry) => resolve(entry))
    .join(delimiter);
}

/** How a call ended, as far as that is known. */
export interface Ended {
  readonly isCanceled: boolean;
  /** It was ended because it took longer than so many seconds. */
  readonly limit?: number | undefined;
  /** It was ended because it printed too much. */
  readonly isFlood?: boolean;
  /** The shell ended before it could report how openssl did. */
  readonly isShell?: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
}

/** Why a call did not end well. */
export function callEndOf(ended: Ended): CallEnd {
  const { isCanceled, limit, exitCode, signal, originalMessage } = ended;
  const program = ended.isShell ? 'shell' : 'openssl';
  if (isCanceled) return { kind: 'interrupted' };
  // The system ends a program so whose file reaches the limit of worker-script.ts.
  if (ended.isFlood || signal === 'SIGXFSZ') return { kind: 'flood', limit: FLOOD };
  if (limit !== undefined) return { kind: 'late', seconds: limit, setting: SETTING };
  if (signal !== undefined) return { kind: 'signal', program, signal };
  if (exitCode !== undefined) return { kind: 'exit', program, code: exitCode };
  return { kind: 'not-begun', detail: originalMessage ?? null };
}
