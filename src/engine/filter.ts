/** A program of the user's that takes a text on standard input: secrets are no arguments, and in no file on the way. */
import { spawn } from 'node:child_process';
import type { Argv, ProgramFault } from '../pki/argv.ts';
import { keepFree } from './openssl-call.ts';
import { environmentWithout, gather, supervise } from './program.ts';

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
  const { stop, ended } = supervise(child, { seconds, signal }, () => void child.kill('SIGKILL'));
  const flood = (): void => stop({ kind: 'flood' });
  const [output, words] = [gather(child.stdout, MOST, flood), gather(child.stderr, MOST, flood)];
  // One that ends before it has read all says why by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const fault = await ended;
  return { output: output().toString('utf8'), words: words().toString('utf8').trim().slice(-KEPT), fault };
}

/** Logins are in there. */
function processEnvironment(): Readonly<Record<string, string>> {
  return environmentWithout(new Set());
}
