/** Each rule from its other side: what lacks one of its conditions is no mistake, and what is just enough is none. */
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

const ROOT = 'root: { commonName: Root }';

/** Everything that is said of a manifest, mistakes or warnings. */
function said(authorities: string, ...rest: readonly string[]): readonly string[] {
  const loaded = loadManifest(
    ['version: 1', `authorities: { ${authorities} }`, ...rest, ''].join('\n'),
    'pki.yaml',
  );
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(({ message }) => message);
}

const servers = (entries: string) => said(ROOT, `servers: { ${entries} }`);
const clients = (root: string, entries: string) => said(root, `clients: { ${entries} }`);

type Row = [string, readonly string[], RegExp?];
const check = (_: string, found: readonly string[], expected?: RegExp): void =>
  expect(found).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)]);

const validity = (rest: string) => servers(`a: { commonName: a.test, validity: 10h, ${rest} }`);
describe('the time between issue and renewal', () => {
  it.each<Row>([
    ['backdated by all of it', validity('renewBefore: 1h, backdate: 10h'), /^backdate of 10h is not shorter/],
    ['backdated by less', validity('renewBefore: 1m, backdate: 9h')],
    ['due for all of it', validity('renewBefore: 10h'), /^renewBefore of 10h is not shorter/],
    [
      'both together',
      validity('renewBefore: 9h, backdate: 1h'),
      /^renewBefore and backdate together take up/,
    ],
    ['a minute less', validity('renewBefore: 539m, backdate: 1h')],
  ])('%s', check);
});

describe('what lives as long as its issuer', () => {
  const YEAR = 'root: { commonName: Root, validity: 1y }';
  const leaf = (text: string) => `servers: { a: { commonName: a.test, ${text} } }`;
  const sub = 'sub: { commonName: Sub, issuer: root, validity: 2y }';
  it.each<Row>([
    ['as long', said(YEAR, leaf('validity: 1y'))],
    ['a day longer', said(YEAR, leaf('validity: 366d')), /^validity 366d of server "a" is longer than 1y/],
    [
      'two of them',
      said(
        YEAR,
        'servers: { a: { commonName: a.test, validity: 2y }, b: { commonName: b.test, validity: 2y } }',
      ),
      /^validity 2y of server "a" \(and 1 more\) is longer/,
    ],
    [
      'as long, where the issuer inherits it',
      said(ROOT, 'defaults: { validity: 1y }', leaf('validity: 1y')),
      /^authority "root" inherits validity 1y from defaults, no longer than that of server "a"$/,
    ],
    ['a day less', said(ROOT, 'defaults: { validity: 1y }', leaf('validity: 364d'))],
    [
      'an authority that lives as long',
      said(`${ROOT}, ${sub}`, 'defaults: { validity: 2y }', leaf('issuer: sub, validity: 1y')),
    ],
  ])('%s', check);
});

describe('usages', () => {
  const root = (rest: string, ...more: readonly string[]) =>
    said(`root: { commonName: Root, ${rest} }`, ...more);
  const certificate = (rest: string) => said(ROOT, `certificates: { a: { commonName: a, ${rest} } }`);
  const API = 'servers: { a: { commonName: a.test } }';
  const PEER = 'peers: { a: { commonName: a.test } }';
  const ENCIPHERS = 'keyUsage: [digitalSignature, keyEncipherment]';
  it.each<Row>([
    ['an authority without a list that signs none', root('keyUsage: [keyCertSign]', API)],
    [
      'an authority with a list that signs none',
      root('crl: true, keyUsage: [keyCertSign]', API),
      /^authority "root" could sign no revocation list/,
    ],
    ['an authority that signs lists alone', root('keyUsage: [cRLSign]', API), /could sign no certificates/],
    ['time stamps alone', certificate('extendedKeyUsage: [timeStamping]')],
    [
      'time stamps and more',
      certificate('extendedKeyUsage: [timeStamping, codeSigning]'),
      /signs time stamps, and would be for more/,
    ],
    ['other purposes, several', certificate('extendedKeyUsage: [emailProtection, codeSigning]')],
    [
      'no signatures, outside of TLS',
      certificate('extendedKeyUsage: [codeSigning], keyUsage: [keyAgreement]'),
    ],
    [
      'no signatures, in TLS',
      servers('a: { commonName: a.test, keyUsage: [keyAgreement] }'),
      /could do no TLS 1\.3/,
    ],
    ['an RSA key that enciphers', servers(`a: { commonName: a.test, key: rsa-2048, ${ENCIPHERS} }`)],
    ['another key that does', servers(`a: { commonName: a.test, ${ENCIPHERS} }`), /which enciphers no keys$/],
    ['an authority that does', root('keyUsage: [keyCertSign, keyEncipherment]', API)],
    ['below any purpose', root('extendedKeyUsage: [anyExtendedKeyUsage]', API)],
    ['below its own purpose', root('extendedKeyUsage: [serverAuth]', API)],
    [
      'below one of its two',
      root('extendedKeyUsage: [serverAuth]', PEER),
      /^peer "a" is for "clientAuth", and authority "root" above it is not$/,
    ],
    [
      'below one that has neither',
      root('extendedKeyUsage: [codeSigning]', PEER),
      /^peer "a" is for "serverAuth" or "clientAuth", and authority "root" above it is not$/,
    ],
    ['a responder that is not checked', certificate('extendedKeyUsage: [OCSPSigning], ocspNoCheck: true')],
    ['another that is', certificate('extendedKeyUsage: [codeSigning], ocspNoCheck: false')],
    [
      'another that is not',
      certificate('extendedKeyUsage: [codeSigning], ocspNoCheck: true'),
      /^certificate "a" is no OCSP responder/,
    ],
  ])('%s', check);
});

it('purposes that the authority above lacks are all named in the hint', () => {
  const root = 'authorities: { root: { commonName: Root, extendedKeyUsage: [codeSigning] } }';
  const text = ['version: 1', root, 'peers: { a: { commonName: a.test } }', ''].join('\n');
  const loaded = loadManifest(text, 'pki.yaml');
  expect(loaded.ok ? [] : loaded.diagnostics.map(({ hint }) => hint)).toEqual([
    'add serverAuth and clientAuth to the extendedKeyUsage of "root", or leave that out: it then allows everything',
  ]);
});

describe('URLs among names', () => {
  const of = (names: string) => `a: { commonName: a.test, san: [a.test, ${names}] }`;
  it.each<Row>([
    ['of another host', servers(of('"https://b.test/"')), /^"https:\/\/b\.test\/" of server "a" is a URI/],
    [
      'of a peer',
      said(ROOT, `peers: { ${of('"https://b.test/"')} }`),
      /^"https:\/\/b\.test\/" of peer "a" is a URI/,
    ],
    ['of a client', clients(ROOT, of('"https://b.test/"'))],
    ['of a host that is listed', servers(of('"https://A.test/"'))],
    ['said to be one', servers(of('"uri:https://b.test/"'))],
    ['that no one types', servers(of('"spiffe://b.test/"'))],
  ])('%s', check);
});

describe('files, keys and addresses', () => {
  const api = (rest: string) => servers(`a: { commonName: a.test, ${rest} }`);
  const both = (a: string, b: string) =>
    servers(`a: { commonName: a.test, deliver: [${a}] }, b: { commonName: b.test, deliver: [${b}] }`);
  const ONE = 'a: { commonName: a.test }';
  const TWO = `servers: { ${ONE}, b: { commonName: b.test } }`;
  const ADDRESS = 'address: "a.test:443"';
  it.each<Row>([
    [
      'an open file of a closed key',
      api('passphrase: "env:A", outputs: [default, combined]'),
      /^server "a" has a passphrase, and "combined" would hold its key without one$/,
    ],
    ['another file of a closed key', api('passphrase: "env:A", outputs: [default, public]')],
    ['an open file of an open key', api('outputs: [default, combined]')],
    [
      'the same in one place',
      said(ROOT, 'defaults: { outputs: [default, combined], passphrase: "env:A" }', TWO),
      /^authority "root" has a passphrase/,
    ],
    [
      'a Secret of two entries',
      both('{ secret: n/a, context: c }', '{ secret: n/a, context: c }'),
      /^server "b" goes into the Secret "n\/a in c", as server "a" does$/,
    ],
    ['Secrets of two clusters', both('{ secret: n/a, context: c }', '{ secret: n/a, context: d }')],
    [
      'a Secret of a closed key',
      api('passphrase: "env:A", deliver: [{ secret: n/a, context: c }]'),
      /^server "a" has its key under a passphrase/,
    ],
    ['an address of a server', api(ADDRESS)],
    ['an address of a peer', said(ROOT, `peers: { a: { commonName: a.test, ${ADDRESS} } }`)],
    ['an address of a client', clients(ROOT, `a: { commonName: a, ${ADDRESS} }`), /and listens nowhere$/],
    ['a key that few take, of the entry itself', api('key: ed25519')],
    [
      'a key that few take, inherited',
      said(ROOT, 'defaults: { servers: { key: ed25519 } }', `servers: { ${ONE} }`),
      /^server "a" inherits the key "ed25519"/,
    ],
    [
      'by two',
      said(ROOT, 'defaults: { servers: { key: ed25519 } }', TWO),
      /^server "a" \(and 1 more\) inherits the key "ed25519"/,
    ],
    [
      'a name of the links',
      api('publish: symlinks, files: { key: "..k" }'),
      /has a file "\.\.k", a name that is reserved for the links$/,
    ],
    ['a name that is hidden', api('publish: symlinks, files: { key: ".k" }')],
    ['a folder in the folder', api('publish: files, files: { key: "x/k" }')],
    ['behind links', api('publish: symlinks, files: { key: "x/k" }'), /has "x\/k" in a subfolder$/],
    [
      'lists of an authority that makes none',
      api('outputs: [default, crls]'),
      /would lack the list of authority "root", which makes none$/,
    ],
    [
      'lists of one that does',
      said(
        'root: { commonName: Root, crl: true }',
        'servers: { a: { commonName: a.test, outputs: [default, crls] } }',
      ),
    ],
  ])('%s', check);
});

describe('subjects and issuers', () => {
  const TWO = `${ROOT}, two: { commonName: Two }`;
  it.each<Row>([
    ['a client that its names tell', clients(ROOT, 'a: { san: ["email:a@b.test"] }')],
    [
      'an authority that its names tell',
      said('root: { san: ["email:a@b.test"] }', 'servers: { a: { commonName: a.test } }'),
      /^authority "root" has an empty subject$/,
    ],
    [
      'alike, but for the issuer',
      clients(TWO, 'a: { commonName: x, issuer: root }, b: { commonName: x, issuer: two }'),
    ],
    [
      'alike, but for letter case',
      clients(ROOT, 'a: { commonName: x }, b: { commonName: X }'),
      /^client "b" has the same subject and issuer as client "a"/,
    ],
    ['not alike', clients(ROOT, 'a: { commonName: x y }, b: { commonName: x z }')],
    ['without a subject, by their names', clients(ROOT, 'a: { san: [a@b.test] }, b: { san: [b@b.test] }')],
    ['one of two roots', clients(TWO, 'a: { commonName: x }'), /could be signed by "root" or "two"$/],
    [
      'the only one that signs leaves',
      clients(`${ROOT}, two: { commonName: Two, issuer: root }`, 'a: { commonName: x }'),
    ],
  ])('%s', check);
});

describe('readers of name constraints', () => {
  const root = (constraints: string) => `root: { commonName: Root, nameConstraints: { ${constraints} } }`;
  const DNS = root('permitted: [b.test]');
  const MAIL = root('permitted: ["email:b.test"]');
  const code = 'extendedKeyUsage: [codeSigning]';
  it.each<Row>([
    ['a client with a common name', clients(DNS, 'a: { commonName: x }'), /^Java refuses client "a"/],
    [
      'a certificate with one',
      said(DNS, `certificates: { a: { commonName: x, ${code} } }`),
      /^Java refuses certificate "a"/,
    ],
    ['a client with a DNS name', clients(DNS, 'a: { commonName: x, san: [a.b.test] }')],
    ['a client without a common name', clients(DNS, 'a: { subject: { organization: O } }')],
    ['a server with a DNS name', said(DNS, 'servers: { a: { commonName: a.b.test } }')],
    ['below what excludes', clients(root('excluded: [b.test]'), 'a: { commonName: x }')],
    [
      'an address of mail',
      clients(MAIL, 'a: { commonName: x, san: [a@b.test] }'),
      /^rustls refuses client "a"/,
    ],
    ['no such address', clients(MAIL, 'a: { commonName: x }')],
    ['an address below DNS names', clients(DNS, 'a: { commonName: x, san: [c.b.test, a@c.test] }')],
    [
      'a directory that is excluded',
      said(root('permitted: [b.test], excluded: ["dirName:O=X"]')),
      /^Go refuses everything/,
    ],
    [
      'a directory beside a DNS name',
      said(root('permitted: [b.test, "dirName:O=X"]')),
      /^Go refuses everything/,
    ],
    ['no directory', said(root('permitted: [b.test], excluded: [c.b.test]'))],
  ])('%s', check);
});

describe('authorities that others sign as well', () => {
  const cross = (pathLength: number, more = '') =>
    said(
      `one: { commonName: One, pathLength: ${pathLength} }, two: { commonName: Two, crossSignedBy: [one] }${more}`,
    );
  const LOW = ', low: { commonName: Low, issuer: two }';
  const all = `one: { commonName: One }, two: { commonName: Two, crossSignedBy: [one] }${LOW}`;
  it.each<Row>([
    ['room for it', cross(1)],
    ['no room', cross(0), /pathLength 0 of "one" allows fewer authorities below it than the 1 that/],
    ['room for it and one below', cross(2, LOW)],
    [
      'no room for one below',
      cross(1, LOW),
      /pathLength 1 of "one" allows fewer authorities below it than the 2 that/,
    ],
    [
      'a chain that is preferred where there is one',
      said(
        all,
        'defaults: { preferredChain: one }',
        'servers: { a: { commonName: a.test, issuer: low }, b: { commonName: b.test, issuer: one } }',
      ),
    ],
    [
      'a chain that an entry itself prefers',
      said(all, 'servers: { b: { commonName: b.test, issuer: one, preferredChain: one } }'),
      /^no authority above server "b" is signed by "one" as well$/,
    ],
  ])('%s', check);
});
