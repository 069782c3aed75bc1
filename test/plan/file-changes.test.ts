/** What is written, deleted and only re-moded, of all that was decided about the files of an entity; and every reason. */
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/plan/decision.ts';
import { type Contents, contentReasons, fileChanges } from '../../src/plan/file-changes.ts';
import type { Reason } from '../../src/plan/reason.ts';
import { anAuthority, keyFacts, NOW, observed, present } from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 9, cappedBy: null, subjectKeyId: null };
const STAYS: Decision = { newKey: false, issuance: null, reasons: [], alterations: [] };
const LIST = { number: '1', thisUpdate: NOW, nextUpdate: NOW + 9, entries: [] };
const PREVIOUS = {
  keep: [],
  routes: [],
  cross: [],
  crossing: null,
  reasons: [],
  write: false,
  remove: false,
} as const;
const FORMER = { last: null, keep: ['f1'], reasons: [], write: false, remove: false } as const;
const NOTHING: Contents = {
  wanted: ['key', 'cert', 'chain', 'ca'],
  derived: [],
  unwanted: [],
  previous: PREVIOUS,
  list: { list: null, reasons: [], revokes: false },
  former: FORMER,
  lock: [],
};
const missing = (artifact: 'ca' | 'crl' | 'chain'): Reason => ({ kind: 'missing', artifact });
const lock: Reason = { kind: 'passphrase', change: 'encrypt' };

const changes = (given: Partial<Contents>, decision: Partial<Decision> = {}, files = observed()) =>
  fileChanges({ ...STAYS, ...decision }, { ...NOTHING, ...given }, files, ROOT);
const none = { writes: [], deletes: [], chmods: [] };

describe('is done', () => {
  it.each<[string, ReturnType<typeof changes>, object]>([
    ['nothing where all stays', changes({}), none],
    [
      'what follows from a certificate that is made, but for a key that stays',
      changes({}, { issuance: ISSUANCE }),
      { ...none, writes: ['cert', 'chain', 'ca'] },
    ],
    [
      'all of it with a new key',
      changes({}, { issuance: ISSUANCE, newKey: true }),
      { ...none, writes: ['key', 'cert', 'chain', 'ca'] },
    ],
    [
      'a file that differs by itself',
      changes({ derived: [{ artifact: 'ca', reasons: [missing('ca')] }] }),
      { ...none, writes: ['ca'] },
    ],
    ['a key in another form', changes({ lock: [lock] }), { ...none, writes: ['key'] }],
    ['what is wanted no more', changes({ unwanted: ['pkcs12'] }), { ...none, deletes: ['pkcs12'] }],
    [
      'earlier certificates, written',
      changes({ previous: { ...PREVIOUS, write: true } }),
      { ...none, writes: ['previous'] },
    ],
    [
      'earlier certificates, removed',
      changes({ previous: { ...PREVIOUS, remove: true } }),
      { ...none, deletes: ['previous'] },
    ],
    [
      'a list',
      changes({ list: { list: LIST, reasons: [], revokes: false } }),
      { ...none, writes: ['crl'], list: LIST },
    ],
    [
      'lists of former keys, written',
      changes({ former: { ...FORMER, write: true } }),
      { ...none, writes: ['former-crls'], formerLists: { last: null, keep: ['f1'] } },
    ],
    [
      'lists of former keys, removed',
      changes({ former: { ...FORMER, keep: [], remove: true } }),
      { ...none, deletes: ['former-crls'], formerLists: { last: null, keep: [] } },
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('a mode alone, of what is neither written nor deleted', () => {
    const open = observed({
      key: present(keyFacts('k'), 0o644),
      ca: present([], 0o666),
      chain: present([], 0o666),
    });
    expect(changes({}, {}, open).chmods).toEqual(['key', 'chain', 'ca']);
    const derived = [{ artifact: 'ca', reasons: [missing('ca')] }] as const;
    expect(changes({ derived, unwanted: ['chain'] }, {}, open)).toMatchObject({
      writes: ['ca'],
      deletes: ['chain'],
      chmods: ['key'],
    });
  });
});

it('every part gives its reasons: the key first, then trust, lists, other files, and what goes', () => {
  const trust: Reason = { kind: 'lost-trust', count: 1 };
  const former: Reason = { kind: 'stale', artifact: 'former-crls' };
  const found = contentReasons({
    ...NOTHING,
    lock: [lock],
    previous: { ...PREVIOUS, reasons: [trust] },
    list: { list: null, reasons: [missing('crl')], revokes: false },
    former: { ...FORMER, reasons: [former] },
    derived: [{ artifact: 'ca', reasons: [missing('ca'), missing('chain')] }],
    unwanted: ['pkcs12', 'csr'],
  });
  expect(found).toEqual([
    lock,
    trust,
    missing('crl'),
    former,
    missing('ca'),
    missing('chain'),
    { kind: 'unwanted', artifact: 'pkcs12' },
    { kind: 'unwanted', artifact: 'csr' },
  ]);
  expect(contentReasons(NOTHING)).toEqual([]);
});
