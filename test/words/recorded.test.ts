/** Lines of the ledger, by whichever version: what has all that its words need is known, and nothing else. */
import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/plan/reason.ts';
import { isKnownReason } from '../../src/words/recorded.ts';

const TEXT = [7, null, undefined, ['a']];
const NUMBER = ['7', null, undefined];
const ARTIFACT = ['nope', 7, undefined, ['key']];
const ENTITY = [7, undefined, ['a']];
const TEXTS = ['a', [7], ['a', null], undefined];

/** A good value of a field, and bad ones. */
type Field = readonly [good: unknown, bad: readonly unknown[]];

const FIELDS: Readonly<Record<Reason['kind'], Readonly<Record<string, Field>>>> = {
  missing: { artifact: ['key', ARTIFACT] },
  unreadable: { artifact: ['key', ARTIFACT], detail: ['x', TEXT] },
  differs: { field: ['san', TEXT], before: ['a', TEXT], after: ['b', TEXT] },
  'key-mismatch': {},
  'shared-key': { other: ['servers/b', TEXT] },
  'foreign-issuer': { issuer: ['authorities/a', TEXT] },
  unrooted: { issuer: ['authorities/a', TEXT] },
  'issuer-changes': { issuer: ['authorities/a', TEXT] },
  expires: { notAfter: [1, NUMBER], seconds: [1, NUMBER], window: [1, NUMBER] },
  expired: { notAfter: [0, NUMBER] },
  'not-yet-valid': { notBefore: [1, NUMBER] },
  mode: { artifact: ['key', ARTIFACT], before: [1, NUMBER], after: [1, NUMBER] },
  owner: {
    of: ['group', TEXT],
    files: [
      ['key', 'folder'],
      ['key', ['key', 'nope'], [7], undefined],
    ],
    before: ['a', TEXT],
    after: ['b', TEXT],
  },
  weak: { what: ['x', TEXT] },
  defect: { defect: ['zero-serial', ['too-blue', ['zero-serial'], 7, undefined]] },
  stale: { artifact: ['ca', ARTIFACT] },
  password: { artifact: ['pkcs12', ARTIFACT] },
  passphrase: { change: ['encrypt', TEXT] },
  unwanted: { artifact: ['csr', ARTIFACT] },
  'keeps-trust': { notAfter: [1, NUMBER], signsNew: [false, [1, 'false', undefined]] },
  'new-trust': { subject: ['CN=a', TEXT] },
  'unknown-trust': { subject: ['CN=a', TEXT] },
  unproven: { subject: ['CN=a', TEXT] },
  'unknown-key': {},
  trusts: { root: ['authorities/a', TEXT], fingerprints: [['aa'], TEXTS] },
  distrusts: { root: [null, ENTITY], fingerprints: [[], TEXTS] },
  'lost-trust': { count: [1, NUMBER] },
  'drops-trust': { notAfter: [1, NUMBER], why: ['expired', TEXT] },
  publish: { before: ['files', TEXT], after: ['symlinks', TEXT], detail: ['', TEXT] },
  moved: { from: ['a', TEXT], to: ['b', TEXT] },
  'foreign-list': {},
  revokes: { of: ['authorities/a', ENTITY], serials: [['01'], TEXTS] },
  'list-expires': { nextUpdate: [1, NUMBER], seconds: [1, NUMBER], window: [1, NUMBER] },
  'list-expired': { nextUpdate: [1, NUMBER] },
  'list-changes': { of: ['authorities/a', TEXT] },
  revoked: { reason: [null, ENTITY] },
  listed: { issuer: ['authorities/a', TEXT], serial: ['01', TEXT] },
  requested: {},
  'not-in-manifest': {},
};

describe.each(Object.entries(FIELDS))('%s', (kind, fields) => {
  const good = Object.fromEntries(Object.entries(fields).map(([name, [value]]) => [name, value]));

  it('is known with all that it says, and with more', () => {
    expect(isKnownReason({ kind, ...good })).toBe(true);
    expect(isKnownReason({ kind, ...good, ...{ later: 1 } })).toBe(true);
  });

  it('is not known where something is missing, or is not what it has to be', () => {
    for (const [name, [, bad]] of Object.entries(fields))
      for (const value of bad)
        expect(isKnownReason({ kind, ...good, [name]: value }), `${name}: ${value}`).toBe(false);
  });
});

it.each(['', 'quantum-safe', 'constructor', '__proto__', 'toString', 'Missing'])(
  '"%s" is no kind',
  (kind) => {
    expect(isKnownReason({ kind })).toBe(false);
  },
);
