/** What was read before is believed only of the very same files; and whatever else is in the cache is as nothing. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NOTHING } from '../../../src/plan/observation.ts';
import { Cache, FORMAT, isWorthwhile } from '../../../src/store/observe/cache.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';

const work = memoryFolder();
const ID = 'servers/s1';
const FILES = { text: '1/2/3/4/5 - - - - - - -', changed: 0 };
const GOOD = { files: FILES.text, checkedWith: 'k', observation: NOTHING };
let made = 0;

/** A cache over a folder in which these bytes are one already. */
function cacheOf(content: string): Cache {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true });
  writeFileSync(join(root, '.pki/cache.json'), content);
  return new Cache(root, Date.now());
}

const withEntries = (entries: unknown): string => JSON.stringify({ format: FORMAT, entries });

it('an entry is believed of these files and this key alone', () => {
  const cache = cacheOf(withEntries([[ID, GOOD]]));
  expect(cache.get(ID, FILES, 'k')).toEqual(NOTHING);
  expect(cache.get(ID, { ...FILES, text: 'another' }, 'k')).toBeUndefined();
  expect(cache.get(ID, FILES, null)).toBeUndefined();
  expect(cache.get('servers/s2', FILES, 'k')).toBeUndefined();
});

it.each<readonly [string, string]>([
  ['nothing', ''],
  ['no JSON', `{"format":${FORMAT}`],
  ['null', 'null'],
  ['another format', JSON.stringify({ format: FORMAT - 1, entries: [[ID, GOOD]] })],
  ['no entries', `{"format":${FORMAT}}`],
  ['entries that are none', withEntries([null, 1])],
  ['an object of entries', withEntries({ [ID]: GOOD })],
  ['an entry of null', withEntries([[ID, null]])],
  ['an entry of text', withEntries([[ID, 'text']])],
  ['an entry without an observation', withEntries([[ID, { ...GOOD, observation: undefined }]])],
  ['an observation of null', withEntries([[ID, { ...GOOD, observation: null }]])],
  ['an observation without files', withEntries([[ID, { ...GOOD, observation: {} }]])],
  ['an unknown state', withEntries([[ID, { ...GOOD, observation: { ...NOTHING, key: { state: 'x' } } }]])],
  [
    'facts that are not there',
    withEntries([[ID, { ...GOOD, observation: { ...NOTHING, cert: { state: 'present' } } }]]),
  ],
])('a file that holds %s is no cache', (_, content) => {
  expect(cacheOf(content).get(ID, FILES, 'k')).toBeUndefined();
});

it('is written once there is much that is new, and read again', async () => {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true });
  const cache = new Cache(root, Date.now());
  for (let i = 0; i < 500; i++) cache.set(`servers/s${i}`, FILES, 'k', NOTHING);
  await through(root, ({ own }) => cache.save(own));
  expect(JSON.parse(readFileSync(join(root, '.pki/cache.json'), 'utf8'))).toMatchObject({ format: FORMAT });
  expect(new Cache(root, Date.now()).get(ID, FILES, 'k')).toEqual(NOTHING);
});

it('is not written for less than that, nor with what stands behind links', async () => {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true });
  const cache = new Cache(root, Date.now());
  for (let i = 0; i < 499; i++) cache.set(`servers/s${i}`, FILES, 'k', NOTHING);
  cache.set('servers/linked', FILES, 'k', { ...NOTHING, published: { state: 'symlinks' } } as never);
  await through(root, ({ own }) => cache.save(own));
  expect(readdirSync(join(root, '.pki'))).not.toContain('cache.json');
});

it('what was asked for stays in the next one, and what was not is gone', async () => {
  const of = (id: string) => [id, { ...GOOD, observation: { ...NOTHING, signedBy: id } }];
  const cache = cacheOf(withEntries([of('servers/a'), of('servers/b'), of('servers/c')]));
  const root = join(work, `${made}`);
  expect(cache.get('servers/b', FILES, 'k')?.signedBy).toBe('servers/b');
  expect(cache.get('servers/c', { ...FILES, text: 'another' }, 'k')).toBeUndefined();
  cache.set('servers/d', FILES, 'k', NOTHING);
  await through(root, ({ own }) => cache.saveAll(own));
  const again = new Cache(root, Date.now());
  const left = ['a', 'b', 'c', 'd'].filter((name) => again.get(`servers/${name}`, FILES, 'k') !== undefined);
  expect(left).toEqual(['b', 'd']);
});

it.each([1, 3000])('is written while it is filled, with %i entries, and read again', async (count) => {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true });
  const cache = new Cache(root, Date.now());
  const seen = { ...NOTHING, signedBy: 'å'.repeat(200) };
  function* filling() {
    for (let i = 0; i < count; i++) {
      cache.set(`servers/s${i}`, FILES, 'k', seen);
      yield i;
    }
  }
  await through(root, ({ own }) => cache.saveAll(own, filling()));
  const { entries } = JSON.parse(readFileSync(join(root, '.pki/cache.json'), 'utf8'));
  expect(entries).toHaveLength(count);
  const again = new Cache(root, Date.now());
  const ids = Array.from({ length: count }, (_, i) => `servers/s${i}` as const);
  expect(ids.every((id) => again.get(id, FILES, 'k')?.signedBy === seen.signedBy)).toBe(true);
});

it('is left as it was where nothing is set', async () => {
  const cache = cacheOf('before');
  const root = join(work, `${made}`);
  await through(root, ({ own }) => cache.saveAll(own, [1, 2]));
  expect(readdirSync(join(root, '.pki'))).toEqual(['cache.json']);
  expect(readFileSync(join(root, '.pki/cache.json'), 'utf8')).toBe('before');
});

it('is left as it was where what fills it ends with an error', async () => {
  const cache = cacheOf('before');
  const root = join(work, `${made}`);
  // biome-ignore lint/correctness/useYield: it ends before.
  function* filling(): Iterable<number> {
    throw new Error('the disk is gone');
  }
  await through(root, ({ own }) => cache.saveAll(own, filling()));
  expect(readdirSync(join(root, '.pki'))).toEqual(['cache.json']);
  expect(readFileSync(join(root, '.pki/cache.json'), 'utf8')).toBe('before');
});

it('says nothing of files that are missing, and gives all back', async () => {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true });
  const seen = { ...NOTHING, public: { state: 'present', facts: 'k', mode: 0o644 }, signedBy: 'k' } as const;
  const cache = new Cache(root, Date.now());
  cache.set(ID, FILES, 'k', seen);
  await through(root, ({ own }) => cache.saveAll(own));
  expect(readFileSync(join(root, '.pki/cache.json'), 'utf8')).not.toContain('missing');
  expect(new Cache(root, Date.now()).get(ID, FILES, 'k')).toEqual(seen);
});

it.each<readonly [string, number, number, boolean]>([
  ['long ago', 0, 1_000_000, true],
  ['two ticks ago', 999_899.5, 1_000_000, true],
  ['within a tick', 999_990.5, 1_000_000, false],
  ['in the future', 1_000_000.5, 1_000_000, false],
  ['a second ago, by a clock of whole seconds', 999_000, 1_000_000, false],
  ['three seconds ago, by a clock of whole seconds', 997_000, 1_000_000, true],
])('a file that changed %s', async (_, changed, now, isRemembered) => {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true });
  const cache = new Cache(root, now);
  cache.set(ID, { ...FILES, changed }, 'k', NOTHING);
  await through(root, ({ own }) => cache.saveAll(own));
  expect(new Cache(root, now).get(ID, FILES, 'k') !== undefined).toBe(isRemembered);
});

it.each<readonly [number, number, boolean]>([
  [6, 6, false],
  [24, 24, false],
  [25, 25, true],
  [100, 100, true],
  [30, 10_000, false],
  [499, 10_000, false],
  [500, 10_000, true],
])('%i changed of %i leave a cache: %s', (changed, entities, expected) => {
  expect(isWorthwhile(changed, entities)).toBe(expected);
});
