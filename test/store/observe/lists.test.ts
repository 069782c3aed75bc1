/** The record of revocation lists: what is in it is kept, and what is damaged in it says nothing. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KnownList } from '../../../src/plan/list-witness.ts';
import { Folder } from '../../../src/store/folder.ts';
import { ledgerEntry } from '../../../src/store/ledger.ts';
import { LISTS, ListRecord, listedBefore, saveLists } from '../../../src/store/observe/lists.ts';
import { encode } from '../../../src/x509/der-write.ts';
import { publicKeyObject } from '../../../src/x509/verification-key.ts';
import { bytes, extension } from '../../helpers/certificate-der.ts';
import { anAuthority, aServer, certificateFor, DAY, keyFacts, NOW } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { smallCertificate, smallList } from '../../helpers/small-certificates.ts';

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

it('what was issued before is taken from the ledger, line by line', () => {
  const api = aServer({ name: 'api' });
  const issuance = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
  const facts = certificateFor(api, keyFacts('k'), issuance, null, '0a');
  const about = { entity: api.id, issuer: ROOT.id, now: NOW, reasons: [], engine: undefined };
  const line = JSON.stringify(ledgerEntry(facts, about));
  const root = join(work, `${++made}`);
  mkdirSync(root);
  expect(listedBefore(root, [ROOT], [line, 'x'], new Map()).certificates).toEqual([
    {
      entity: api.id,
      issuer: ROOT.id,
      serial: '0a',
      fingerprint: facts.fingerprint,
      keyId: facts.keyId,
      notAfter: NOW + DAY,
    },
  ]);
});

describe('where nothing is recorded', () => {
  const OURS = smallCertificate('ca');
  const OTHER = smallCertificate('ca');
  const SERVING = { ...ROOT, outputs: ['key', 'cert', 'crl-der'] } as const;
  const removed = extension('2.5.29.21', encode(0x0a, bytes('08')));
  const signer = { keyId: 'k', key: publicKeyObject(OURS.key.spki) };

  function served(der: Buffer | null, { entity = SERVING, by = signer, recorded = false } = {}) {
    const root = join(work, `${++made}`);
    mkdirSync(join(root, ROOT.id), { recursive: true });
    mkdirSync(join(root, '.pki'), { mode: 0o700 });
    if (der !== null) writeFileSync(join(root, ROOT.id, 'crl.der'), der);
    const record = { format: 1, authorities: { [ROOT.id]: LIST } };
    if (recorded) writeFileSync(join(root, '.pki', LISTS), JSON.stringify(record), { mode: 0o600 });
    return listedBefore(root, [entity as never], [], new Map(by === null ? [] : [[ROOT.id, by]])).lists?.get(
      ROOT.id,
    );
  }
  const entry = { serial: '0a', date: NOW, reason: null };

  it('the list that is served says what is on it, but for what came off it again', () => {
    const list = smallList(OURS, [['0a'], ['0b', removed]]);
    expect(served(list)).toEqual({ number: 7n, thisUpdate: NOW, entries: [entry] });
    expect(served(smallList(OURS, [], null))).toEqual({ number: 0n, thisUpdate: NOW, entries: [] });
  });

  it.each<[string, KnownList | undefined]>([
    ['that another key signed', served(smallList(OTHER))],
    ['that is none', served(Buffer.from('x'))],
    ['that is not there', served(null)],
    ['of an authority that serves none', served(smallList(OURS), { entity: ROOT as never })],
    ['of an authority whose key is not known', served(smallList(OURS), { by: null as never })],
  ])('nothing is said by one %s', (_, list) => expect(list).toBeUndefined());

  it('what is recorded goes before what is served', () => {
    expect(served(smallList(OURS), { recorded: true })).toEqual(KNOWN);
  });
});

describe('written', () => {
  const list = (number: bigint): KnownList => ({ ...KNOWN, number });
  function start(): string {
    const root = join(work, `${++made}`);
    mkdirSync(join(root, '.pki'), { recursive: true, mode: 0o700 });
    return root;
  }
  async function save(root: string, lists: Readonly<Record<string, KnownList>>): Promise<void> {
    using top = Folder.open(root);
    using own = Folder.open(join(root, '.pki'));
    await saveLists({ root: top, own }, new Map(Object.entries(lists)));
  }
  const path = (root: string): string => join(root, '.pki', LISTS);
  const numbers = (root: string): Record<string, string> => {
    const { authorities } = JSON.parse(readFileSync(path(root), 'utf8'));
    return Object.fromEntries(
      Object.entries(authorities).map(([id, one]) => [id, (one as typeof LIST).number]),
    );
  };

  it('is what is not recorded, or under a lower number, and nothing else', async () => {
    const root = start();
    await save(root, {});
    expect(existsSync(path(root))).toBe(false);
    await save(root, { b: list(7n), a: list(0n) });
    expect(JSON.stringify(numbers(root))).toBe('{"a":"0","b":"7"}');
    const { ino } = statSync(path(root));
    await save(root, { b: list(7n), a: list(0n) });
    await save(root, { b: list(6n) });
    expect(statSync(path(root)).ino).toBe(ino);
    await save(root, { b: list(8n), a: list(0n), c: list(1n) });
    expect(numbers(root)).toEqual({ a: '0', b: '8', c: '1' });
  });

  it('is each list of a run, whatever is recorded at the same time', async () => {
    const root = start();
    using own = Folder.open(join(root, '.pki'));
    const record = new ListRecord(root, own);
    const entries = [{ serial: '0a', date: NOW, reason: null, invalidityDate: NOW - DAY }];
    const made = { thisUpdate: NOW, nextUpdate: NOW + DAY, entries };
    await Promise.all(['x', 'y', ROOT.id].map((id, i) => record.record(id, { ...made, number: `${i}` })));
    expect(numbers(root)).toEqual({ x: '0', y: '1', [ROOT.id]: '2' });
    expect(listedBefore(root, [ROOT], [], new Map()).lists?.get(ROOT.id)).toEqual({
      number: 2n,
      thisUpdate: NOW,
      entries,
    });
  });
});
