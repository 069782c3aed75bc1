/** The record of revocation lists: what is in it is kept, and what is damaged in it says nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { KnownList } from '../../../src/plan/list-witness.ts';
import { LISTS, listedBefore } from '../../../src/store/observe/lists.ts';
import { anAuthority, aServer } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const work = memoryFolder();
const ROOT = anAuthority({
  crl: { url: [], list: { validity: 3600, renewBefore: { kind: 'share', share: 1 / 3 } } },
});
const ENTRY = { serial: '0a', date: '2026-11-01T00:00:00Z', reason: 'superseded' };
const LIST = { number: '7', thisUpdate: '2026-11-02T00:00:00Z', revoked: [ENTRY] };
const at = (time: string): number => Date.parse(time) / 1000;
const KNOWN: KnownList = {
  number: 7n,
  thisUpdate: at(LIST.thisUpdate),
  entries: [{ serial: '0a', date: at(ENTRY.date), reason: 'superseded' }],
};
let made = 0;

/** What is known of the root's list where the record says so. */
function knownBy(list: unknown, format: unknown = 1): KnownList | undefined {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true, mode: 0o700 });
  writeFileSync(
    join(root, '.pki', LISTS),
    JSON.stringify({ format, authorities: { 'authorities/root': list } }),
    { mode: 0o600 },
  );
  return listedBefore(root, [ROOT], [], new Map()).lists?.get(ROOT.id);
}

it('certificates count where any authority makes a list, and nowhere else', () => {
  const root = join(work, `${++made}`);
  mkdirSync(root);
  const others = [anAuthority({ name: 'other' }), aServer({ name: 'api' })];
  expect(listedBefore(root, others, [], new Map())).toEqual({});
  expect(listedBefore(root, [...others, ROOT], [], new Map())).toEqual({
    certificates: [],
    lists: new Map(),
  });
});

const withEntry = (change: Readonly<Record<string, unknown>>) => ({
  ...LIST,
  revoked: [{ ...ENTRY, ...change }],
});

it.each<readonly [string, unknown, Partial<KnownList>]>([
  ['a whole list', LIST, {}],
  [
    'no reason',
    withEntry({ reason: null }),
    { entries: [{ serial: '0a', date: at(ENTRY.date), reason: null }] },
  ],
  [
    'a reason of a later version',
    withEntry({ reason: 'forgotten' }),
    { entries: [{ serial: '0a', date: at(ENTRY.date), reason: null }] },
  ],
  [
    'since when the key was known to others',
    withEntry({ invalidityDate: '2026-10-01T00:00:00Z' }),
    { entries: [{ ...KNOWN.entries[0], invalidityDate: at('2026-10-01T00:00:00Z') }] } as Partial<KnownList>,
  ],
  ['an entry without serial number', withEntry({ serial: null }), { entries: [] }],
  ['a serial number that is none', withEntry({ serial: '0a0' }), { entries: [] }],
  ['an entry without date', withEntry({ date: 'soon' }), { entries: [] }],
  ['no entries', { ...LIST, revoked: null }, { entries: [] }],
])('is read: %s', (_, list, difference) => {
  expect(knownBy(list)).toEqual({ ...KNOWN, ...difference });
});

it.each<readonly [string, unknown]>([
  ['nothing', null],
  ['no number', { ...LIST, number: 7 }],
  ['a number that is none', { ...LIST, number: '-7' }],
  ['a number of more than 20 octets', { ...LIST, number: '9'.repeat(50) }],
  ['no time', { ...LIST, thisUpdate: null }],
])('says nothing: %s', (_, list) => {
  expect(knownBy(list)).toBeUndefined();
});

it('says nothing in another format', () => {
  expect(knownBy(LIST, 1)).toEqual(KNOWN);
  expect(knownBy(LIST, 2)).toBeUndefined();
});
