/** What is out of sight, which passwords are known, and moments of the ledger: tables of values, without a folder. */
import { describe, expect, it } from 'vitest';
import { ALL_ARTIFACTS, eachArtifact } from '../../../src/pki/artifact.ts';
import type { EntityObservation, Sight } from '../../../src/plan/observation.ts';
import { accountsFor } from '../../../src/store/accounts.ts';
import { momentsIn } from '../../../src/store/ledger-times.ts';
import { KnownOpenings } from '../../../src/store/observe/openings.ts';
import { inSight, unseenIn } from '../../../src/store/observe/sight.ts';
import { aServer, keyFacts, observed, present } from '../../helpers/entities.ts';

describe('what is out of sight', () => {
  const blocked = (kind: string, code: string) => ({ state: 'blocked', cause: { kind, code } }) as never;
  const files = {
    bytes: {
      ...eachArtifact(() => ({ state: 'missing' }) as const),
      key: present(Buffer.of(1)),
      cert: present(Buffer.of(2)),
    },
  } as never;
  const unknown = (sight: Sight, given: object) => {
    const { bytes } = inSight(
      { ...(files as object), bytes: { ...(files as { bytes: object }).bytes, ...given } } as never,
      sight as never,
    ) as { bytes: Record<string, { state: string }> };
    return ALL_ARTIFACTS.filter((artifact) => bytes[artifact]?.state === 'unknown');
  };

  it('is nothing, what cannot be read, or every secret as well', () => {
    const closed = {
      cert: blocked('unreadable', 'EACCES'),
      chain: blocked('closed-folder', 'EPERM'),
      ca: blocked('unreadable', 'EIO'),
      csr: blocked('not-a-file', 'EACCES'),
    };
    expect(unknown('all', closed)).toEqual([]);
    expect(unknown('readable', closed)).toEqual(['cert', 'chain']);
    const hidden = unknown('public', {});
    expect(hidden).toContain('key');
    expect(hidden).toContain('pkcs12');
    expect(hidden).not.toContain('cert');
  });

  const seen = (id: string, given: Partial<EntityObservation>) => [id, observed(given)] as const;
  const UNKNOWN = { state: 'unknown' } as const;
  it('is said of entities by whether it is a secret', () => {
    const all = [
      seen('servers/key', { key: UNKNOWN }),
      seen('servers/supposed', { key: { ...present(keyFacts('a')), lock: 'unseen' } }),
      seen('servers/assumed', { key: { ...present(keyFacts('a')), lock: 'assumed' } }),
      seen('servers/closed', { key: { state: 'unknown', why: {} as never } }),
      seen('servers/store', { pkcs12: UNKNOWN }),
      seen('servers/cert', { cert: UNKNOWN }),
      seen('servers/both', { key: UNKNOWN, chain: UNKNOWN }),
      seen('servers/none', {}),
    ];
    const keys = ['servers/key', 'servers/supposed', 'servers/store', 'servers/both'];
    const others = ['servers/cert', 'servers/both'];
    expect(unseenIn(new Map(all), 'all')).toEqual({});
    expect(unseenIn(new Map(all), 'public')).toEqual({ unseen: { asked: true, keys, others } });
    expect(unseenIn(new Map(all), 'readable')).toEqual({ unseen: { asked: false, keys, others } });
    expect(unseenIn(new Map([seen('servers/none', {})]), 'public')).toEqual({});
    expect(unseenIn(new Map([seen('servers/cert', { cert: UNKNOWN })]), 'public')).toEqual({
      unseen: { asked: true, keys: [], others: ['servers/cert'] },
    });
  });
});

it('a password is known for all of its tag once it has opened one, and each source has its own', () => {
  const known = new KnownOpenings();
  expect(known.has([], {})).toBe(true);
  expect(known.has(['env:A'], { 'env:A': 't1' })).toBe(false);
  known.add({ 'env:A': 't1', 'env:B': 't2' });
  expect(known.has(['env:A'], { 'env:A': 't1' })).toBe(true);
  expect(known.has(['env:A'], { 'env:A': 't2' })).toBe(false);
  expect(known.has(['env:A'], {})).toBe(false);
  expect(known.has(['env:A', 'env:B'], { 'env:A': 't1', 'env:B': 't2' })).toBe(true);
  expect(known.has(['env:A', 'env:C'], { 'env:A': 't1', 'env:C': 't1' })).toBe(false);
  known.add({ 'env:A': 't3' });
  expect([known.has(['env:A'], { 'env:A': 't1' }), known.has(['env:A'], { 'env:A': 't3' })]).toEqual([
    true,
    true,
  ]);
  expect(known.tagsFor(['env:A', 'env:B'])).toEqual({ 'env:A': 't1', 'env:B': 't2' });
  const fresh = known.tagsFor(['env:D']);
  expect(known.tagsFor(['env:D'])).toEqual(fresh);
  expect(known.has(['env:D'], fresh)).toBe(true);
});

it('moments of the ledger are those up to now, and the last at which something had ended', () => {
  const line = (seconds: number, ...ended: readonly unknown[]) =>
    JSON.stringify({
      time: new Date(seconds * 1000).toISOString(),
      reasons: ended.map((notAfter) => ({ kind: 'expired', notAfter })),
    });
  const lines = [line(10), line(20, 15), line(30), 'half a li', line(40, 35, 36), line(50), line(60, 55)];
  const at = (now: number, of: readonly string[] = lines) => momentsIn(of, now);
  expect(at(5)).toEqual({ newest: null, revival: null });
  expect(at(10)).toEqual({ newest: 10, revival: null });
  expect(at(20)).toEqual({ newest: 20, revival: { at: 20, before: 10 } });
  expect(at(39)).toEqual({ newest: 30, revival: { at: 20, before: 10 } });
  expect(at(59)).toEqual({ newest: 50, revival: { at: 40, before: 30 } });
  expect(at(60)).toEqual({ newest: 60, revival: { at: 60, before: 50 } });
  expect(at(9, [line(5, 4)])).toEqual({ newest: 5, revival: { at: 5, before: null } });
  expect(at(9, [line(5, 'soon'), '[]', '{"time":5}'])).toEqual({ newest: 5, revival: null });
});

it('accounts are asked for where a manifest names some, and numbers are themselves', () => {
  expect(accountsFor({ entities: [aServer()] })).toBeUndefined();
  const found = accountsFor({
    entities: [
      aServer({ ownership: { owner: '4711', group: '0' } }),
      aServer({ ownership: { owner: 'root' } }),
      aServer({ ownership: { owner: 'no-such.user', group: 'no-such.group' } }),
    ],
  });
  expect([...(found?.users ?? [])]).toEqual([
    ['4711', 4711],
    ['root', 0],
    ['no-such.user', null],
  ]);
  expect([...(found?.groups ?? [])]).toEqual([
    ['0', 0],
    ['no-such.group', null],
  ]);
  expect(found?.own).toEqual({ uid: process.geteuid?.(), gid: process.getegid?.() });
  expect(found?.memberOf.has(process.getegid?.() ?? -1)).toBe(true);
});
