/** What adoption reads out of extensions, lists and files without names: each condition, and both sides of each limit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOnRecord, revokedRecords } from '../../src/adopt/ca-database.ts';
import { purposesOf, usagesOf } from '../../src/adopt/constraints.ts';
import type { EntryDraft } from '../../src/adopt/draft.ts';
import { ExtensionReader, publishedIn } from '../../src/adopt/extensions.ts';
import type { FoundFile } from '../../src/adopt/found.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import { lengthText } from '../../src/adopt/length.ts';
import { withLists } from '../../src/adopt/lists.ts';
import { namesOf } from '../../src/adopt/names.ts';
import { pairUp } from '../../src/adopt/pairs.ts';
import { isLifted, type SignedCrl } from '../../src/adopt/revocations.ts';
import type { CertificateFacts, KeyFacts } from '../../src/x509/facts.ts';
import { certificateDer } from '../../src/x509/parse.ts';
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

const ISSUANCE = { notBefore: NOW - DAY, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };
const CA = certificateFor(anAuthority({ name: 'ca' }), keyFacts('ca'), ISSUANCE, null, 'ca');
const API = certificateFor(aServer({ name: 'api' }), keyFacts('api'), ISSUANCE, CA, 'api');
const none = new Uint8Array();
/** A certificate that can be read. */
const DER = certificateDer(
  readFileSync(join(import.meta.dirname, '../fixtures/0.1.0/everything/pki/authorities/root/cert.pem')),
);

const file = (path: string, given: Partial<FoundFile>): FoundFile => ({
  path,
  certificates: [],
  keys: [],
  requests: [],
  publicKeys: [],
  crls: [],
  revoked: [],
  others: [],
  ...given,
});

describe('purposes and usages', () => {
  const purposes = (section: Parameters<typeof purposesOf>[1], ...value: readonly string[]) =>
    purposesOf(changed(API, { extensions: { extendedKeyUsage: uncritical(value) } }), section);
  const usages = (section: Parameters<typeof purposesOf>[1], spec: string, ...value: readonly string[]) =>
    usagesOf(changed(API, { keySpec: spec, extensions: { keyUsage: critical(value) } } as Changes), section);
  it.each<[string, unknown, readonly string[] | undefined]>([
    ['what a server is for', purposes('servers', 'serverAuth'), undefined],
    ['that and more', purposes('servers', 'serverAuth', 'clientAuth'), ['serverAuth', 'clientAuth']],
    ['something else', purposes('servers', 'clientAuth'), undefined],
    ['as many others', purposes('peers', 'serverAuth', 'emailProtection'), undefined],
    ['both of a peer, turned', purposes('peers', 'clientAuth', 'serverAuth'), undefined],
    ['one of a peer', purposes('peers', 'clientAuth'), undefined],
    ['any of a certificate', purposes('certificates', 'codeSigning'), ['codeSigning']],
    ['none of a certificate', purposes('certificates'), undefined],
    [
      'a usage of a certificate',
      usages('certificates', 'ecdsa-p256', 'digitalSignature'),
      ['digitalSignature'],
    ],
    ['of a server', usages('servers', 'ecdsa-p256', 'digitalSignature'), undefined],
    ['no usage', usages('certificates', 'ecdsa-p256'), undefined],
    ['enciphering by RSA', usages('certificates', 'rsa-2048', 'keyEncipherment'), ['keyEncipherment']],
    ['enciphering by another key', usages('certificates', 'ecdsa-p256', 'keyEncipherment'), undefined],
    ['signing of certificates', usages('certificates', 'rsa-2048', 'keyCertSign'), undefined],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('a length of time', () => {
  it.each([
    [90 * DAY + 59, '90d'],
    [90 * DAY - 59, '90d'],
    [90 * DAY + 60, '129601m'],
    [29, '10m'],
    [100 * 365 * DAY, '100y'],
    [100 * 365 * DAY + 60, '100y'],
  ])('%i seconds are %s', (seconds, text) => expect(lengthText(seconds).text).toBe(text));
});

describe('names', () => {
  const of = (section: 'servers' | 'clients', ...value: readonly string[]) =>
    namesOf(changed(API, { extensions: { subjectAltName: uncritical(value) } }), section, 'a.test').san;
  it('are left out where the common name of a host says the same, and it alone', () => {
    expect(of('servers', 'dns:a.test')).toBeUndefined();
    expect(of('servers', 'dns:A.test')).toEqual(['A.test']);
    expect(of('servers', 'dns:a.test', 'dns:b.test')).toEqual(['a.test', 'b.test']);
    expect(of('clients', 'dns:a.test')).toEqual(['a.test']);
  });
});

describe('a database', () => {
  it('counts two digits of a year from 1950', () => {
    const year = (digits: string): number | undefined => {
      const date = revokedRecords(`R\t360131120000Z\t${digits}0131120000Z\t01\tunknown\t/CN=a\n`)?.[0]?.date;
      return date == null ? undefined : new Date(date * 1000).getUTCFullYear();
    };
    expect([year('49'), year('50')]).toEqual([2049, 1950]);
  });

  it('names a certificate by eight octets of a serial number, or by fewer with its subject', () => {
    const of = (serial: string, subject: string, own = serial) =>
      isOnRecord(
        { serial, subject, date: null, reason: null, notAfter: null },
        changed(API, { serial: own }),
      );
    expect([of('0123456789abcdef', '/CN=x'), of('0123456789abcd', '/CN=x')]).toEqual([true, false]);
    expect(of('0123456789abcdef', '/CN=x', '0123456789abcde0')).toBe(false);
    expect(of('01', '/CN=api.example.test')).toBe(true);
    expect(of('01', '/CN=api.example.test', '02')).toBe(false);
  });
});

const list = (given: Partial<SignedCrl['facts']> = {}, more: Partial<SignedCrl> = {}): SignedCrl =>
  ({
    facts: {
      issuerDer: CA.subjectDer,
      thisUpdate: NOW,
      nextUpdate: NOW + 30 * DAY,
      number: 1n,
      deltaOf: null,
      scope: null,
      entries: [],
      unknownCritical: [],
      ...given,
    },
    der: none,
    form: 'pem',
    path: 'ca/crl.pem',
    signer: CA.keyId,
    ...more,
  }) as SignedCrl;

describe('a list', () => {
  const pair: PlacedPair = {
    cert: { facts: CA, der: none },
    certPath: 'ca/cert.pem',
    key: keyFacts('ca'),
    keyPath: 'ca/key.pem',
    section: 'authorities',
    issuer: null,
    notes: [],
  };
  const draft = (crl?: { url: string }): EntryDraft => ({
    pair,
    name: 'ca',
    id: 'authorities/ca',
    entry: crl === undefined ? {} : { crl },
    notes: [],
  });
  const of = (lists: readonly SignedCrl[], beside: Partial<FoundFile> = {}, crl?: { url: string }) => {
    const files = lists.map((one) => file(one.path, { crls: [one], ...beside }));
    const folder = { files, occurrences: [], revocations: { byFingerprint: new Map(), lists }, now: NOW };
    return withLists([draft(crl)], folder)[0];
  };
  const places = (lists: readonly SignedCrl[], beside?: Partial<FoundFile>) => of(lists, beside)?.list;

  it('goes on where it is, in both forms', () => {
    expect(places([list(), list({}, { form: 'der', path: 'ca/crl.der' })])).toEqual({
      crl: 'ca/crl.pem',
      'crl-der': 'ca/crl.der',
    });
  });

  it.each<[string, readonly SignedCrl[], Partial<FoundFile>?]>([
    ['by another key', [list({}, { signer: 'other' })]],
    ['in another name', [list({ issuerDer: 'aa' })]],
    ['of a part', [list({ scope: { only: 'user', isPartial: false, isIndirect: false } })]],
    ['that adds to another', [list({ deltaOf: 1n })]],
    ['with what is not read', [list({ unknownCritical: ['1.2.3'] })]],
    ['at a path that a manifest cannot have', [list({}, { path: '{x}.pem' })]],
    ['beside a certificate', [list()], { certificates: [{ facts: CA, der: none }] }],
    ['beside a key', [list()], { keys: [{ state: 'encrypted' }] }],
    ['beside a public key', [list()], { publicKeys: ['x'] }],
    ['beside something else', [list()], { others: ['X'] }],
    ['beside another list', [list()], { crls: [list(), list()] }],
  ])('%s is none that goes on', (_, lists, beside) => expect(places(lists, beside)).toBeUndefined());

  const first = (...lists: readonly SignedCrl[]) => places(lists)?.crl;
  const at = (path: string, given: Partial<SignedCrl['facts']> = {}) => list(given, { path });
  it('is the newest by its number, then by its time', () => {
    expect(first(at('a.pem', { number: 2n }), at('b.pem', { thisUpdate: NOW + 1 }))).toBe('a.pem');
    expect(first(at('b.pem', { thisUpdate: NOW + 1 }), at('a.pem', { number: 2n }))).toBe('a.pem');
    expect(first(at('a.pem'), at('b.pem', { thisUpdate: NOW + 1 }))).toBe('b.pem');
    expect(first(at('a.pem', { number: null }), at('b.pem', { number: 0n, thisUpdate: NOW - 1 }))).toBe(
      'a.pem',
    );
  });

  it('is beside the certificate, or at the shortest path, or at the first', () => {
    expect(first(at('a.pem'), at('ca/longer.pem'))).toBe('ca/longer.pem');
    expect(first(at('x/longer.pem'), at('x/b.pem'), at('x/a.pem'))).toBe('x/a.pem');
  });

  it('is as long as it was, where a manifest can say so', () => {
    const crl = (given: Partial<SignedCrl['facts']>, url?: string) =>
      of([list(given)], {}, url === undefined ? undefined : { url })?.entry.crl;
    expect(crl({})).toEqual({ validity: '30d' });
    expect(crl({}, 'http://a.test/')).toEqual({ url: 'http://a.test/', validity: '30d' });
    expect(crl({ nextUpdate: null })).toBe(true);
    expect(crl({ nextUpdate: null }, 'http://a.test/')).toEqual({ url: 'http://a.test/', validity: '30d' });
    expect(crl({ nextUpdate: NOW + 60 })).toBe(true);
    expect(crl({ nextUpdate: NOW + 7 * DAY })).toEqual({ validity: '7d' });
  });

  it('that goes on has all that are revoked, and no empty list of them', () => {
    const revoked = (...entries: SignedCrl['facts']['entries']) => of([list({ entries })])?.entry.revoked;
    const one = { issuerDer: CA.subjectDer, date: NOW, invalidityDate: null };
    const at = `${new Date(NOW * 1000).toISOString().slice(0, 19)}Z`;
    expect(
      revoked({ ...one, serial: '01', reason: null }, { ...one, serial: '02', reason: 'keyCompromise' }),
    ).toEqual([
      { serial: '01', at },
      { serial: '02', reason: 'keyCompromise', at },
    ]);
    expect(of([list()])?.entry).toStrictEqual({ crl: { validity: '30d' } });
  });

  it('no list, and nothing that is revoked, changes nothing', () => {
    expect(of([])).toEqual(draft());
    expect(of([], {}, { url: 'http://a.test/' })).toEqual(draft({ url: 'http://a.test/' }));
  });

  it('lifts a hold that an older one has, by the same issuer', () => {
    const lifted = (reason: string, ...others: readonly SignedCrl[]) =>
      isLifted({ reason } as never, list().facts, [list(), ...others]);
    expect(lifted('certificateHold')).toBe(false);
    expect(lifted('certificateHold', list({ thisUpdate: NOW + 1 }))).toBe(true);
    expect(lifted('certificateHold', list({ thisUpdate: NOW + 1, issuerDer: 'aa' }))).toBe(false);
    expect(lifted('keyCompromise', list({ thisUpdate: NOW + 1 }))).toBe(false);
  });
});

describe('keys and certificates', () => {
  const key = keyFacts('api');
  const keyFile = (path: string, ...keys: readonly KeyFacts[]): FoundFile =>
    file(path, { keys: keys.map((facts) => ({ state: 'readable', facts })) });
  const certFile = (
    path: string,
    facts: CertificateFacts = API,
    beside: Partial<FoundFile> = {},
  ): FoundFile => file(path, { certificates: [{ facts, der: none }], ...beside });
  const paired = (files: readonly FoundFile[], revoked: readonly string[] = []) =>
    pairUp({ files, unusable: [] }, new Map(revoked.map((one) => [one, { by: 'folder' }])), NOW);
  const pairs = (...files: readonly FoundFile[]): readonly string[] =>
    paired(files).pairs.map(({ certPath, keyPath }) => `${certPath} ${keyPath}`);
  const why = (...files: readonly FoundFile[]): readonly string[] =>
    paired(files).leftOut.map((one) => one.why.kind);
  const variant = (fingerprint: string, changes: Changes): CertificateFacts =>
    changed(API, { fingerprint, ...changes });

  it('go together, each in a file of its own', () => {
    expect(pairs(keyFile('a.key', key), certFile('a.crt'))).toEqual(['a.crt a.key']);
    expect(paired([keyFile('a.key', key), certFile('a.crt')], [API.fingerprint]).pairs).toEqual([]);
  });

  it.each<[string, readonly FoundFile[], readonly string[]]>([
    ['two keys in a file', [keyFile('a.key', key, keyFacts('b')), certFile('a.crt')], ['no-key']],
    [
      'a key beside a certificate',
      [certFile('a.pem', API, { keys: [{ state: 'readable', facts: key }] })],
      ['together'],
    ],
    [
      'a request beside it',
      [keyFile('a.key', key), certFile('a.crt', API, { requests: [{}] as never })],
      ['bundle'],
    ],
    [
      'a public key beside it',
      [keyFile('a.key', key), certFile('a.crt', API, { publicKeys: ['x'] })],
      ['bundle'],
    ],
    ['a list beside it', [keyFile('a.key', key), certFile('a.crt', API, { crls: [list()] })], ['bundle']],
    [
      'something else beside it',
      [keyFile('a.key', key), certFile('a.crt', API, { others: ['X'] })],
      ['bundle'],
    ],
    [
      'a key of something else',
      [keyFile('a.key', keyFacts('b')), certFile('a.crt')],
      ['no-key', 'no-certificate'],
    ],
  ])('%s: none', (_, files, expected) => {
    expect(pairs(...files)).toEqual([]);
    expect(why(...files)).toEqual(expected);
  });

  describe('of an authority without its key', () => {
    const [old, next] = [
      changed(CA, { fingerprint: 'old', notBefore: NOW - 2 * DAY }),
      changed(CA, { fingerprint: 'next', notBefore: NOW - DAY }),
    ];
    const ended = changed(CA, { fingerprint: 'ended', notBefore: NOW, notAfter: NOW - 1 });
    const crossed = changed(CA, { fingerprint: 'crossed', notBefore: NOW, issuerDer: 'aa' });
    const readable = (path: string, facts: CertificateFacts): FoundFile =>
      file(path, { certificates: [{ facts, der: DER }] });
    const found = (...files: readonly FoundFile[]) => {
      const { keyless, leftOut, pairs: all } = paired(files);
      expect(all).toEqual([]);
      return [
        keyless.map(({ pair }) => `${pair.certPath} ${pair.keyPath}`),
        leftOut.map(({ why: { kind } }) => kind),
      ];
    };
    it.each<[string, readonly FoundFile[], readonly string[], readonly string[]]>([
      ['the only one', [readable('ca.crt', CA)], ['ca.crt null'], []],
      ['the newest', [readable('a.crt', old), readable('b.crt', next)], ['b.crt null'], ['no-key']],
      ['one that is valid', [readable('a.crt', ended), readable('b.crt', old)], ['b.crt null'], ['no-key']],
      ['that of a root', [readable('a.crt', crossed), readable('b.crt', old)], ['b.crt null'], ['no-key']],
      ['that in the shortest path', [readable('x/ca.crt', CA), readable('ca.crt', CA)], ['ca.crt null'], []],
      ['none of an end entity', [readable('a.crt', API)], [], ['no-key']],
      [
        'none that is only in a bundle',
        [
          file('ca.pem', {
            certificates: [
              { facts: CA, der: DER },
              { facts: API, der: DER },
            ],
          }),
        ],
        [],
        ['no-key', 'no-key'],
      ],
      [
        'none whose key is there and locked',
        [
          readable('ca.crt', CA),
          file('ca.key', { keys: [{ state: 'unreadable', fault: { kind: 'gone' } }] }),
        ],
        [],
        ['unreadable'],
      ],
    ])('it has %s', (_, files, expected, others) => {
      expect(found(...files)).toEqual([expected, others]);
    });

    it('it has none that was revoked', () => {
      expect(paired([readable('ca.crt', CA)], [CA.fingerprint]).keyless).toEqual([]);
    });
  });

  it('have names that differ in more than letter case', () => {
    const other = changed(API, { fingerprint: 'b', keyId: keyFacts('b').keyId });
    const two = (path: string) =>
      paired([
        keyFile('a.key', key),
        certFile('a.crt'),
        keyFile(path, keyFacts('b')),
        certFile('b.crt', other),
      ]);
    expect([two('A.KEY').pairs.length, two('b.key').pairs.length]).toEqual([1, 2]);
    expect(two('A.KEY').leftOut.map((one) => one.why)).toEqual([
      { kind: 'path', fault: { kind: 'case-twin' } },
    ]);
  });

  it('of several certificates for a key the valid one has it, until its last second', () => {
    const [last, over] = [variant('last', { notAfter: NOW }), variant('over', { notAfter: NOW - 1 })];
    expect(pairs(keyFile('a.key', key), certFile('z.crt', last), certFile('a.crt', over))).toEqual([
      'z.crt a.key',
    ]);
    expect(pairs(keyFile('a.key', key), certFile('z.crt', over), certFile('a.crt', over))).toEqual([
      'a.crt a.key',
    ]);
  });

  it('the one that is named alike, then the newest, then the shortest path, then the first', () => {
    const newer = variant('newer', { notBefore: NOW });
    expect(pairs(keyFile('a.key', key), certFile('z.crt', newer), certFile('a.crt'))).toEqual([
      'a.crt a.key',
    ]);
    expect(pairs(keyFile('a.key', key), certFile('y.crt'), certFile('z.crt', newer))).toEqual([
      'z.crt a.key',
    ]);
    expect(
      pairs(keyFile('a.key', key), certFile('longer.crt'), certFile('z.crt'), certFile('y.crt')),
    ).toEqual(['y.crt a.key']);
  });

  it('a certificate without the key was earlier, or wants a key that is taken', () => {
    const other = (notBefore: number) =>
      why(keyFile('a.key', key), certFile('a.crt'), certFile('z.crt', variant('other', { notBefore })));
    const { notBefore } = API;
    expect([other(notBefore - 1), other(notBefore), other(notBefore + 1)]).toEqual([
      ['earlier'],
      ['earlier'],
      ['key-taken'],
    ]);
  });

  it('a certificate among others is in the file where it comes first, then in the one that is named like its key', () => {
    const beside = (path: string, ...facts: readonly CertificateFacts[]) =>
      file(path, { certificates: facts.map((one) => ({ facts: one, der: none })) });
    const bundle = (...files: readonly FoundFile[]) => {
      const [found] = paired([keyFile('a.key', key), ...files]).leftOut.filter(
        (one) => one.why.kind === 'bundle',
      );
      return found?.why;
    };
    expect(bundle(beside('a.pem', CA, API), beside('z.pem', API, CA))).toMatchObject({
      path: 'z.pem',
      position: 1,
    });
    expect(bundle(beside('a/z.pem', API, CA), beside('a.pem', API, CA))).toMatchObject({
      path: 'a.pem',
      count: 2,
    });
    expect(bundle(beside('z.pem', API, CA), beside('y.pem', API, CA))).toMatchObject({ path: 'y.pem' });
    expect(bundle(beside('z.pem', API, CA), certFile('a.crt'))).toBeUndefined();
  });

  it('a key that is named alike may be of no use', () => {
    const fault = { kind: 'unusable', detail: 'x' } as const;
    const of = (path: string, state: object, ...unusable: readonly string[]) =>
      pairUp(
        {
          files: [certFile('a.crt', API, { others: ['X'] }), file(path, { keys: [state as never] })],
          unusable: unusable.map((one) => ({ path: one, why: { kind: 'link' } })),
        },
        new Map(),
        NOW,
      ).unpaired.get(API.fingerprint)?.kind;
    expect([
      of('a.key', { state: 'encrypted' }),
      of('a.key', { state: 'unreadable', fault }),
      of('b.key', { state: 'encrypted' }),
      of('b.key', { state: 'encrypted' }, 'a.key'),
      of('b.key', { state: 'encrypted' }, 'a.crt'),
      of('b.key', { state: 'encrypted' }, 'c.key'),
    ]).toEqual(['bundle', 'unreadable', 'no-key', 'unread-key', 'no-key', 'no-key']);
    // Where its public half can be read, names say nothing more.
    expect([
      of('b.key', { state: 'unreadable', fault, keyId: API.keyId }),
      of('a.key', { state: 'unreadable', fault, keyId: CA.keyId }),
    ]).toEqual(['unreadable', 'no-key']);
  });

  it('an encrypted key is that of the certificate of its name, of several that of a root, then of the newest', () => {
    const locked = (path: string) => file(path, { keys: [{ state: 'encrypted' }] });
    const real = (facts: CertificateFacts, path: string): FoundFile =>
      file(path, { certificates: [{ facts, der: DER }] });
    const newer = variant('newer', { notBefore: NOW });
    const chosen = (...files: readonly FoundFile[]) =>
      paired([locked('a.key'), ...files]).pairs.map(
        ({ certPath, isEncrypted }) => `${certPath} ${isEncrypted}`,
      );
    expect(chosen(real(API, 'a.crt'))).toEqual(['a.crt true']);
    expect(chosen(real(API, 'b.crt'))).toEqual([]);
    expect(chosen(real(API, 'a.crt'), keyFile('x.key', key))).toEqual(['a.crt undefined']);
    expect(chosen(real(API, 'a.crt'), real(newer, 'x/a.crt'))).toEqual(['x/a.crt true']);
    expect(chosen(real(CA, 'a.crt'), real(newer, 'x/a.crt'))).toEqual(['a.crt true']);
    const two = file('a.key', { keys: [{ state: 'encrypted' }, { state: 'encrypted' }] });
    expect(paired([two, real(API, 'a.crt')]).pairs).toEqual([]);
  });

  it('of an authority the certificate that it signed itself, then one by an authority that is here', () => {
    const ca = keyFacts('ca');
    const by = (fingerprint: string, issuerDer: string) => changed(CA, { fingerprint, issuerDer });
    const top = certificateFor(anAuthority({ name: 'top' }), keyFacts('top'), ISSUANCE, null, 'top');
    const here = [keyFile('top.key', keyFacts('top')), certFile('top.crt', top)];
    expect(pairs(keyFile('a.key', ca), certFile('a.crt', by('x', 'aa')), certFile('z.crt', CA))).toEqual([
      'z.crt a.key',
    ]);
    expect(
      pairs(
        keyFile('a.key', ca),
        certFile('a.crt', by('x', 'aa')),
        certFile('z.crt', by('y', top.subjectDer)),
        ...here,
      ),
    ).toContain('z.crt a.key');
  });
});

describe('extensions', () => {
  const place = (
    facts: CertificateFacts,
    section: PlacedPair['section'],
    issuer: PlacedPair | null = null,
  ): PlacedPair => ({
    cert: { facts, der: none },
    certPath: 'c',
    key: keyFacts('k'),
    keyPath: 'k',
    section,
    issuer,
    notes: [],
  });
  const settings = (
    facts: CertificateFacts,
    section: PlacedPair['section'],
    issuer: PlacedPair | null = null,
  ) => {
    const pair = place(facts, section, issuer);
    return new ExtensionReader(issuer === null ? [pair] : [issuer, pair]).settingsOf(pair);
  };
  const lost = (
    facts: CertificateFacts,
    section: PlacedPair['section'],
    issuer: PlacedPair | null = null,
  ) => {
    const pair = place(facts, section, issuer);
    return new ExtensionReader(issuer === null ? [pair] : [issuer, pair]).lostOf(pair);
  };

  it('of authorities narrow what is below where they are critical, and a manifest can say so', () => {
    const any = (value: number, isCritical = true, section: PlacedPair['section'] = 'authorities') =>
      settings(changed(CA, { extensions: { inhibitAnyPolicy: { critical: isCritical, value } } }), section)
        .inhibitAnyPolicy;
    expect([any(100), any(101), any(0, false), any(0), any(0, true, 'servers')]).toEqual([
      100,
      undefined,
      undefined,
      0,
      undefined,
    ]);
    const demands = (isCritical: boolean, section: PlacedPair['section'] = 'authorities') =>
      settings(
        changed(CA, {
          extensions: {
            policyConstraints: {
              critical: isCritical,
              value: { requireExplicitPolicy: 0, inhibitPolicyMapping: null },
            },
          },
        } as Changes),
        section,
      ).policyConstraints;
    expect([demands(true), demands(false), demands(true, 'servers')]).toEqual([
      { requireExplicitPolicy: 0 },
      undefined,
      undefined,
    ]);
  });

  it('state policies with their address and their notice, each where it is', () => {
    const policies = (...qualifiers: readonly { kind: 'cps' | 'notice'; text: string }[]) =>
      settings(
        changed(API, {
          extensions: { certificatePolicies: uncritical([{ oid: '1.2.3', qualifiers }]) },
        } as Changes),
        'servers',
      ).policies;
    expect(policies()).toEqual(['1.2.3']);
    expect(policies({ kind: 'cps', text: 'http://a.test/cps' })).toEqual([
      { policy: '1.2.3', cps: 'http://a.test/cps' },
    ]);
    expect(policies({ kind: 'notice', text: 'For tests' })).toEqual([
      { policy: '1.2.3', notice: 'For tests' },
    ]);
  });

  it('of a responder say that it is not checked', () => {
    const of = (section: PlacedPair['section'], purpose: string) =>
      settings(
        changed(API, {
          extensions: { ocspNoCheck: uncritical(true), extendedKeyUsage: uncritical([purpose]) },
        } as Changes),
        section,
      ).ocspNoCheck;
    expect([
      of('certificates', 'OCSPSigning'),
      of('servers', 'OCSPSigning'),
      of('certificates', 'codeSigning'),
    ]).toEqual([true, undefined, undefined]);
    expect(
      settings(
        changed(API, { extensions: { extendedKeyUsage: uncritical(['OCSPSigning']) } }),
        'certificates',
      ).ocspNoCheck,
    ).toBeUndefined();
  });

  it('nothing is lost of a certificate that this program makes', () => {
    expect(lost(CA, 'authorities')).toEqual([]);
    expect(lost(API, 'servers', place(CA, 'authorities'))).toEqual([]);
    expect(lost(changed(API, { extensions: { inhibitAnyPolicy: uncritical(1) } }), 'servers')).toEqual([
      '2.5.29.54',
    ]);
  });

  const at = (...urls: readonly string[]) =>
    changed(API, {
      extensions: { crlDistributionPoints: uncritical([urls.map((url) => `uri:${url}`)]) },
    } as Changes);
  const asked = (method: 'ocsp' | 'caIssuers', url: string, isCritical = false) =>
    changed(API, {
      extensions: { authorityInfoAccess: { critical: isCritical, value: [{ method, name: `uri:${url}` }] } },
    } as Changes);
  const [A, B] = ['http://a.test/', 'http://b.test/'];

  it('say where an authority publishes, where all that it signed agree', () => {
    expect([publishedIn([]), publishedIn([API])]).toEqual([{}, {}]);
    expect([publishedIn([at(A)]), publishedIn([at(A, B), at(B, A)])]).toEqual([
      { crl: { url: A } },
      { crl: { url: [A, B] } },
    ]);
    expect([publishedIn([at(A), at(B)]), publishedIn([at(A), at(A), API]), publishedIn([at('no')])]).toEqual([
      {},
      {},
      {},
    ]);
    expect([publishedIn([asked('ocsp', A)]), publishedIn([asked('caIssuers', A)])]).toEqual([
      { ocsp: { url: A } },
      { caIssuers: { url: A } },
    ]);
    expect(publishedIn([asked('ocsp', A, true)])).toEqual({});
  });

  it('are lost where not all that the authority signed has them', () => {
    const both = (facts: CertificateFacts, other: CertificateFacts) => {
      const ca = place(CA, 'authorities');
      const pair = place(facts, 'servers', ca);
      return new ExtensionReader([ca, pair, place(other, 'servers', ca)]).lostOf(pair);
    };
    expect([both(at(A), at(A)), both(at(A), at(B))]).toEqual([[], ['2.5.29.31']]);
    expect([both(asked('ocsp', A), asked('ocsp', A)), both(asked('ocsp', A), API)]).toEqual([
      [],
      ['1.3.6.1.5.5.7.1.1'],
    ]);
    expect(both(asked('caIssuers', A), asked('caIssuers', B))).toEqual(['1.3.6.1.5.5.7.1.1']);
  });

  it('demand a stapled response of servers whose authority has a responder', () => {
    const staple = (given: object, section: PlacedPair['section'], below = true) => {
      const facts = changed(asked('ocsp', A), {
        extensions: {
          authorityInfoAccess: asked('ocsp', A).extensions.authorityInfoAccess,
          mustStaple: uncritical([5]),
          ...given,
        },
      } as Changes);
      return settings(facts, section, below ? place(CA, 'authorities') : null).mustStaple;
    };
    expect([
      staple({}, 'servers'),
      staple({}, 'peers'),
      staple({}, 'clients'),
      staple({}, 'servers', false),
    ]).toEqual([true, true, undefined, undefined]);
    expect(
      [
        { mustStaple: critical([5]) },
        { mustStaple: uncritical([5, 17]) },
        { mustStaple: undefined },
        { authorityInfoAccess: undefined },
      ].map((given) => staple(given, 'servers')),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });
});
