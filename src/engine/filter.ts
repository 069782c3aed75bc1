/** A program of the user's that takes a text on standard input: secrets are no arguments, and in no file on the way. */
import { spawn } from 'node:child_process';
import type { Argv, ProgramFault } from '../pki/argv.ts';
import { errorCode } from '../pki/errors.ts';
import { keepFree } from './openssl-call.ts';
import { environmentWithout } from './program.ts';

/** Where it runs, for how long, and what it reads. */
export interface FilterOptions {
  readonly cwd: string;
  readonly input: string;
  /** All of its environment; absent: that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds after which it is ended. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** What it printed, and how it ended. */
export interface FilterRun {
  readonly output: string;
  /** The end of what it said beside that: some lines. */
  readonly words: string;
  /** `null` where it ended with 0. */
  readonly fault: ProgramFault | null;
}

/** Characters of what is said. */
const KEPT = 4096;

/** Octets of what is printed: no object of a cluster is larger. */
const MOST = 16 * 1024 * 1024;

/** Never rejects for what a program can do. */
export async function runFilter(
  [program = '', ...args]: Argv,
  { cwd, input, env = processEnvironment(), seconds, signal }: FilterOptions,
): Promise<FilterRun> {
  keepFree();
  const child = spawn(program, args, { cwd, env, stdio: 'pipe' });
  let early: ProgramFault | undefined;
  const stop = (why: ProgramFault): void => {
    early ??= why;
    child.kill('SIGKILL');
  };
  const interrupt = (): void => stop({ kind: 'interrupted' });
  const timer = setTimeout(() => stop({ kind: 'late', seconds }), seconds * 1000);
  signal?.addEventListener('abort', interrupt, { once: true });
  if (signal?.aborted) interrupt();
  const flood = (): void => stop({ kind: 'flood' });
  const [output, words] = [gather(child.stdout, flood), gather(child.stderr, flood)];
  // One that ends before it has read all says why by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const fault = await new Promise<ProgramFault | null>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-begun', code: errorCode(error) }));
    child.once('close', (code, by) => {
      if (by !== null) resolve({ kind: 'signal', signal: by });
      else resolve(code === null || code === 0 ? null : { kind: 'exit', code });
    });
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', interrupt);
  return { output: output(), words: words().trim().slice(-KEPT), fault: early ?? fault };
}

/** Logins are in there. */
function processEnvironment(): Readonly<Record<string, string>> {
  return environmentWithout(new Set());
}

function gather(stream: NodeJS.ReadableStream, flooded: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST) flooded();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
