/** Chains that files show, how an authority signs, and why a file is no entity's: tables of values. */
import { describe, expect, it } from 'vitest';
import { chainsOf, shownChain } from '../../src/adopt/chains.ts';
import type { FoundFile, FoundKey } from '../../src/adopt/found.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import { type Known, leftoversOf } from '../../src/adopt/leftovers.ts';
import { signingTextOf } from '../../src/adopt/signing.ts';

const placed = (fingerprint: string, issuer: PlacedPair | null, section = 'authorities'): PlacedPair =>
  ({ cert: { facts: { fingerprint } }, issuer, section, certPath: `${fingerprint}.crt` }) as never;

describe('chains by which an entity can be shown', () => {
  const root = placed('root', null);
  const top = placed('top', root);
  const sub = placed('sub', top);
  const leaf = placed('leaf', sub, 'servers');
  const far = placed('far', null);
  const middle = placed('middle', far);
  const low = placed('low', middle);
  const cross = (fingerprint: string, of: PlacedPair, by: PlacedPair, name: string) =>
    ({ of: { pair: of }, by: { pair: by, name }, cert: { facts: { fingerprint } } }) as never;
  const own = { chain: ['sub', 'top'] };

  it.each<[string, PlacedPair, readonly never[], readonly object[]]>([
    ['its own line, without the root', leaf, [], [own]],
    ['of what stands below a root', placed('x', root, 'servers'), [], [{ chain: [] }]],
    ['of a root', root, [], [{ chain: [] }]],
    [
      'of an authority, which is shown in no other way',
      sub,
      [cross('c', top, far, 'far')],
      [{ chain: ['top'] }],
    ],
    [
      'through the root, by another root',
      leaf,
      [cross('c', root, far, 'far')],
      [own, { chain: ['sub', 'top', 'c'], preferredChain: 'far' }],
    ],
    [
      'through what is nearest, by an authority that has some above it',
      leaf,
      [cross('c', sub, low, 'low')],
      [own, { chain: ['c', 'low', 'middle'], preferredChain: 'low' }],
    ],
    [
      'the nearest first',
      leaf,
      [cross('c', root, far, 'far'), cross('d', sub, low, 'low'), cross('e', top, middle, 'middle')],
      [
        own,
        { chain: ['d', 'low', 'middle'], preferredChain: 'low' },
        { chain: ['sub', 'e', 'middle'], preferredChain: 'middle' },
        { chain: ['sub', 'top', 'c'], preferredChain: 'far' },
      ],
    ],
    [
      'of two by one authority the nearer',
      leaf,
      [cross('c', root, far, 'far'), cross('d', top, far, 'far')],
      [own, { chain: ['sub', 'd'], preferredChain: 'far' }],
    ],
    ['none through what is not above it', leaf, [cross('c', middle, root, 'root')], [own]],
  ])('%s', (_, pair, bridges, chains) => expect(chainsOf(pair, bridges)).toEqual(chains));

  it('the first that is shown, or its own', () => {
    const all = [{ chain: ['a'] }, { chain: ['b'] }, { chain: ['c'] }] as const;
    expect(shownChain(all, ([first]) => first !== 'a')).toBe(all[1]);
    expect(shownChain(all, () => false)).toBe(all[0]);
  });
});

it.each<[string, readonly string[], object]>([
  ['ecdsa-p256', ['ecdsa-with-SHA256'], {}],
  ['ecdsa-p256', ['ecdsa-with-SHA512'], { digest: 'sha512' }],
  ['ecdsa-p384', ['ecdsa-with-SHA384'], {}],
  ['ecdsa-p384', ['ecdsa-with-SHA256'], { digest: 'sha256' }],
  ['rsa-2048', ['sha256WithRSAEncryption'], {}],
  ['rsa-2048', ['sha384WithRSAEncryption', 'sha384WithRSAEncryption'], { digest: 'sha384' }],
  ['rsa-2048', ['sha256WithRSAEncryption', 'sha384WithRSAEncryption'], {}],
  ['rsa-2048', ['rsassaPss-sha256'], { signature: 'rsa-pss' }],
  ['rsa-2048', ['rsassaPss-sha512'], { digest: 'sha512', signature: 'rsa-pss' }],
  ['rsa-2048', ['sha1WithRSAEncryption'], {}],
  ['ed25519', ['ED25519'], {}],
  ['ecdsa-p256', [], {}],
])('a key of kind %s that made %j signs as %j', (spec, signatures, expected) => {
  const signed = signatures.map((signature) => ({ cert: { facts: { signature } } }));
  expect(signingTextOf({ key: { spec } } as never, signed as never)).toEqual(expected);
});

describe('a file of no entity', () => {
  const EMPTY = {
    certificates: [],
    keys: [],
    requests: [],
    publicKeys: [],
    crls: [],
    revoked: [],
    others: [],
  };
  const file = (path: string, given: object): FoundFile => ({ ...EMPTY, path, ...given }) as FoundFile;
  const certs = (...fingerprints: readonly string[]) => ({
    certificates: fingerprints.map((fingerprint) => ({ facts: { fingerprint } })),
  });
  const key = (state: FoundKey['state'], more: object = {}) => ({ keys: [{ state, ...more }] });
  const own = (keyId: string) => key('readable', { facts: { keyId } });
  const entry = (name: string, keyPath: string | null) => ({
    pair: { cert: { facts: { fingerprint: name } }, certPath: `${name}.crt`, key: { keyId: name }, keyPath },
  });
  const KNOWN: Known = {
    drafts: [entry('ca', null), entry('web', 'web.key')] as never,
    bridges: [{ cert: { facts: { fingerprint: 'cross' } }, path: 'cross.crt' }] as never,
    artifacts: new Map([['servers/web', { files: { cert: 'web.crt', key: 'web.key' }, trust: undefined }]]),
    reported: new Set(['said.pem']),
    trustedCrls: new Set(['good.crl']),
    revoked: new Set(['01', '02']),
  };
  const crl = {
    crls: [{ facts: { issuer: [{ type: 'CN', value: 'ca' }], entries: [1, 2], nextUpdate: 7 } }],
  };
  const said = { kind: 'crl', issuer: 'CN=ca', count: 2, nextUpdate: 7 };
  const fault = { kind: 'gone' } as const;
  const foreign = { kind: 'foreign-key', format: { kind: 'der' } };

  it.each<[string, string, object, object]>([
    ['below a folder for what is revoked', 'revoked/x.crt', certs('web'), { kind: 'revoked', by: 'folder' }],
    ['with a key and a certificate', 'x', { ...certs('web'), ...own('web') }, { kind: 'combined' }],
    ['with the certificate of an entity', 'x', certs('web'), { kind: 'copy', of: 'web.crt' }],
    ['with a cross-certificate', 'x', certs('cross'), { kind: 'copy', of: 'cross.crt' }],
    ['with one of no entity', 'x', certs('else'), { kind: 'certificates', count: 1, of: [] }],
    [
      'with several, each of which is said once',
      'x',
      certs('web', 'ca', 'else', 'web'),
      { kind: 'certificates', count: 4, of: ['web.crt', 'ca.crt'] },
    ],
    [
      'with one of an entity among others',
      'x',
      certs('web', 'else'),
      { kind: 'certificates', count: 2, of: ['web.crt'] },
    ],
    ['with a key under a passphrase', 'x', key('encrypted'), { kind: 'encrypted-key', keyPath: 'x' }],
    ['with a key that cannot be read', 'x', key('unreadable', { fault }), { kind: 'unreadable', fault }],
    [
      'with a key of another program',
      'x',
      key('unreadable', { fault: foreign }),
      { ...foreign, keyPath: 'x' },
    ],
    ['with the key of an entity', 'x', own('web'), { kind: 'copy', of: 'web.key' }],
    ['with a key that is elsewhere, as its manifest has it', 'x', own('ca'), { kind: 'copy', of: 'ca.crt' }],
    ['with a key of nothing', 'x', own('else'), { kind: 'spare-key' }],
    [
      'with a request for an entity',
      'x',
      { requests: [{ keyId: 'web' }] },
      { kind: 'request-differs', of: 'web.key' },
    ],
    ['with another request', 'x', { requests: [{ keyId: 'else' }] }, { kind: 'request-alone' }],
    ['with a public key', 'x', { publicKeys: ['web'] }, { kind: 'public-key' }],
    ['with a list', 'x', crl, { ...said, isTrusted: false }],
    ['with a list that an authority signed', 'good.crl', crl, { ...said, isTrusted: true }],
    [
      'with a database, some of which the manifest revokes',
      'x',
      { revoked: [{ serial: '01' }, { serial: '03' }, { serial: '02' }] },
      { kind: 'ca-database', count: 3, taken: 2 },
    ],
    ['with something else', 'x', { others: ['X', 'Y'] }, { kind: 'other-pem', labels: ['X', 'Y'] }],
  ])('%s', (_, path, given, why) => {
    expect(leftoversOf([file(path, given)], KNOWN)).toEqual([{ paths: [path], subject: null, why }]);
  });

  it('is said where no entity has it, and where it is not said already, in the order of the files', () => {
    const files = ['z.pem', 'web.crt', 'said.pem', 'a.pem', 'web.key'].map((path) =>
      file(path, { others: ['X'] }),
    );
    expect(leftoversOf(files, KNOWN).map(({ paths }) => paths.join())).toEqual(['z.pem', 'a.pem']);
  });
});
