/** Which engine makes what: no other process is given a key under a passphrase, and all else is made by the one that was chosen. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../src/engine/auto.ts';
import type { StagedFiles } from '../../src/engine/engine.ts';
import { NodeEngine } from '../../src/engine/node.ts';
import { OpensslEngine } from '../../src/engine/openssl.ts';
import type { EngineName } from '../../src/pki/engine.ts';
import type { Entity, EntityId } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { EngineMake } from '../../src/plan/make.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { anAuthority, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const PIN = { kind: 'env', name: 'PIN' } as const;
const ROOT = anAuthority();
const API = aServer({ name: 'api' });
const LOCKED = { passphrase: PIN };
const keyOf = (of: EntityId) => ({ kind: 'file', of, isNew: false }) as const;

const ML_DSA = { key: { algorithm: 'ml-dsa-65' } } as const;
const LONG_RSA = { key: { algorithm: 'rsa', size: 4096 } } as const;

const publicOf = (of: EntityId): EngineMake => ({ op: 'public', of, key: keyOf(of) }) as EngineMake;
const requestOf = (of: EntityId, isNew = true): EngineMake =>
  ({ op: 'request', of, key: { kind: 'file', of, isNew } }) as EngineMake;
const signedBy = (of: EntityId, by: EntityId, more: object = {}): EngineMake =>
  ({ op: 'sign', of, by: { kind: 'authority', id: by, key: keyOf(by) }, ...more }) as never as EngineMake;

/** Both engines as they are but for what they make, and what became of them. */
async function opened(name: EngineName, entities: readonly Entity[], processes = 1) {
  const closed: EngineName[] = [];
  for (const [engine, one] of [
    [OpensslEngine, 'openssl'],
    [NodeEngine, 'node'],
  ] as const) {
    vi.spyOn(engine.prototype, 'perform').mockResolvedValue(one);
    vi.spyOn(engine.prototype, 'close').mockImplementation(async () => void closed.push(one));
  }
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  using output = await OutputFolder.open(root);
  const options = { root, own: output.own, binary: 'none', processes, run: 'run', byId: byIdOf(entities) };
  const engine = await openEngine(name, options, {} as StagedFiles, { keyring: {} as never });
  return { engine, closed };
}

afterEach(() => vi.restoreAllMocks());

describe('the engine of a make', () => {
  const locked = { ...ROOT, ...LOCKED };
  const convert = { op: 'convert', of: API.id } as never as EngineMake;
  const given = { kind: 'given', spki: '' };
  it.each<[what: string, name: EngineName, entities: readonly Entity[], make: EngineMake, by: EngineName]>([
    ['of open keys', 'openssl', [ROOT, API], publicOf(API.id), 'openssl'],
    ['of open keys', 'node', [ROOT, API], publicOf(API.id), 'node'],
    ['of a key under a passphrase', 'openssl', [ROOT, { ...API, ...LOCKED }], publicOf(API.id), 'node'],
    ['of one that was', 'openssl', [{ ...API, previousPassphrase: PIN }], publicOf(API.id), 'node'],
    ['of one on a token', 'openssl', [{ ...API, token: { uri: '', pin: PIN } }], publicOf(API.id), 'node'],
    ['of an open key beside a closed one', 'openssl', [locked, API], publicOf(API.id), 'openssl'],
    ['signed by a closed key', 'openssl', [locked, API], signedBy(API.id, ROOT.id), 'node'],
    ['signed by an open one', 'openssl', [ROOT, { ...API, ...LOCKED }], signedBy(API.id, ROOT.id), 'openssl'],
    ['that takes no key', 'openssl', [locked, { ...API, ...LOCKED }], convert, 'openssl'],
    ['that node does not make', 'node', [locked, API], convert, 'openssl'],
    [
      'signed in a way that node has not',
      'node',
      [ROOT, API],
      signedBy(API.id, ROOT.id, { signedWith: 'x' }),
      'openssl',
    ],
    ['of a key that node has not', 'node', [ROOT, { ...API, ...ML_DSA }], publicOf(API.id), 'openssl'],
    [
      'signed by a key that node has not',
      'node',
      [{ ...ROOT, ...ML_DSA }, API],
      signedBy(API.id, ROOT.id),
      'openssl',
    ],
    ['of a new key', 'node', [API], requestOf(API.id), 'node'],
    ['of a new key that takes seconds', 'node', [{ ...API, ...LONG_RSA }], requestOf(API.id), 'openssl'],
    ['of one that is there', 'node', [{ ...API, ...LONG_RSA }], requestOf(API.id, false), 'node'],
    [
      'of a key that is nowhere',
      'openssl',
      [locked, API],
      { ...publicOf(API.id), key: given } as never,
      'openssl',
    ],
  ])('%s with %s', async (_, name, entities, make, by) => {
    const { engine } = await opened(name, entities);
    expect(await engine.perform(make)).toBe(by);
  });
});

it('both are closed, where both were opened, and as much goes on at once as either can', async () => {
  const alone = await opened('openssl', [API], 3);
  await alone.engine.close();
  const both = await opened('node', [API], 3);
  await both.engine.close();
  expect([alone.closed, [...both.closed].sort()]).toEqual([['openssl'], ['node', 'openssl']]);
  expect(both.engine.atOnce).toBeGreaterThan(alone.engine.atOnce);
});
