/** Timing by rounds: every candidate once per round, so that a noisy machine treats them alike. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/** Of the repository; the bench itself runs from a bundle in node_modules/.pki. */
export const REPOSITORY = join(import.meta.dirname, '..', '..');

/** Where Linux has a file system in memory for everyone. */
export const MEMORY = '/dev/shm';

export interface Timing {
  readonly min: number;
  readonly median: number;
  /** Median of the time that processors were busy with it, where the candidates tell. */
  readonly cpu?: number;
}

/** Milliseconds of each candidate, over `rounds` rounds; one may return those that processors were busy with it. */
export async function race<Name extends string>(
  rounds: number,
  candidates: Readonly<Record<Name, () => unknown>>,
): Promise<Readonly<Record<Name, Timing>>> {
  const names = Object.keys(candidates) as Name[];
  const samples = new Map(names.map((name) => [name, { wall: [] as number[], cpu: [] as number[] }]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      const cpu = await candidates[name]();
      samples.get(name)?.wall.push(performance.now() - start);
      if (typeof cpu === 'number') samples.get(name)?.cpu.push(cpu);
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, summary(samples.get(name) ?? { wall: [], cpu: [] })]),
  ) as Record<Name, Timing>;
}

function summary({
  wall,
  cpu,
}: {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
}): Timing {
  const busy = cpu.length === 0 ? {} : { cpu: medianOf(cpu) };
  return { min: Math.min(...wall), median: medianOf(wall), ...busy };
}

function medianOf(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Runs a program to its end, in a shell that tells how long processors were busy with it and with all that it started
 * (milliseconds); anything but success ends the benchmark.
 */
export function cpuOf(program: string, args: readonly string[], cwd: string): number {
  const script = '"$@" >/dev/null || exit; times';
  const result = spawnSync('/bin/sh', ['-c', script, 'sh', program, ...args], {
    cwd,
    env: cleanEnvironment(),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) throw new Error(`${program} exited with ${result.status}: ${result.stderr}`);
  const [, , ...children] = result.stdout.match(/[\d.]+m[\d.]+s/g) ?? [];
  return children.reduce((sum, text) => {
    const [minutes = 0, seconds = 0] = text.split(/[ms]/).map(Number);
    return sum + (minutes * 60 + seconds) * 1000;
  }, 0);
}

/** The built command, for `cpuOf`. */
export const PKI: readonly [program: string, ...args: string[]] = [
  process.execPath,
  join(REPOSITORY, 'dist', 'cli.js'),
];

/** The environment of every measured process: NODE_EXTRA_CA_CERTS alone costs Node 20 some 35 ms per start. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return rest;
}

/** Runs the built command; anything but success ends the benchmark. */
export function pki(args: readonly string[], cwd: string, env: Environment = {}): string {
  return node([join(REPOSITORY, 'dist', 'cli.js'), ...args], cwd, env);
}

type Environment = Readonly<Record<string, string>>;

export function node(args: readonly string[], cwd: string, env: Environment = {}): string {
  const result = spawnSync(process.execPath, args, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0)
    throw new Error(`node ${args.join(' ')} exited with ${result.status}: ${result.stderr}`);
  return result.stdout;
}

export async function inTemporaryFolder(
  work: (folder: string) => void | Promise<void>,
  parent = tmpdir(),
): Promise<void> {
  const folder = mkdtempSync(join(parent, 'pki-bench-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function report(title: string, lines: readonly string[]): void {
  process.stdout.write(`${title}\n${lines.map((line) => `  ${line}\n`).join('')}\n`);
}

export function milliseconds({ min, median }: Timing): string {
  return `min ${min.toFixed(0)} ms, median ${median.toFixed(0)} ms`;
}

/** What figures are worth nothing without. */
export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly kernel: string;
  /** Of others, before and after: above the cores, times of the wall say little. */
  readonly load: number;
  readonly node: string;
  /** Inside node, and the program. */
  readonly openssl: { readonly inside: string; readonly program: string };
}

export function machine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: release(),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    node: process.version,
    openssl: { inside: process.versions.openssl, program: firstLine('openssl', ['version']) },
  };
}

/** What a program says of itself; empty where it is not there. */
export function firstLine(program: string, args: readonly string[]): string {
  return (spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '').split('\n')[0] ?? '';
}

const RESULTS = join(REPOSITORY, 'bench', 'results');

/** Leaves figures in bench/results, where bench/chart.ts finds them. */
export function saveResults(name: string, results: object): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
}

/** What the last run of a bench has left. */
export function readResults<T>(name: string): T | undefined {
  const path = join(RESULTS, `${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
