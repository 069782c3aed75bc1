/** Compiled code beside the program: used where it is that of the very source, and no command's result depends on it. */
import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { CodeCache } from '../../src/start/code-cache.ts';
import { temporaryFolder } from '../helpers/folders.ts';

afterEach(() => vi.unstubAllEnvs());

const asIs = (source: string) => source;
const CODE = `program.cjs.${process.version}-${process.arch}.code`;

/** A script of so many characters, whose value is `value`. */
function scriptOf(value: number, length = 20_000): string {
  const source = `(() => { const answer = () => ${value}; return answer(); })()`;
  return `${source}${' '.repeat(length - source.length)}`;
}

function folderWith(source: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'program.cjs'), source);
  return folder;
}

/** One run: its value, and whether V8 took code from before; `undefined` where it was offered none. */
function run(
  folder: string,
  task = 'plan',
): { readonly value: unknown; readonly taken: boolean | undefined } {
  const cache = new CodeCache(task);
  const script = cache.compile(join(folder, 'program.cjs'), asIs);
  const value: unknown = script.runInThisContext();
  cache.keep();
  const { cachedDataRejected: rejected } = script;
  return { value, taken: rejected === undefined ? undefined : !rejected };
}

it('is written by the first run, taken by the second, and not written again', () => {
  const folder = folderWith(scriptOf(1));
  expect(run(folder)).toEqual({ value: 1, taken: undefined });
  expect(readdirSync(folder).sort()).toEqual(['program.cjs', CODE]);
  const kept = readFileSync(join(folder, CODE));
  expect(run(folder)).toEqual({ value: 1, taken: true });
  expect(readFileSync(join(folder, CODE))).toEqual(kept);
});

it('has added to it what another task calls, once, and keeps what was there', () => {
  const folder = temporaryFolder();
  const functions = ['plan', 'apply'].map((name) => `function ${name}() { return ${JSON.stringify(name)}; }`);
  writeFileSync(
    join(folder, 'program.cjs'),
    `(() => { ${functions.join(' ')} return { plan, apply }; })()`.padEnd(20_000),
  );
  const size = (task: string): number => {
    const cache = new CodeCache(task);
    const calls: unknown = cache.compile(join(folder, 'program.cjs'), asIs).runInThisContext();
    expect(Reflect.get(Object(calls), task)()).toBe(task);
    cache.keep();
    return readFileSync(join(folder, CODE)).length;
  };
  const [plan, both] = [size('plan'), size('apply')];
  expect(both).toBeGreaterThan(plan);
  expect([size('plan'), size('apply')]).toEqual([both, both]);
});

it('is of no use for a script of 16,383 octets, and of 16,384 it is', () => {
  const short = folderWith(scriptOf(1, 16_383));
  expect(run(short)).toEqual({ value: 1, taken: undefined });
  expect(readdirSync(short)).toEqual(['program.cjs']);
  const long = folderWith(scriptOf(1, 16_384));
  run(long);
  expect(run(long).taken).toBe(true);
});

it('is not taken for another source, be it of the same length', () => {
  const folder = folderWith(scriptOf(1));
  run(folder);
  writeFileSync(join(folder, 'program.cjs'), scriptOf(2));
  expect(run(folder)).toEqual({ value: 2, taken: undefined });
  expect(run(folder)).toEqual({ value: 2, taken: true });
});

it.each<[string, (kept: Buffer) => Buffer]>([
  ['with another first octet', (kept) => flipped(kept, 0)],
  ['with another octet in the middle', (kept) => flipped(kept, kept.length >> 1)],
  ['with another last octet', (kept) => flipped(kept, kept.length - 1)],
  ['cut short', (kept) => kept.subarray(0, kept.length - 1)],
  ['with its digest alone', (kept) => kept.subarray(0, 32)],
  ['with another set of tasks', (kept) => flipped(kept, 33)],
  ['with its head alone', (kept) => kept.subarray(0, 40)],
  ['that is empty', () => Buffer.alloc(0)],
  ['of zeros, as a power cut leaves it', (kept) => Buffer.alloc(kept.length)],
])('%s is made again', (_what, damage) => {
  const folder = folderWith(scriptOf(1));
  run(folder);
  const path = join(folder, CODE);
  writeFileSync(path, damage(readFileSync(path)));
  expect(run(folder)).toEqual({ value: 1, taken: undefined });
  expect(run(folder)).toEqual({ value: 1, taken: true });
});

function flipped(octets: Buffer, at: number): Buffer {
  const changed = Buffer.from(octets);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

it('is neither read nor written with NODE_DISABLE_COMPILE_CACHE=1', () => {
  const folder = folderWith(scriptOf(1));
  vi.stubEnv('NODE_DISABLE_COMPILE_CACHE', '1');
  run(folder);
  expect(readdirSync(folder)).toEqual(['program.cjs']);
  vi.unstubAllEnvs();
  run(folder);
  vi.stubEnv('NODE_DISABLE_COMPILE_CACHE', '1');
  expect(run(folder)).toEqual({ value: 1, taken: undefined });
});

it('costs time alone where it cannot be written', () => {
  const folder = folderWith(scriptOf(1));
  mkdirSync(join(folder, `${CODE}.draft`));
  expect(run(folder)).toEqual({ value: 1, taken: undefined });
  expect(run(folder)).toEqual({ value: 1, taken: undefined });
});

it.skipIf(process.geteuid?.() !== 0)('is not written into a folder of another user', () => {
  const folder = folderWith(scriptOf(1));
  chownSync(folder, 12345, 12345);
  expect(run(folder)).toEqual({ value: 1, taken: undefined });
  expect(readdirSync(folder)).toEqual(['program.cjs']);
});
