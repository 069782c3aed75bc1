/** Timing by rounds: every candidate once per round, so that a noisy machine treats them alike. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Timing {
  readonly min: number;
  readonly median: number;
}

/** Milliseconds of each candidate, over `rounds` rounds. */
export async function race<Name extends string>(
  rounds: number,
  candidates: Readonly<Record<Name, () => void | Promise<void>>>,
): Promise<Readonly<Record<Name, Timing>>> {
  const names = Object.keys(candidates) as Name[];
  const samples = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      await candidates[name]();
      samples.get(name)?.push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(samples.get(name) ?? [])])) as Record<
    Name,
    Timing
  >;
}

function summary(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}

/** The environment of every measured process: NODE_EXTRA_CA_CERTS alone costs Node 20 some 35 ms per start. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return rest;
}

/** Runs the built command; anything but success ends the benchmark. */
export function pki(args: readonly string[], cwd: string): string {
  return node([join(import.meta.dirname, '..', '..', 'dist', 'cli.js'), ...args], cwd);
}

export function node(args: readonly string[], cwd: string): string {
  const result = spawnSync(process.execPath, args, {
    cwd,
    env: cleanEnvironment(),
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
