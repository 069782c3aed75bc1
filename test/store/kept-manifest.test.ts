/** What a manifest meant is believed of the same text, file and program, and whatever else is in its place is as nothing. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';
import {
  isLong,
  type KeptManifest,
  keepManifest,
  keptManifest,
  likelyOutput,
  manifestKey,
} from '../../src/store/kept-manifest.ts';
import { itWhen } from '../e2e/project.ts';
import { REPOSITORY } from '../helpers/cli.ts';
import { aClient, anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { INVENTORY } from '../helpers/inventories.ts';
import { through } from '../helpers/output.ts';

const work = memoryFolder();
const KEY = 'ab'.repeat(32);
const GOOD: KeptManifest = {
  key: KEY,
  inventory: anInventory(anAuthority({}), aServer({ name: 'api' }), aClient({ name: 'app' })),
  warnings: [],
};
let made = 0;

function newRoot(): string {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true, mode: 0o700 });
  return root;
}

async function rootWith(manifest: KeptManifest): Promise<string> {
  const root = newRoot();
  await through(root, ({ own }) => keepManifest(own, manifest));
  return root;
}

const fileIn = (root: string): string => join(root, '.pki/manifest.bin');

function withContent(content: Buffer): string {
  const root = newRoot();
  writeFileSync(fileIn(root), content, { mode: 0o600 });
  return root;
}

const sealed = (body: Buffer): Buffer => Buffer.concat([createHash('sha256').update(body).digest(), body]);

it('is what was kept, to its last field, under its key alone', async () => {
  const root = await rootWith(GOOD);
  expect(readdirSync(join(root, '.pki'))).toContain('manifest.bin');
  expect(keptManifest(root, KEY)).toEqual(GOOD);
  expect(keptManifest(root, 'cd'.repeat(32))).toBeUndefined();
  expect(keptManifest(newRoot(), KEY)).toBeUndefined();
});

it('is what was kept of any inventory', async () => {
  for (const inventory of fc.sample(INVENTORY, { numRuns: 50, seed: 20_261_127 })) {
    const root = await rootWith({ ...GOOD, inventory });
    expect(keptManifest(root, KEY)).toStrictEqual({ ...GOOD, inventory });
  }
});

const MANIFESTS = [
  'pki.example.yaml',
  ...readdirSync(join(REPOSITORY, 'examples'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `examples/${name}`),
];

it.each(MANIFESTS)(
  'is what was kept of %s, with its warnings and where settings are written',
  async (path) => {
    const loaded = loadManifest(readFileSync(join(REPOSITORY, path), 'utf8'), path);
    if (!loaded.ok) throw new Error(`${path} is not valid`);
    const { inventory, warnings } = loaded;
    expect(keptManifest(await rootWith({ key: KEY, inventory, warnings }), KEY)).toStrictEqual({
      key: KEY,
      inventory,
      warnings,
    });
  },
);

it('lists that many entities share are one list again', async () => {
  const trust = ['authorities/root'] as const;
  const leaves = ['a', 'b'].map((name) => aServer({ name, trust }));
  const root = await rootWith({ ...GOOD, inventory: anInventory(anAuthority({}), ...leaves) });
  const [, one, other] = keptManifest(root, KEY)?.inventory.entities ?? [];
  expect(one?.trust).toEqual(trust);
  expect(one?.trust).toBe(other?.trust);
});

it.each<readonly [string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['less than a digest', Buffer.alloc(31)],
  ['a digest of nothing', sealed(Buffer.alloc(0))],
  ['no value of V8', sealed(Buffer.from('{"format":1}'))],
  ['null', sealed(serialize(null))],
  ['a text', sealed(serialize(KEY))],
  ['no key', sealed(serialize({ inventory: GOOD.inventory, warnings: [] }))],
  ['a value without its digest', serialize(GOOD)],
  [
    'a value under the digest of another',
    Buffer.concat([sealed(serialize(null)).subarray(0, 32), serialize(GOOD)]),
  ],
])('a file that holds %s is nothing', (_, content) => {
  expect(keptManifest(withContent(content), KEY)).toBeUndefined();
});

it('a file with one bit turned, or cut off, is nothing', async () => {
  const whole = readFileSync(fileIn(await rootWith(GOOD)));
  for (let at = 0; at < whole.length; at += 7) {
    const turned = Buffer.from(whole);
    turned[at] = (turned[at] ?? 0) ^ (1 << (at % 8));
    expect(keptManifest(withContent(turned), KEY), `octet ${at}`).toBeUndefined();
  }
  const cut = withContent(whole);
  truncateSync(fileIn(cut), whole.length - 1);
  expect(keptManifest(cut, KEY)).toBeUndefined();
  expect(keptManifest(withContent(whole), KEY)).toEqual(GOOD);
});

it('a link, a folder, and what other users may write to, is nothing', async () => {
  const root = await rootWith(GOOD);
  renameSync(fileIn(root), join(root, 'elsewhere'));
  symlinkSync('../elsewhere', fileIn(root));
  expect(keptManifest(root, KEY)).toBeUndefined();
  const folder = newRoot();
  mkdirSync(fileIn(folder));
  expect(keptManifest(folder, KEY)).toBeUndefined();
  const open = await rootWith(GOOD);
  chmodSync(join(open, '.pki'), 0o777);
  expect(keptManifest(open, KEY)).toBeUndefined();
});

itWhen(
  process.getuid?.() === 0,
  'another user needs root',
  'nor is what another user owns anything',
  async () => {
    const root = await rootWith(GOOD);
    chownSync(fileIn(root), 65_534, 65_534);
    expect(keptManifest(root, KEY)).toBeUndefined();
  },
);

it('takes the place of an earlier one and of a draft that was left, and is closed to others', async () => {
  const root = await rootWith({ ...GOOD, key: 'ef'.repeat(32) });
  mkdirSync(join(root, '.pki/manifest.bin.draft'));
  await through(root, ({ own }) => keepManifest(own, GOOD));
  expect(keptManifest(root, KEY)).toEqual(GOOD);
  expect(readdirSync(join(root, '.pki')).filter((name) => name.startsWith('manifest'))).toEqual([
    'manifest.bin',
  ]);
});

it('what cannot be written is no error, and leaves no draft', async () => {
  const root = newRoot();
  mkdirSync(join(fileIn(root), 'in the way'), { recursive: true });
  await through(root, ({ own }) => keepManifest(own, GOOD));
  expect(readdirSync(join(root, '.pki')).filter((name) => name.startsWith('manifest'))).toEqual([
    'manifest.bin',
  ]);
});

it('of twenty-five entities on it is worth it', () => {
  const leaves = Array.from({ length: 24 }, (_, i) => aServer({ name: `s${i}` }));
  expect(isLong(anInventory(...leaves))).toBe(false);
  expect(isLong(anInventory(anAuthority({}), ...leaves))).toBe(true);
});

it('the key is of the text, the name, the file and the program', () => {
  const all = ['version: 1', 'pki.yaml', '1/2/3/4/5', 'build'] as const;
  const known = manifestKey(...all);
  expect(known).toMatch(/^[0-9a-f]{64}$/);
  expect(manifestKey(...all)).toBe(known);
  const others = all.map((_, at) => {
    const [text, name, state, program] = all.map((part, i) => (i === at ? `${part}.` : part));
    return manifestKey(text ?? '', name ?? '', state ?? '', program);
  });
  expect(new Set([known, ...others]).size).toBe(5);
  expect(manifestKey('ab', 'c', 's', 'p')).not.toBe(manifestKey('a', 'bc', 's', 'p'));
});

it('there is none of a manifest without a file, and none by a program that may change from run to run', () => {
  expect(manifestKey('version: 1', 'manifest', null, 'build')).toBeUndefined();
  expect(manifestKey('version: 1', 'pki.yaml', '1/2/3/4/5')).toBeUndefined();
});

it.each([
  ['version: 1\n', 'pki'],
  ['version: 1\noutput: out/tls\n', 'out/tls'],
  ['output:\tout # of all\n', 'out'],
  ['output: "out"\r\nversion: 1\r\n', 'out'],
  ["output: 'out'\n", 'out'],
  [' output: indented\n', 'pki'],
  ['x-output: other\n', 'pki'],
  [`output: ${' '.repeat(100_000)}`, 'pki'],
])('%j most likely has its output in %s', (text, output) => {
  expect(likelyOutput(text)).toBe(output);
});
