/** Files beside the manifest that cannot be had or hold the wrong thing, and what stands below an authority of which only a file is here. */
import { describe, expect, it } from 'vitest';
import type { SideFault, SideFile, SideFiles } from '../../src/pki/side-file.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { keyPem, smallCertificate, smallKey } from '../helpers/small-certificates.ts';

const THEIRS = smallCertificate('theirs');
const FAULTS: Readonly<Record<string, SideFault>> = {
  leads: { kind: 'leads-out' },
  strays: { kind: 'strays' },
  folder: { kind: 'no-file' },
  large: { kind: 'too-large', limit: 262_144 },
  closed: { kind: 'unreadable', code: 'EACCES' },
  '/etc/x': { kind: 'absolute' },
};
const BYTES: Readonly<Record<string, string>> = {
  'theirs.pem': THEIRS.pem,
  'key.pem': `${THEIRS.pem}${keyPem(smallKey())}`,
  'leaf.pem': `${THEIRS.pem}${smallCertificate('leaf', { isAuthority: false }).pem}`,
  'empty.pem': 'nothing\n',
  'damaged.pem': '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n',
};

const FILES: SideFiles = {
  allowed: [],
  read: (path): SideFile => {
    const text = BYTES[path];
    if (text !== undefined) return { ok: true, bytes: Buffer.from(text) };
    return { ok: false, fault: FAULTS[path] ?? { kind: 'missing' } };
  },
};

function said(authorities: string, ...rest: readonly string[]) {
  const text = ['version: 1', `authorities: { ${authorities} }`, ...rest, ''].join('\n');
  const loaded = loadManifest(text, 'pki.yaml', FILES);
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(({ message, hint }) => [message, hint]);
}

const ROOT = 'root: { commonName: Root }';
const CORP = 'corp: { certificate: theirs.pem }';
const anchor = (path: string) => said(`${ROOT}, corp: { certificate: "${path}" }`);
const client = (settings: string) => said(ROOT, `clients: { x: { commonName: x, ${settings} } }`);

const LINK = 'allow the folder that it leads to as well, by another "--allow-path"';
const PATH =
  'name a file below the folder of the manifest, or allow this one on the command line: "--allow-path /etc/x"';

describe('a file that cannot be had', () => {
  it.each<[string, string, string | null]>([
    ['none', 'is not there', null],
    ['leads', "leads out of the manifest's folder through a link", null],
    ['strays', 'is a link that leads out of what "--allow-path" allows', LINK],
    ['folder', 'is no plain file', null],
    ['large', 'is larger than 256 KiB', null],
    ['closed', 'cannot be read (EACCES)', null],
    ['/etc/x', 'is an absolute path', PATH],
  ])('%s', (path, why, hint) => {
    expect(client(`request: "${path}"`)).toEqual([
      [
        `request "${path}" ${why}`,
        hint ?? 'name a certification request beside the manifest, or below its folder',
      ],
    ]);
    expect(anchor(path)).toEqual([
      [`certificate "${path}" ${why}`, hint ?? 'name a file of certificates in PEM'],
    ]);
  });
});

it('a request has no key, no passphrase and no rotation beside it', () => {
  const [none, ...others] = [
    client('request: none'),
    client('request: none, key: ed25519'),
    client('request: none, passphrase: "env:A"'),
    client('request: none, rotateKey: true'),
    client('request: none, rotateKey: false'),
  ].map((all) => all.filter(([message]) => !message?.endsWith('is not there')));
  expect(none).toEqual([]);
  expect(others).toEqual([
    [
      [
        'client "x" has a "key" beside "request", which brings its own',
        'leave out "key" where its owner makes the key, or "request" where it is to be made here',
      ],
    ],
    [['client "x" has a "passphrase" beside "request": its key is not here', 'leave "passphrase" out']],
    [
      [
        'client "x" has "rotateKey" beside "request": its key is not made here',
        'leave "rotateKey" out: a new request file brings a new key',
      ],
    ],
    [],
  ]);
});

it('what is no request is said to be none', () => {
  expect(client('request: empty.pem')).toEqual([
    [
      expect.stringMatching(/^request "empty\.pem" cannot be read: holds no certification request/),
      'ask for a PKCS#10 request in PEM or DER, as "openssl req -new" makes it',
    ],
  ]);
});

describe('the certificate of an authority that is not made here', () => {
  it.each<[string, string | RegExp, string]>([
    ['key.pem', 'holds a private key', 'take the key out: a certificate is all that trust takes'],
    [
      'leaf.pem',
      'holds a certificate (number 2) that is not one of an authority',
      'take it out: what is trusted has to be an authority',
    ],
    ['empty.pem', /^certificate "empty\.pem" holds no certificate/, ''],
    ['damaged.pem', /^certificate "damaged\.pem" /, 'name a file of certificates in PEM'],
  ])('%s', (path, why, hint) => {
    const message = typeof why === 'string' ? `certificate "${path}" ${why}` : expect.stringMatching(why);
    expect(anchor(path)).toEqual([[message, hint === '' ? expect.any(String) : hint]]);
  });

  it('may stand alone, and any other setting beside it decides nothing', () => {
    expect(anchor('theirs.pem')).toEqual([]);
    expect(said(`${ROOT}, corp: { certificate: theirs.pem, validity: 1y }`)).toEqual([
      [
        'authority "corp" has "certificate", and "validity" beside it decides nothing',
        'leave "validity" out, or "certificate" where the authority is made here',
      ],
    ]);
  });

  it('signs no authority, neither as its issuer nor as well', () => {
    expect(said(`${CORP}, sub: { commonName: Sub, issuer: corp }, ${ROOT}`)).toEqual([
      [
        'authority "sub" cannot be signed by "corp", of which only the certificate is here',
        'name an authority that signs here; "corp" can be the issuer of servers, clients and other leaves, and stand in "trust"',
      ],
    ]);
    expect(said(`${CORP}, root: { commonName: Root, crossSignedBy: [corp] }`)).toEqual([
      [
        'authority "root" cannot be signed by "corp", of which only the certificate is here',
        'ask the owner of "corp" to sign its request, "authorities/root/csr.pem"; or name an authority that signs here',
      ],
    ]);
    expect(said(`${CORP}, root: { commonName: Root, key: offline, crossSignedBy: [corp] }`)).toEqual([
      [
        'authority "root" cannot be signed by "corp", of which only the certificate is here',
        'name an authority that signs here',
      ],
    ]);
  });
});

describe('authorities that sign another as well', () => {
  const TWO = 'two: { commonName: Two }';
  const cross = (names: string, more = TWO) =>
    said(`root: { commonName: Root, crossSignedBy: [${names}] }, ${more}`);
  it.each<[string, readonly (readonly unknown[])[], string, string | undefined]>([
    [
      'itself',
      cross('root'),
      'authority "root" names itself in "crossSignedBy"',
      'name an authority of another root: what it signs is then accepted below that as well',
    ],
    [
      'one that is nearly there',
      cross('tow'),
      'unknown authority "tow" in "crossSignedBy"',
      'did you mean "two"?',
    ],
    [
      'one that is nowhere',
      cross('elsewhere'),
      'unknown authority "elsewhere" in "crossSignedBy"',
      undefined,
    ],
    [
      'one below it',
      cross('sub', 'sub: { commonName: Sub, issuer: root }'),
      'authority "root" cannot be signed by "sub", which stands below it',
      'name an authority of another root: a chain that goes in a circle leads nowhere',
    ],
    [
      'its issuer',
      said(`${TWO}, root: { commonName: Root, issuer: two, crossSignedBy: [two] }`),
      'authority "root" is signed by "two" in any case: that is its issuer',
      'name an authority of another root, or leave "crossSignedBy" out',
    ],
    [
      'one whose key is away as well',
      said(
        'root: { commonName: Root, key: offline, crossSignedBy: [two] }, two: { commonName: Two, key: offline }',
      ),
      'authority "root" cannot be signed by "two": neither key is here, and one of them has to sign the request',
      'have it signed where the key of "two" is, or name an authority that signs here',
    ],
    [
      'one whose certificate would have a name that is taken',
      cross('two', `${TWO}, "Root@Two": { commonName: Three }`),
      'the certificate of "root" by "two" would be called "root@two", as another authority is',
      'rename authority "root@two"',
    ],
  ])('%s', (_, found, message, hint) => expect(found).toEqual([[message, hint]]));

  it('are not missed where their section or entry cannot be read', () => {
    expect(cross('two', 'two: { commonName: 1 }').map(([message]) => message)).not.toContain(
      'unknown authority "two" in "crossSignedBy"',
    );
  });
});

describe('an entry below an authority of which only the certificate is here', () => {
  const leaf = (settings: string, more = '') =>
    said(`${ROOT}, ${CORP}`, more, `servers: { a: { commonName: a.test, issuer: corp, ${settings} } }`);
  const entity = (settings: string, more = '') => {
    const text = `version: 1\nauthorities: { ${ROOT}, ${CORP} }\n${more}\nservers: { a: { commonName: a.test, issuer: corp, ${settings} } }\n`;
    const loaded = loadManifest(text, 'pki.yaml', FILES);
    return loaded.ok ? loaded.inventory.entities.at(-1) : loaded.diagnostics;
  };

  it('has its key, certificate and roots, unless more is stated or inherited', () => {
    expect(entity('')).toMatchObject({ elsewhere: true, outputs: ['key', 'cert', 'ca'] });
    expect(entity('outputs: [key, cert, csr, chain]')).toMatchObject({ outputs: ['key', 'cert', 'chain'] });
    const inherited = 'defaults: { outputs: [key, csr, cert, ca-chain, fullchain] }';
    expect(entity('', inherited)).toMatchObject({ outputs: ['key', 'cert', 'fullchain'] });
  });

  it('has no chain that is ours to trust, and no links', () => {
    expect(leaf('outputs: [default, ca-chain]')).toEqual([
      [
        'server "a" cannot have "ca-chain": of "corp" only the certificate is here',
        'name "ca" for the roots that it trusts, and "chain" for what stands behind its certificate',
      ],
    ]);
    expect(leaf('', 'defaults: { outputs: [default, ca-chain] }')).toEqual([]);
    expect(leaf('publish: symlinks')).toEqual([
      [
        'server "a" cannot be published by links: of "corp" only the certificate is here, and others put its files in place',
        'write "publish: files" in this entry',
      ],
    ]);
  });
});

it('a Secret takes a key that is here and open', () => {
  const deliver = 'deliver: [{ secret: n/a, context: c }]';
  const hint = 'leave "deliver" out';
  const of = (settings: string) =>
    client(`${settings}, ${deliver}`).filter(([message]) => message?.includes('a Secret holds'));
  const token = 'key: { pkcs11: "pkcs11:token=a;object=b", pin: prompt, kind: ecdsa-p256 }';
  expect([of('validity: 90d'), of(token), of('passphrase: "env:A"')]).toEqual([
    [],
    [['client "x" has its key on a token, and a Secret holds it as it is', hint]],
    [['client "x" has its key under a passphrase, and a Secret holds it as it is', hint]],
  ]);
});
