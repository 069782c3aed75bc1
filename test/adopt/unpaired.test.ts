/** Why a certificate is in no pair, with which files that is said: the one that the reason is about first. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FoundFile, FoundKey, Unusable } from '../../src/adopt/found.ts';
import { pairUp } from '../../src/adopt/pairs.ts';
import { unusableKeysIn } from '../../src/adopt/unpaired.ts';
import type { CertificateFacts, KeyFacts } from '../../src/x509/facts.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
} from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW - DAY, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };
const CA = certificateFor(anAuthority({ name: 'ca' }), keyFacts('ca'), ISSUANCE, null, 'ca');
const API = certificateFor(aServer({ name: 'api' }), keyFacts('api'), ISSUANCE, CA, 'api');
const WEB = certificateFor(aServer({ name: 'web' }), keyFacts('web'), ISSUANCE, CA, 'web');
/** Of a certificate that can be read; what it says is said by the facts beside it. */
const der = certificateDer(
  readFileSync(join(import.meta.dirname, '../fixtures/0.1.0/everything/pki/authorities/root/cert.pem')),
);
const EMPTY = { certificates: [], keys: [], requests: [], publicKeys: [], crls: [], revoked: [], others: [] };

const file = (path: string, given: Partial<FoundFile>): FoundFile => ({ ...EMPTY, path, ...given });
const keyed = (path: string, ...keys: readonly FoundKey[]): FoundFile => file(path, { keys });
const readable = (facts: KeyFacts): FoundKey => ({ state: 'readable', facts });
const ENCRYPTED: FoundKey = { state: 'encrypted' };
const FORMAT = { kind: 'tpm' } as never;
const foreign = (keyId?: string): FoundKey => ({
  state: 'unreadable',
  fault: { kind: 'foreign-key', format: FORMAT },
  ...(keyId === undefined ? {} : { keyId }),
});
const GONE = { state: 'unreadable', fault: { kind: 'gone' } } as const;
const certs = (path: string, ...facts: readonly CertificateFacts[]): FoundFile =>
  file(path, { certificates: facts.map((one) => ({ facts: one, der })) });
const beside = (path: string, facts: CertificateFacts, others: readonly string[]): FoundFile => ({
  ...certs(path, facts),
  others,
});
const variant = (of: CertificateFacts, fingerprint: string, changes: Changes = {}): CertificateFacts =>
  changed(of, { fingerprint, ...changes });

/** What is said of the certificate of the server "api", or of another. */
function said(files: readonly FoundFile[], unusable: readonly Unusable[] = [], subject = 'api.example.test') {
  const { leftOut } = pairUp({ files, unusable }, new Map(), NOW);
  const { paths, why } = leftOut.find((one) => one.subject === `CN=${subject}`) ?? {};
  return { paths, why };
}

describe('a certificate that is only among others is said with its keys', () => {
  const bundle = { kind: 'bundle', path: 'api.pem', position: 1, count: 2 } as const;
  const API_PEM = certs('api.pem', API, WEB);

  it.each<[string, readonly FoundFile[], readonly string[]]>([
    ['each that can be read', [keyed('b.key', readable(keyFacts('api')))], ['b.key']],
    [
      'whatever those are called',
      [
        keyed('b.key', readable(keyFacts('api'))),
        keyed('a.key', readable(keyFacts('api'))),
        keyed('api.key', ENCRYPTED),
      ],
      ['b.key', 'a.key'],
    ],
    ['one that is encrypted, and has its name', [keyed('api.key', ENCRYPTED)], ['api.key']],
    [
      'all of those',
      [keyed('api.key', ENCRYPTED), keyed('x/api-key.pem', ENCRYPTED), keyed('web.key', ENCRYPTED)],
      ['api.key', 'x/api-key.pem'],
    ],
    [
      'of its name only those that are encrypted',
      [keyed('api.key', ENCRYPTED), keyed('API-key.pem', readable(keyFacts('x')))],
      ['api.key'],
    ],
    [
      'by what is first in the file',
      [keyed('api.key', ENCRYPTED), keyed('x/api.key', readable(keyFacts('x')), ENCRYPTED)],
      ['api.key'],
    ],
  ])('%s', (_, keys, paths) => {
    expect(said([API_PEM, ...keys])).toEqual({ paths: ['api.pem', ...paths], why: bundle });
  });

  it('and with all other files that it is in, each once', () => {
    const files = [certs('z.pem', WEB, API), certs('api.pem', API, WEB), keyed('api.key', ENCRYPTED)];
    expect(said(files)).toEqual({ paths: ['api.pem', 'z.pem', 'api.key'], why: bundle });
  });
});

it.each<[string, readonly string[], number | null]>([
  ['nothing is beside it', [], 1],
  ['something else is', ['DH PARAMETERS'], 1],
  ['a certificate that cannot be read is', ['unreadable CERTIFICATE'], null],
])('the place of a certificate is known where %s: %j', (_, others, position) => {
  const [first] = [{ ...certs('api.pem', API, WEB), others }];
  const { why } = said([first, keyed('api.key', ENCRYPTED)]);
  expect(why).toEqual({ kind: 'bundle', path: 'api.pem', position, count: 2 });
});

describe('a key that is of no use', () => {
  const unusable = { kind: 'foreign-key', format: FORMAT };
  const foreignAt = (keyPath: string) => ({ ...unusable, keyPath });

  it.each<[string, readonly FoundFile[], object]>([
    ['is known by its public half', [keyed('b.key', foreign(API.keyId))], foreignAt('b.key')],
    [
      'the first of several',
      [keyed('b.key', foreign(API.keyId)), keyed('a.key', foreign(API.keyId))],
      foreignAt('b.key'),
    ],
    [
      'before one that has the name',
      [keyed('api.key', ENCRYPTED), keyed('b.key', foreign(API.keyId))],
      foreignAt('b.key'),
    ],
    ['is not that of another public half', [keyed('api.key', foreign('x'))], { kind: 'no-key' }],
    ['has the name', [keyed('api.key', foreign())], foreignAt('api.key')],
    ['has another name', [keyed('b.key', foreign())], { kind: 'no-key' }],
    [
      'is the first that has the name',
      [keyed('web.key', GONE), keyed('api.key', GONE), keyed('x/api.key', foreign())],
      { kind: 'unreadable', fault: { kind: 'gone' } },
    ],
    [
      'comes after one that can be read, which is that of something else',
      [keyed('api.key', readable(keyFacts('x'))), keyed('x/api.key', foreign())],
      foreignAt('x/api.key'),
    ],
    ['a file of its name without a key is none', [certs('x/api.pem', WEB)], { kind: 'no-key' }],
  ])('%s', (_, files, why) => expect(said([beside('api.crt', API, ['X']), ...files]).why).toEqual(why));

  const link = (path: string): Unusable => ({ path, why: { kind: 'link' } });
  const unread = (keyPath: string) => ({ kind: 'unread-key', keyPath, because: { kind: 'link' } });
  it.each<[string, readonly string[], object]>([
    ['was not read', ['api.key'], unread('api.key')],
    ['the first of several', ['web.key', 'api-key.pem', 'api.key'], unread('api-key.pem')],
    ['has another name', ['web.key'], { kind: 'no-key' }],
    ['is no key by its name', ['api.pem'], { kind: 'no-key' }],
  ])('%s: %j', (_, paths, why) => {
    expect(said([certs('api.crt', API)], paths.map(link)).why).toEqual(why);
  });

  it('and was not read, where the certificate is only among others', () => {
    expect(said([certs('api.pem', WEB, API)], [link('api.key')]).why).toEqual(unread('api.key'));
    const twice = [certs('x.pem', WEB, API), certs('api.pem', WEB, API)];
    expect(said(twice, [link('api.key')]).why).toEqual(unread('api.key'));
  });

  it('is listed by its public half, the first of each', () => {
    const files = [keyed('a', foreign('1')), keyed('b', foreign('2'), foreign()), keyed('c', foreign('1'))];
    expect([
      ...unusableKeysIn([...files, keyed('d', ENCRYPTED), keyed('e', readable(keyFacts('x')))]),
    ]).toEqual(
      expect.arrayContaining([
        ['1', foreignAt('a')],
        ['2', foreignAt('b')],
      ]),
    );
    expect(unusableKeysIn(files).size).toBe(2);
  });
});

it('one that is revoked is said with its own files, and not with the list', () => {
  const revoked = { by: 'crl', path: 'crl.pem', date: NOW, reason: null } as const;
  const files = [certs('api.crt', API), keyed('api.key', readable(keyFacts('api')))];
  const { leftOut } = pairUp({ files, unusable: [] }, new Map([[API.fingerprint, revoked]]), NOW);
  expect(leftOut).toEqual([
    { paths: ['api.crt'], subject: 'CN=api.example.test', why: { kind: 'revoked', ...revoked } },
  ]);
});

describe('a certificate that is in a file with its key', () => {
  it('is said with that file first, where it is the second one as well', () => {
    const together: FoundFile = { ...certs('z.pem', API), keys: [readable(keyFacts('api'))] };
    const other: FoundFile = { ...certs('a.pem', API), keys: [readable(keyFacts('x'))] };
    expect(said([other, together])).toEqual({
      paths: ['z.pem', 'a.pem'],
      why: { kind: 'together', path: 'z.pem' },
    });
    expect(said([other]).why).toEqual({ kind: 'no-key' });
  });

  it('is so also where the key is the second one in it', () => {
    const keys = [readable(keyFacts('x')), readable(keyFacts('api'))];
    expect(said([{ ...certs('z.pem', API), keys }]).why).toEqual({ kind: 'together', path: 'z.pem' });
    expect(said([{ ...certs('z.pem', API), keys: [readable(keyFacts('x'))] }]).why).toEqual({
      kind: 'no-key',
    });
  });
});

describe('a further certificate of an authority', () => {
  const OTHER = certificateFor(anAuthority({ name: 'other' }), keyFacts('other'), ISSUANCE, null, 'other');
  const cross = variant(CA, 'cross', { issuerDer: OTHER.subjectDer, issuer: OTHER.subject });
  const own = [certs('ca.crt', CA), keyed('ca.key', readable(keyFacts('ca')))];
  const above = [certs('other.crt', OTHER), keyed('other.key', readable(keyFacts('other')))];
  const of = (...files: readonly FoundFile[]) => {
    const { leftOut } = pairUp({ files, unusable: [] }, new Map(), NOW);
    return leftOut.find(({ subject }) => subject === 'CN=ca CA');
  };
  const crossed = { kind: 'cross-certificate', of: 'ca.crt', issuer: 'CN=other CA' };

  it.each<[string, readonly FoundFile[], object]>([
    ['by what cannot sign here', [certs('cross.pem', cross, WEB)], crossed],
    ['in a file of its own', [...above, certs('cross.crt', cross)], crossed],
    [
      'that is only among others',
      [...above, certs('cross.pem', WEB, cross)],
      { kind: 'bundle', path: 'cross.pem', position: 2, count: 2 },
    ],
    ['by one without a key', [certs('other.crt', OTHER), certs('cross.pem', cross, WEB)], crossed],
  ])('%s', (_, files, why) => expect(of(...own, ...files)?.why).toEqual(why));

  it('of another name is none, but wants a key that is taken', () => {
    const renamed = variant(CA, 'renamed', { subjectDer: 'aa', issuerDer: 'bb', notBefore: NOW - 9 * DAY });
    expect(of(...own, certs('cross.crt', renamed))?.why).toEqual({ kind: 'key-taken', by: 'ca.crt' });
  });
});

it('a file with one certificate, and with something beside it, is none of its own', () => {
  const keys = keyed('api.key', readable(keyFacts('api')));
  expect(said([beside('api.crt', API, ['X']), keys]).why).toMatchObject({ kind: 'bundle', count: 1 });
});
