/** What a server or client loads: its files, or what they would hold, and nothing where anything of it is not there. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { byIdOf } from '../../../src/pki/issuers.ts';
import { Keyring } from '../../../src/store/keyring.ts';
import {
  archivedCredentials,
  hasClosedKey,
  hasKey,
  readCredentials,
  readRoots,
} from '../../../src/store/observe/credentials.ts';
import { Secrets } from '../../../src/store/secrets.ts';
import { pemOf } from '../../helpers/certificate-der.ts';
import { anAuthority, aServer } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import {
  keyPem,
  type SmallCertificate,
  smallCertificate,
  smallList,
} from '../../helpers/small-certificates.ts';

const ROOT = anAuthority({ name: 'root' });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id });
const ROOT_CERT = smallCertificate('root');
const SUB_CERT = smallCertificate('sub', { issuer: ROOT_CERT });
const LEAF = smallCertificate('api', { issuer: SUB_CERT, isAuthority: false });
const FILES = {
  'key.pem': keyPem(LEAF.key),
  'cert.pem': LEAF.pem,
  'fullchain.pem': 'the fullchain',
  'ca.pem': 'the roots',
};

const api = (given: Parameters<typeof aServer>[0] = {}): Entity =>
  aServer({ name: 'api', issuer: SUB.id, ...given });
const BARE = { outputs: ['key', 'cert'] } as const;

/** An output folder with both authorities, and these files of the server. */
function folderWith(
  files: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
): string {
  const root = memoryFolder();
  const all = {
    'authorities/root/cert.pem': ROOT_CERT.pem,
    'authorities/sub/cert.pem': SUB_CERT.pem,
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`servers/api/${name}`, text])),
    ...others,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(root, path, '..'), {
      recursive: true,
      ...(path.startsWith('.pki') ? { mode: 0o700 } : {}),
    });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const loaded = (root: string, entity: Entity = api()) =>
  readCredentials(root, entity, byIdOf([ROOT, SUB, entity]));
const KEY = FILES['key.pem'];

describe('what is loaded', () => {
  it('is what the files have, whatever that is', () => {
    expect(loaded(folderWith(FILES))).toEqual({ key: KEY, fullchain: 'the fullchain', ca: 'the roots' });
  });

  it('is what they would have, where they are not asked for', () => {
    expect(loaded(folderWith(FILES), api(BARE))).toEqual({
      key: KEY,
      fullchain: LEAF.pem + SUB_CERT.pem,
      ca: ROOT_CERT.pem,
    });
  });

  it.each(['key.pem', 'fullchain.pem', 'ca.pem'] as const)('is nothing without %s', (name) => {
    const { [name]: _, ...files } = FILES;
    expect(loaded(folderWith(files))).toBeUndefined();
  });

  it.each([
    'servers/api/key.pem',
    'servers/api/cert.pem',
    'authorities/sub/cert.pem',
    'authorities/root/cert.pem',
  ])('is nothing without %s, where bundles are put together', (path) => {
    const root = folderWith(FILES);
    rmSync(join(root, path));
    expect(loaded(root, api(BARE))).toBeUndefined();
  });

  it('has what a rollover still trusts, and nothing that only was signed by it', () => {
    const before = smallCertificate('root');
    const route = smallCertificate('sub', { issuer: before, key: SUB_CERT.key });
    const previous = { 'authorities/root/previous.pem': route.pem + before.pem };
    expect(loaded(folderWith(FILES, previous), api(BARE))).toEqual({
      key: KEY,
      fullchain: LEAF.pem + SUB_CERT.pem,
      ca: ROOT_CERT.pem + before.pem,
    });
    const damaged = { 'authorities/root/previous.pem': 'no certificate' };
    expect(loaded(folderWith(FILES, damaged), api(BARE))?.ca).toBe(ROOT_CERT.pem);
  });

  it('shows what vouches for a root with a new key, where that is not the root itself', () => {
    const before = smallCertificate('former root');
    const cross = smallCertificate('root', { issuer: before, key: ROOT_CERT.key });
    const root = folderWith(FILES, { 'authorities/root/previous.pem': cross.pem + before.pem });
    const chain = (entity: Entity) => loaded(root, entity)?.fullchain;
    expect(chain(api(BARE))).toBe(LEAF.pem + SUB_CERT.pem + cross.pem);
    expect(chain(api({ ...BARE, issuer: ROOT.id }))).toBe(LEAF.pem + cross.pem);
    expect(readRoots(root, [ROOT])).toEqual([ROOT_CERT.pem, before.pem]);
  });

  it('has the lists of the file that its programs read', () => {
    const list = pemOf(smallList(SUB_CERT), 'X509 CRL');
    const files = { ...FILES, 'crls.pem': list, 'ca-crls.pem': `${ROOT_CERT.pem}${list}` };
    const withLists = (...outputs: readonly ('crls' | 'ca-crls')[]) =>
      loaded(folderWith(files), api({ outputs: ['key', 'cert', 'fullchain', 'ca', ...outputs] }))?.crl;
    expect(withLists()).toBeUndefined();
    expect(withLists('crls')).toBe(list);
    expect(withLists('ca-crls')).toBe(list);
    const both = { ...files, 'crls.pem': '' };
    const outputs = ['key', 'cert', 'fullchain', 'ca', 'ca-crls', 'crls'] as const;
    expect(loaded(folderWith(both), api({ outputs }))?.crl).toBe('');
    expect(loaded(folderWith(FILES), api({ outputs }))).not.toHaveProperty('crl');
  });

  it('is of a leaf that is issued elsewhere what its own file has', () => {
    const away = api({ ...BARE, keyPlace: { kind: 'external', path: 'x' } as never });
    const entity = { ...away, elsewhere: true } as never;
    const text = LEAF.pem + SUB_CERT.pem;
    expect(loaded(folderWith({ ...FILES, 'cert.pem': text }), entity)?.fullchain).toBe(text);
  });
});

describe('what a revoked entity had', () => {
  const archive = '.pki/archive/servers/api/2026';
  const had = (files: Readonly<Record<string, string>>) => {
    const root = folderWith({}, files);
    return archivedCredentials(root, api(), byIdOf([ROOT, SUB, api()]), new Keyring());
  };
  const both = { [`${archive}/key.pem`]: KEY, [`${archive}/cert.pem`]: LEAF.pem };

  it('is in the archive, and its chain in its place', () => {
    expect(had(both)).toEqual({ key: KEY, fullchain: LEAF.pem + SUB_CERT.pem, ca: ROOT_CERT.pem });
    expect(had({})).toBeUndefined();
    expect(had({ [`${archive}/key.pem`]: KEY })).toBeUndefined();
  });

  it.each([ROOT, SUB])('is nothing without its authorities', ({ id }) => {
    const root = folderWith({}, both);
    rmSync(join(root, id, 'cert.pem'));
    expect(archivedCredentials(root, api(), byIdOf([ROOT, SUB, api()]), new Keyring())).toBeUndefined();
  });
});

describe('a key', () => {
  const PASSPHRASE = { source: { kind: 'env', name: 'PKI_TEST_PASSPHRASE' } };
  let closed: string;
  beforeAll(() => {
    process.env['PKI_TEST_PASSPHRASE'] = 'open';
    closed = String(
      LEAF.key.key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes256', passphrase: 'open' }),
    );
  });
  const keyring = () => new Keyring(new Secrets('/', { output: '.' }));

  it('is there, whatever it is', () => {
    expect(hasKey(folderWith(FILES), api())).toBe(true);
    expect(hasKey(folderWith({ 'key.pem': '' }), api())).toBe(true);
    expect(hasKey(folderWith({}), api())).toBe(false);
  });

  it('is closed where no passphrase that is stated opens it', () => {
    const isClosed = (text: string, entity: Entity) =>
      hasClosedKey(folderWith({ 'key.pem': text }), entity, keyring());
    const stated = { ...api(), passphrase: PASSPHRASE.source } as never;
    expect(isClosed(closed, stated)).toBe(false);
    process.env['PKI_TEST_PASSPHRASE'] = 'another';
    expect(isClosed(closed, stated)).toBe(true);
    // No one says that there should be one.
    expect(isClosed(closed, api())).toBe(false);
    expect(hasClosedKey(folderWith({}), stated, keyring())).toBe(false);
  });
});

it('roots are those that are there, each once, with what is still trusted of them', () => {
  const before = smallCertificate('root');
  const root = folderWith({}, { 'authorities/root/previous.pem': before.pem });
  const text = (one: SmallCertificate) => one.pem;
  expect(readRoots(root, [ROOT, SUB, api()])).toEqual([ROOT_CERT, before].map(text));
  expect(readRoots(root, [SUB, api(), anAuthority({ name: 'none' })])).toEqual([]);
  expect(readFileSync(join(root, 'authorities/root/cert.pem'), 'utf8')).toBe(ROOT_CERT.pem);
});
