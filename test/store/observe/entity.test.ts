/** Which entities a look remembers, and which it reads each time: those of which the files alone do not say all. */
import { cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import type { EndEntity, Inventory } from '../../../src/pki/entity.ts';
import type { Sight } from '../../../src/plan/observation.ts';
import { applyInventory } from '../../../src/run/apply.ts';
import { Cache } from '../../../src/store/observe/cache.ts';
import { observe } from '../../../src/store/observe/observe.ts';
import { Reader } from '../../../src/store/observe/reader.ts';
import { Secrets } from '../../../src/store/secrets.ts';
import { anAuthority, anInventory, aServer, NOW } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const KEY = { key: { algorithm: 'ed25519' } } as const;
const ROOT = anAuthority({ name: 'root', ...KEY });
const API = aServer({ name: 'api', ...KEY });
const WEB = aServer({ name: 'web', ...KEY });
const ALL = anInventory(ROOT, API, WEB);
const made = memoryFolder();

beforeAll(async () => {
  const options = { binary: 'openssl', clock: () => NOW, processes: 1, engine: 'node' } as const;
  await applyInventory(ALL, { root: made, ...options, consents: new Set() });
});

/** Which entities were looked up, and which were kept for the next look, each with the key of its issuer. */
function looked(
  damage: (at: (path: string) => string) => void = () => {},
  inventory: Inventory = ALL,
  sight: Sight = 'all',
) {
  const root = memoryFolder();
  cpSync(made, root, { recursive: true });
  damage((path) => join(root, path));
  const cache = new Cache(root, Date.now());
  const [get, set] = [vi.spyOn(cache, 'get'), vi.spyOn(cache, 'set')];
  const reader = new Reader(new Secrets(root, inventory));
  const { entities } = observe(root, inventory, cache, reader, sight);
  const keyId = (id: string) => {
    const key = entities.get(id)?.key;
    return key?.state === 'present' ? key.facts.keyId : undefined;
  };
  expect(set.mock.calls.every(([, , signer]) => signer === keyId(ROOT.id))).toBe(true);
  for (const [id, , , observation] of set.mock.calls) expect(observation).toEqual(entities.get(id));
  return { asked: get.mock.calls.map(([id]) => id), kept: set.mock.calls.map(([id]) => id) };
}
const BOTH = [API.id, WEB.id];
const but = (changes: Partial<EndEntity>) => anInventory(ROOT, { ...API, ...changes }, WEB);

it('leaves are remembered, with the key that signs them; authorities are read each time', () => {
  expect(looked()).toEqual({ asked: BOTH, kept: BOTH });
});

it('what is damaged is read again, because its repair depends on more', () => {
  const garbage = (name: string) => (at: (path: string) => string) =>
    writeFileSync(at(`${API.id}/${name}.pem`), 'x');
  for (const name of ['cert', 'key', 'ca', 'csr'])
    expect(looked(garbage(name))).toEqual({ asked: BOTH, kept: [WEB.id] });
});

it('what is out of sight is not known', () => {
  expect(looked(undefined, ALL, 'public').kept).toEqual([]);
});

it.each<[what: string, damage: (at: (path: string) => string) => void, inventory: Inventory]>([
  [
    'a file that is a link',
    (at) => {
      renameSync(at(`${API.id}/key.pem`), at('key.pem'));
      symlinkSync('../../key.pem', at(`${API.id}/key.pem`));
    },
    ALL,
  ],
  [
    'a folder that is a link',
    (at) => {
      mkdirSync(at('other'));
      renameSync(at(API.id), at('other/api'));
      symlinkSync('../other/api', at(API.id));
    },
    ALL,
  ],
  ['links that are to come', () => {}, but({ publish: 'symlinks' })],
  ['files of another hand', () => {}, but({ elsewhere: true })],
  ['another place', () => {}, but({ layout: { folder: 'somewhere', files: {} } as never })],
])('what has %s is not looked up at all', (_, damage, inventory) => {
  expect(looked(damage, inventory)).toEqual({ asked: [WEB.id], kept: [WEB.id] });
});

it('what was kept is believed, and nothing of it is read', () => {
  const cache = new Cache(made, Date.now());
  const read = observe(made, ALL, cache).entities.get(API.id);
  const first = read && { ...read, signedBy: 'kept' };
  vi.spyOn(cache, 'get').mockImplementation((id) => (id === API.id ? first : undefined));
  const set = vi.spyOn(cache, 'set');
  expect(observe(made, ALL, cache).entities.get(API.id)).toEqual(first);
  expect(set.mock.calls.map(([id]) => id)).toEqual([WEB.id]);
});
