// `request`: what a file beside the manifest has to be, and what is said where it is not.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';
import { filesBeside } from '../../src/store/beside.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();
const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

function request(...args: readonly string[]): string {
  const key = args.includes('-newkey') ? [] : P256;
  return opensslSync(
    ['req', '-new', ...key, '-noenc', '-keyout', '/dev/null', '-subj', '/CN=x', ...args],
    folder,
  );
}

const GOOD = request();

/** The manifest with one client, whose settings these are. */
function load(settings: string, allowed: readonly string[] = []) {
  const text = `version: 1\nauthorities: { root: { commonName: Root } }\nclients:\n  x: { commonName: x, ${settings} }\n`;
  return loadManifest(text, 'pki.yaml', filesBeside(folder, allowed));
}

function messages(settings: string, allowed: readonly string[] = []): readonly string[] {
  const loaded = load(settings, allowed);
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(({ message }) => message);
}

function put(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return `request: ${name}`;
}

/** The same request with its last octet, of the signature, changed. */
function broken(pem: string): string {
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}

describe('a request', () => {
  it('gives its key and nothing else', () => {
    const text = request(
      '-newkey',
      'rsa:2048',
      '-addext',
      'subjectAltName=DNS:y.test',
      '-addext',
      'extendedKeyUsage=clientAuth,serverAuth',
    );
    const loaded = load(put('good.csr', text));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    const [, entity] = loaded.inventory.entities;
    expect(entity).toMatchObject({
      key: { algorithm: 'rsa', size: 2048 },
      san: [],
      outputs: ['cert', 'chain', 'fullchain', 'ca'],
      keyPlace: {
        kind: 'request',
        path: 'good.csr',
        ignored: ['extendedKeyUsage serverAuth', 'san dns:y.test'],
      },
    });
    expect(loaded.warnings).toEqual([]);
  });

  it('may stand where defaults turn keys, and not in an entry that does', () => {
    const settings = put('turned.csr', GOOD);
    const text = `version: 1\nauthorities: { root: { commonName: Root } }\ndefaults: { clients: { rotateKey: true } }\nclients:\n  x: { commonName: x, ${settings} }\n`;
    expect(loadManifest(text, 'pki.yaml', filesBeside(folder, []))).toMatchObject({ ok: true });
    expect(messages(`${settings}, rotateKey: true`)).toEqual([
      'client "x" has "rotateKey" beside "request": its key is not made here',
    ]);
    expect(messages(`${settings}, rotateKey: false`)).toEqual([]);
  });

  it('may be bare', () => {
    const loaded = load(put('bare.csr', request('-subj', '/')));
    expect(loaded).toMatchObject({
      ok: true,
      inventory: { entities: [{}, { keyPlace: { ignored: [] } }] },
    });
  });

  it.each([
    ['is not there', () => 'request: none.csr'],
    ['is no plain file', () => 'request: folder'],
    ["leads out of the manifest's folder through a link", () => 'request: link'],
    ['is larger than 256 KiB', () => put('large.csr', Buffer.alloc(300_000))],
    ['cannot be read: holds no certification request', () => put('text.csr', 'hello\n')],
    ['cannot be read: holds 2 certification requests', () => put('two.csr', GOOD + GOOD)],
    ['has a signature that its own key did not make', () => put('broken.csr', broken(GOOD))],
    ['has a weak signature: ecdsa-with-SHA1', () => put('sha1.csr', request('-sha1'))],
  ])('%s', (why, settings) => {
    mkdirSync(join(folder, 'folder'), { recursive: true });
    if (why.startsWith('leads')) symlinkSync('/etc/hostname', join(folder, 'link'));
    expect(messages(settings())).toEqual([expect.stringMatching(/^request "[\w.]+" /)]);
    expect(messages(settings())[0]).toContain(why);
  });

  it.each([
    ['rsa-1024', ['-newkey', 'rsa:1024']],
    ['ecdsa-secp256k1', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1']],
    ['dsa', []],
  ])('has no key of kind %s', (kind, args) => {
    if (kind === 'dsa') {
      opensslSync(
        [
          'genpkey',
          '-genparam',
          '-algorithm',
          'DSA',
          '-pkeyopt',
          'dsa_paramgen_bits:1024',
          '-out',
          'dsa.pem',
        ],
        folder,
      );
      args = ['-newkey', 'dsa:dsa.pem'];
    }
    expect(messages(put('kind.csr', request(...args)))).toEqual([
      `the request has a key of kind "${kind}", which is refused here`,
    ]);
  });

  it('has no absolute path that the command line does not allow', () => {
    writeFileSync(join(folder, 'absolute.csr'), GOOD);
    const path = join(folder, 'absolute.csr');
    expect(messages(`request: "${path}"`)).toEqual([`request "${path}" is an absolute path`]);
    expect(messages(`request: "${path}"`, [folder])).toEqual([]);
  });

  it.each([
    ['C:/x.csr', 'is a path of Windows'],
    ['../x.csr', 'leads out of the folder of the manifest'],
  ])('has no path %s', (path, why) => {
    expect(messages(`request: "${path}"`)).toEqual([`request "${path}" ${why}`]);
  });

  it('may be signed by a key that is elsewhere as well', () => {
    const text = `version: 1\nauthorities: { root: { commonName: Root, key: offline } }\nclients:\n  x: { commonName: x, ${put('good.csr', GOOD)} }\n`;
    const loaded = loadManifest(text, 'pki.yaml', filesBeside(folder));
    expect(loaded.ok && loaded.warnings).toEqual([]);
  });

  it('goes with no setting or file of a key that is made here', () => {
    const own = put('good.csr', GOOD);
    expect(messages(`${own}, key: rsa-3072, rotateKey: true`)).toEqual([
      'client "x" has a "key" beside "request", which brings its own',
      'client "x" has "rotateKey" beside "request": its key is not made here',
    ]);
    expect(messages(`${own}, outputs: [cert, combined, pkcs12: { password: env:P }]`)).toEqual([
      'client "x" has its key elsewhere, and "combined" takes it to make',
      'client "x" has its key elsewhere, and "pkcs12" takes it to make',
    ]);
    expect(messages(`${own}, outputs: [cert, der, truststore: { password: env:P }]`)).toEqual([]);
    expect(messages('outputs: [cert]')).toEqual(['outputs must include "key"']);
  });
});
