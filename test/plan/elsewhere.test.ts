/** Leaves whose certificates come from elsewhere: what is awaited of them, moment by moment. */
import { expect, it } from 'vitest';
import { contractFaults, type Elsewhere, waitingElsewhere } from '../../src/plan/elsewhere.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import {
  anAuthority,
  aServer,
  certificateFor,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const root = certificateFor(
  ROOT,
  keyFacts('root'),
  { notBefore: NOW, notAfter: NOW + 900 * DAY } as never,
  null,
  '01',
);
const KEY = keyFacts('api');
const API: Elsewhere = {
  ...aServer({ name: 'api', issuer: ROOT.id }),
  elsewhere: true,
  renewBefore: { kind: 'seconds', seconds: 30 * DAY },
};
const END = NOW + 90 * DAY;
const cert = certificateFor(API, KEY, { notBefore: NOW, notAfter: END } as never, root, '02');
const FILES: EntityObservation = observed({
  cert: present(cert),
  key: present(KEY, 0o600),
  presented: { root: 'f', notAfter: END + 1 } as never,
});
const owners = { authorities: new Map([['stolen', ROOT.id]]) } as never;

const awaited = (now: number, files = FILES, entity = API, rekey: readonly string[] = []) => {
  const waiting = waitingElsewhere(entity, files, { owners, now, rekey: new Set(rekey) as never });
  return waiting === null
    ? null
    : [waiting.serves ? 'serves' : 'fails', ...waiting.reasons.map(({ kind }) => kind)].join(' ');
};

it('it is overdue from half of its window on, ended behind its end, and early before its time', () => {
  const half = END - 15 * DAY;
  const moments = [NOW - 1, NOW, half - 1, half, END, END + 1];
  expect(moments.map((now) => awaited(now))).toEqual([
    'fails not-yet-valid',
    null,
    null,
    'serves expires',
    'serves expires',
    'fails expired',
  ]);
});

it('the window is no more than half of a short life, and a chain that ends earlier ends it', () => {
  const short = { ...FILES, cert: present({ ...cert, notAfter: NOW + 4 * DAY - 1 }) };
  expect([NOW + 3 * DAY - 2, NOW + 3 * DAY - 1].map((now) => awaited(now, short))).toEqual([
    null,
    'serves expires',
  ]);
  const chained = { ...FILES, presented: { root: 'f', notAfter: NOW + 50 * DAY } as never };
  expect(
    [35 * DAY - 1, 35 * DAY, 50 * DAY, 50 * DAY + 1].map((after) => awaited(NOW + after, chained)),
  ).toEqual([null, 'serves expires', 'serves expires', 'fails expired']);
});

it('it is asked for by name, and does not serve where it breaks the contract', () => {
  expect(awaited(NOW, FILES, API, [API.id])).toBe('fails requested');
  expect(awaited(NOW, FILES, API, ['servers/other'])).toBeNull();
  expect(awaited(NOW, observed())).toBe('fails missing');
  expect(awaited(END + 1, { ...FILES, presented: { root: null } as never })).toBe('fails unrooted');
});

it('files that cannot be judged are named, or left alone', () => {
  const kinds = (files: Partial<EntityObservation>) =>
    contractFaults(API, { ...FILES, ...files }, owners).map(({ kind }) => kind);
  expect(kinds({})).toEqual([]);
  expect(kinds({ cert: { state: 'missing' } })).toEqual(['missing']);
  expect(kinds({ cert: { state: 'garbage', detail: 'x' } })).toEqual(['unreadable']);
  expect(kinds({ cert: { state: 'unknown' } as never })).toEqual([]);
  expect(
    kinds({ cert: present({ ...cert, keyId: 'stolen' }), key: { state: 'unknown' } as never }),
  ).toContain('shared-key');
  expect(
    contractFaults(API, { ...FILES, cert: present({ ...cert, keyId: 'stolen' }) }).map(({ kind }) => kind),
  ).not.toContain('shared-key');
});
