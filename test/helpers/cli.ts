/** The built program as a user runs it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { temporaryFolder } from './folders.ts';
import { PATIENCE, seconds } from './patience.ts';
import { isServed, runServed } from './servants.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');
export const CLI = join(REPOSITORY, 'dist/cli.js');

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** On top of `plainEnvironment()`; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Milliseconds until it is killed, where it runs a whole suite; PATIENCE for the others. */
  readonly patience?: number;
}

/** Runs `pki`, where that makes no difference in a process that has run it before. A failing run is a result. */
export function runPki(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { cwd = REPOSITORY, env = {}, input } = options;
  if (!isServed(args, env, input !== undefined)) return runProgram(process.execPath, [CLI, ...args], options);
  return runServed(CLI, { args, cwd, env: { ...plainEnvironment(), ...env } });
}

/** What is typed at a prompt: by `shell`, where it is more than words, in which a shell changes nothing. */
export function runTyped(command: string, options: RunOptions, shell = command): Promise<Run> {
  const [program, ...args] = command.split(' ');
  const isPlain = program === 'pki' && args.every((word) => /^[\w./:=@,-]+$/.test(word));
  return isPlain ? runPki(args, options) : runProgram('/bin/sh', ['-c', shell], options);
}

/** The same, and how many seconds of processor time it took, openssl not counted. */
export async function runPkiMeasured(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Run & { readonly cpuSeconds: number }> {
  const file = join(temporaryFolder(), 'cpu.json');
  const preload = `--import=${new URL('cpu.mjs', import.meta.url).href}`;
  const env = { ...options.env, NODE_OPTIONS: preload, PKI_TEST_CPU: file };
  const run = await runPki(args, { ...options, env });
  return { ...run, cpuSeconds: seconds(JSON.parse(readFileSync(file, 'utf8'))) };
}

/** The same for any other program: openssl, certtool, python3. Fails only when it cannot be started. */
export function runProgram(file: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const how = {
    cwd: options.cwd ?? REPOSITORY,
    env: { ...plainEnvironment(), ...options.env },
    timeout: options.patience ?? PATIENCE,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  } as const;
  return new Promise((done, reject) => {
    const child = execFile(file, [...args], how, (error, stdout, stderr) => {
      if (error === null) done({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') done({ code: error.code, stdout, stderr });
      else if (error.signal) done({ code: error.signal === 'SIGKILL' ? 137 : 143, stdout, stderr });
      else reject(error);
    });
    child.stdin?.on('error', () => {}); // whoever does not read its input has not failed by that
    child.stdin?.end(options.input ?? '');
  });
}

/** This process's environment without what would make a run differ from machine to machine. */
export function plainEnvironment(): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env };
  for (const name of Object.keys(env)) {
    if (
      /^(NODE_EXTRA_CA_CERTS|NODE_OPTIONS|(FORCE|NO)_COLOR|CI|OPENSSL_CONF|SSL_CERT_.*|PKI_DEBUG)$/.test(name)
    ) {
      delete env[name];
    }
  }
  return env;
}

/** Every file below a folder: its path → mode and SHA-256. Two equal snapshots: no byte has changed. */
export function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), fingerprint(path)]));
}

function fingerprint(path: string): string {
  const mode = (statSync(path).mode & 0o777).toString(8);
  return `${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}
