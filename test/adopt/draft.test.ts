/** Entries to be: in which order they stand, which of two with one name stays, and what each says of its certificate. */
import { describe, expect, it } from 'vitest';
import { draftsOf } from '../../src/adopt/draft.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import type { Section } from '../../src/pki/entity.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  uncritical,
} from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW - DAY, notAfter: NOW + 90 * DAY - 1, cappedBy: null, subjectKeyId: null };

interface Given {
  readonly at?: string;
  readonly issuer?: PlacedPair | null;
  readonly changes?: Changes;
  readonly isEncrypted?: true;
  readonly spec?: string;
}

/** A pair whose certificate has the name of what it is for; its files are called after `at`. */
function pair(section: Section, name: string, given: Given = {}): PlacedPair {
  const { at = name, issuer = null, changes = {}, isEncrypted, spec } = given;
  const entity = section === 'authorities' ? anAuthority({ name }) : aServer({ name });
  const key = keyFacts(at, spec);
  return {
    cert: { facts: changed(certificateFor(entity, key, ISSUANCE, null, at), changes), der: new Uint8Array() },
    certPath: `${at}.crt`,
    key,
    keyPath: `${at}.key`,
    section,
    issuer,
    notes: [],
    ...(isEncrypted === undefined ? {} : { isEncrypted }),
  };
}

const draft = (...pairs: readonly PlacedPair[]) => draftsOf({ pairs, leftOut: [] }, NOW);
const ids = (...pairs: readonly PlacedPair[]) => draft(...pairs).drafts.map(({ id }) => id);
/** What is said of the last. */
const last = (...pairs: readonly PlacedPair[]) => draft(...pairs).drafts.at(-1);
const named = (commonName: string, ...more: readonly string[]): Changes => ({
  subject: [
    { type: 'CN', value: commonName },
    ...more.map((text) => {
      const [type = '', value = ''] = text.split('=');
      return { type, value };
    }),
  ],
});

describe('entries', () => {
  it('go by their depth, then by their section, then by their path', () => {
    const root = pair('authorities', 'z');
    const low = pair('authorities', 'a', { issuer: root });
    const [b, c] = [pair('servers', 'b', { issuer: low }), pair('servers', 'c', { issuer: root })];
    const client = pair('clients', 'd', { issuer: root });
    const expected = ['authorities/z', 'authorities/a', 'clients/d', 'servers/b', 'servers/c'];
    expect(ids(c, b, client, low, root)).toEqual(expected);
    expect(ids(root, low, client, b, c)).toEqual(expected);
  });

  it('have a name of their own: the first by path has the first choice', () => {
    const root = pair('authorities', 'r');
    const [one, two] = ['a/web', 'b/web'].map((at) => pair('servers', 'web', { at, issuer: root }));
    if (one === undefined || two === undefined) throw new Error('there are two');
    expect(draft(root, two, one).drafts.map(({ id, pair: { certPath } }) => `${id} ${certPath}`)).toEqual([
      'authorities/r r.crt',
      'servers/web a/web.crt',
      'servers/web.example.test b/web.crt',
    ]);
  });
});

describe('of two authorities with one subject', () => {
  const twin = (at: string, changes: Changes = {}) =>
    pair('authorities', at, { at, changes: { ...named('CA'), ...changes } });
  const above = pair('authorities', 'top');
  /** Which of two stays, with what is below one of them. */
  const stays = (pairs: readonly PlacedPair[]) => draft(...pairs).drafts.map(({ name }) => name);

  it('the valid one stays, until its last second, then the one in use, then the newest', () => {
    const [old, fresh] = [twin('a', { notBefore: NOW - 9 * DAY }), twin('b', { notBefore: NOW - DAY })];
    expect([stays([old, fresh]), stays([fresh, old])]).toEqual([['b'], ['b']]);
    const used = pair('servers', 'web', { issuer: old });
    expect(stays([old, fresh, used])).toEqual(['a', 'web']);
    const [last, over] = [NOW, NOW - 1].map((notAfter) => twin('a', { notBefore: NOW - 9 * DAY, notAfter }));
    if (last === undefined || over === undefined) throw new Error('there are two');
    const of = (issuer: PlacedPair) => stays([issuer, fresh, pair('servers', 'web', { issuer })]);
    expect(of(last)).toEqual(['a', 'web']);
    expect(of(over)).toEqual(['b']);
    const ended = twin('c', { notBefore: NOW - 5 * DAY, notAfter: NOW - 2 });
    expect([stays([over, ended]), stays([ended, over])]).toEqual([['c'], ['c']]);
  });

  it('the one that signed the other stays, whatever else speaks for that', () => {
    const root = twin('a', { notBefore: NOW - 9 * DAY, notAfter: NOW - 1 });
    const sub = { ...twin('b'), issuer: root };
    const web = pair('servers', 'web', { issuer: sub });
    expect(stays([root, sub, web])).toEqual(['a']);
    const between = pair('authorities', 'mid', { issuer: root });
    expect(stays([root, between, { ...twin('b'), issuer: between }])).toEqual(['a', 'mid']);
  });

  it('the other is left out with both of its files, and all below it with the first cause', () => {
    const old = twin('a', { notBefore: NOW - 9 * DAY, notAfter: NOW - 1 });
    const low = pair('authorities', 'low', { issuer: old });
    const web = pair('servers', 'web', { issuer: low });
    const { drafts, leftOut } = draft(old, twin('b'), low, web);
    const because = { kind: 'same-subject', other: 'authorities/b' };
    expect(drafts.map(({ name }) => name)).toEqual(['b']);
    expect(leftOut).toEqual([
      { paths: ['a.crt', 'a.key'], subject: 'CN=CA', why: because },
      {
        paths: ['low.crt', 'low.key'],
        subject: 'CN=low CA',
        why: { kind: 'issuer-left-out', issuer: 'CN=CA', because },
      },
      {
        paths: ['web.crt', 'web.key'],
        subject: 'CN=web.example.test',
        why: { kind: 'issuer-left-out', issuer: 'CN=low CA', because },
      },
    ]);
  });

  it.each<[string, Changes, Changes, boolean]>([
    ['letter case', named('My CA'), named('MY ca'), true],
    ['runs of spaces', named('My CA'), named('My  CA'), true],
    ['the order of attributes', named('CA', 'O=Acme', 'C=SE'), named('CA', 'C=SE', 'O=Acme'), true],
    ['another common name', named('CA'), named('CB'), false],
    ['another attribute', named('CA', 'O=Acme'), named('CA', 'OU=Acme'), false],
    ['one attribute more', named('CA'), named('CA', 'O=Acme'), false],
    ['another whole name', named('CA', 'CN=a'), named('CA', 'CN=b'), false],
    ['the same whole name', named('CA', 'CN=a'), named('CA', 'CN=a'), true],
  ])('%s is one subject or not', (_, one, other, isOne) => {
    const all = [pair('authorities', 'a', { changes: one }), pair('authorities', 'b', { changes: other })];
    expect(draft(...all).drafts).toHaveLength(isOne ? 1 : 2);
  });

  it('a subject that only a leaf has as well leaves both, wherever they stand', () => {
    const changes = named('web.example.test');
    const leaf = pair('servers', 'web', { issuer: above });
    expect(stays([above, leaf, pair('servers', 'web', { at: 'two', issuer: above })])).toHaveLength(3);
    const { leftOut } = draft(above, leaf, pair('authorities', 'web', { at: 'ca', changes }));
    expect(leftOut.map(({ why }) => why)).toEqual([{ kind: 'same-subject', other: 'authorities/ca' }]);
  });
});

describe('an entry', () => {
  const root = pair('authorities', 'r');
  const low = pair('authorities', 'low', { issuer: root });

  it('names its issuer where it is an authority, or where there is a choice', () => {
    const web = (issuer: PlacedPair) => pair('servers', 'web', { issuer });
    expect(draft(root, low).drafts.map(({ entry }) => entry.issuer)).toEqual([undefined, 'r']);
    expect(last(root, web(root))?.entry.issuer).toBeUndefined();
    expect(last(root, low, web(root))?.entry.issuer).toBe('r');
    expect(last(root, low, web(low))?.entry.issuer).toBe('low');
  });

  it('says its names, its key and its validity', () => {
    const web = pair('servers', 'web', {
      issuer: root,
      changes: {
        ...named('web.example.test', 'O=Acme'),
        extensions: { subjectAltName: uncritical(['dns:web.example.test', 'dns:b.test']) },
      },
      spec: 'rsa-2304',
    });
    expect(last(root, web)?.entry).toEqual({
      commonName: 'web.example.test',
      subject: { organization: 'Acme' },
      san: ['web.example.test', 'b.test'],
      key: { algorithm: 'rsa', size: 2304 },
      validity: '91d',
    });
  });

  it('has constraints where it is an authority, and usages where it is a certificate outside TLS', () => {
    const given: Given = {
      issuer: root,
      changes: {
        extensions: {
          nameConstraints: critical({ permitted: ['dns:a.test'], excluded: [] }),
          keyUsage: critical(['digitalSignature', 'nonRepudiation'] as const),
          extendedKeyUsage: uncritical(['codeSigning']),
        } as never,
      },
    };
    const of = (section: Section) => last(root, pair(section, 'x', given))?.entry;
    expect(of('authorities')).toMatchObject({ nameConstraints: { permitted: ['a.test'] } });
    expect(of('authorities')).not.toHaveProperty('keyUsage');
    expect(of('certificates')).toMatchObject({
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      extendedKeyUsage: ['codeSigning'],
    });
    expect(of('certificates')).not.toHaveProperty('nameConstraints');
  });

  it('asks for the passphrase of an encrypted key, by its name where there are several', () => {
    const web = (name: string, isEncrypted?: true) =>
      pair('servers', name, { issuer: root, ...(isEncrypted && { isEncrypted }) });
    const asked = (...pairs: readonly PlacedPair[]) =>
      draft(root, ...pairs).drafts.map(({ entry }) => entry.passphrase);
    expect(asked(web('a'))).toEqual([undefined, undefined]);
    expect(asked(web('a', true), web('b'))).toEqual([undefined, 'prompt', undefined]);
    expect(asked(web('a', true), web('b'), web('c', true))).toEqual([
      undefined,
      'prompt:a',
      undefined,
      'prompt:c',
    ]);
  });
});

describe('remarks on an entry', () => {
  const root = pair('authorities', 'r');
  const notes = (...pairs: readonly PlacedPair[]) => last(...pairs)?.notes;

  it('are none where all can be said', () => {
    expect(notes(pair('authorities', 'r'), pair('servers', 'web', { issuer: root }))).toEqual([]);
  });

  it('go on from those of its kind, by its names, its length and its extensions', () => {
    const web = pair('servers', 'web', {
      issuer: root,
      changes: {
        ...named('web.example.test', 'L= spaced'),
        notAfter: NOW - DAY + 59,
        extensions: {
          subjectAltName: uncritical(['dns:web.example.test', 'dns:bad..name']),
          inhibitAnyPolicy: critical(0),
        },
      },
    });
    const own = { kind: 'no-usage', section: 'peers', isAny: false } as const;
    expect(notes(root, { ...web, notes: [own] })).toEqual([
      own,
      { kind: 'attribute', attribute: 'L= spaced' },
      { kind: 'names', names: ['dns:bad..name'] },
      { kind: 'validity', isReversed: false },
      { kind: 'extensions', oids: ['2.5.29.54'] },
    ]);
  });

  it.each([
    [-2, true],
    [-1, true],
    [0, false],
    [1, false],
  ])('one that ends %i seconds after it begins is turned: %s', (seconds, isReversed) => {
    const web = pair('servers', 'web', { issuer: root, changes: { notAfter: NOW - DAY + seconds } });
    expect(notes(root, web)).toEqual([{ kind: 'validity', isReversed }]);
  });

  const hosted: Changes = { extensions: { subjectAltName: uncritical(['dns:a.test']) } };
  it.each<[string, readonly PlacedPair[], boolean]>([
    ['with names and nothing below it', [pair('authorities', 'x', { changes: hosted })], true],
    ['without names', [pair('authorities', 'x')], false],
    ['below another', [root, pair('authorities', 'x', { changes: hosted, issuer: root })], false],
    ['of another section', [root, pair('servers', 'x', { changes: hosted, issuer: root })], false],
  ])('an authority %s is perhaps none', (_, pairs, expected) => {
    expect(notes(...pairs)?.some(({ kind }) => kind === 'idle-root')).toBe(expected);
  });

  it('an authority with names that signs something is one', () => {
    const used = pair('authorities', 'x', { changes: hosted });
    const { drafts } = draft(used, pair('servers', 'web', { issuer: used }));
    expect(drafts.flatMap((one) => one.notes).map(({ kind }) => kind)).not.toContain('idle-root');
  });
});
