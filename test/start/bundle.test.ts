/** Files of a bundle require each other as in CommonJS. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Bundle } from '../../src/start/bundle.ts';
import { CodeCache } from '../../src/start/code-cache.ts';
import { runCommand } from '../../src/start/start.ts';
import { temporaryFolder } from '../helpers/folders.ts';

function bundleOf(files: Readonly<Record<string, string>>): (name: string) => object {
  const folder = temporaryFolder();
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source);
  const bundle = new Bundle(new CodeCache('plan'));
  return (name) => bundle.require(join(folder, name));
}

it('runs each file once, also where two ask for it', () => {
  const load = bundleOf({
    'a.cjs': "exports.b = require('./b.cjs'); exports.c = require('./c.cjs');",
    'b.cjs': "exports.c = require('./c.cjs');",
    'c.cjs': 'exports.runs = (exports.runs ?? 0) + 1; exports.own = {};',
  });
  const a = load('a.cjs');
  expect(a).toEqual({ b: { c: { runs: 1, own: {} } }, c: { runs: 1, own: {} } });
  expect(load('a.cjs')).toBe(a);
  expect(load('c.cjs')).toBe(Reflect.get(a, 'c'));
});

it('gives what there is of a file that requires one which requires it', () => {
  const load = bundleOf({
    'a.cjs': "exports.early = 1; exports.b = require('./b.cjs'); exports.late = 2;",
    'b.cjs': "exports.seen = { ...require('./a.cjs') }; exports.a = require('./a.cjs');",
  });
  const a = load('a.cjs');
  expect(Reflect.get(a, 'b')).toMatchObject({ seen: { early: 1 }, a: { early: 1, late: 2 } });
  expect(Reflect.get(Reflect.get(a, 'b'), 'seen')).toEqual({ early: 1 });
});

it('takes what replaces the exports, and what is built into node', () => {
  const load = bundleOf({
    'a.cjs': "const { join } = require('node:path'); module.exports = { joined: join('a', 'b') };",
    'b.cjs': "exports.url = require('url').pathToFileURL(__filename).href;",
  });
  const a = load('a.cjs');
  expect(Reflect.get(a, 'joined')).toBe('a/b');
  expect(Reflect.get(load('b.cjs'), 'url')).toMatch(/^file:\/\/.*\/b\.cjs$/);
});

it('ends with a comment, and throws what it throws', () => {
  const load = bundleOf({ 'a.cjs': 'exports.a = 1; // the end', 'b.cjs': "throw new Error('no b')" });
  expect(load('a.cjs')).toEqual({ a: 1 });
  expect(() => load('b.cjs')).toThrow('no b');
  expect(() => load('missing.cjs')).toThrow('ENOENT');
});

it('runs main with its arguments, and has its exit code', async () => {
  const path = join(temporaryFolder(), 'main.cjs');
  writeFileSync(path, 'exports.main = async (argv) => argv.length;');
  expect(await runCommand(path, ['node', 'pki', 'plan'])).toBe(3);
});

it('says which file has no main', async () => {
  const path = join(temporaryFolder(), 'empty.cjs');
  writeFileSync(path, '');
  await expect(runCommand(path, [])).rejects.toThrow(`Internal error: ${path} has no main`);
});
