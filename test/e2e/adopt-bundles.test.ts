// Certificates that are only in bundles: each is named with what takes it out, and that is enough.
import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runPki } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { adoptAndApply, found, leftOut, run } from './adopting.ts';
import { CA, type Files, leaf, Workshop } from './handmade.ts';

const A: Files = { key: 'a.key', cert: 'a.crt' };
const B: Files = { key: 'b.key', cert: 'b.crt' };

/** Two roots with a server below each. */
async function twoRoots(): Promise<Workshop> {
  const shop = new Workshop();
  for (const files of [A, B]) {
    const name = files.cert.slice(0, 1);
    await shop.root(files, { subject: `/CN=Root ${name}`, extensions: CA, days: 3000 });
    const extensions = leaf('serverAuth', `DNS:${name}.test`);
    const server = { key: `web-${name}.key`, cert: `web-${name}.crt` };
    await shop.signed(server, { subject: `/CN=${name}.test`, extensions, days: 90 }, files);
  }
  return shop;
}

/** Runs what the hints say, into files of these names by subject. */
async function follow(shop: Workshop, names: Readonly<Record<string, string>>): Promise<void> {
  const { leftOut: all } = await found(shop.folder);
  for (const { subject, why } of all) {
    const name = names[subject ?? ''];
    const command = /"(.*)", and adopt again$/.exec(why.hint ?? '')?.[1];
    if (name !== undefined && command !== undefined)
      await run('sh', ['-c', command.replace(/CERT$/, name)], shop.certs);
  }
}

const conforming = async (shop: Workshop) =>
  (await found(shop.folder)).entities.map(({ id, conforms }) => [id, conforms]);

it.each([
  ['plain', false],
  ['with text between them, and lines that end with CRLF', true],
])('authorities with their keys, in one bundle: %s', async (_, isOdd) => {
  const shop = await twoRoots();
  const first = isOdd ? await openssl(['x509', '-in', shop.path(A.cert), '-text']) : shop.read(A.cert);
  const bundle = `${first}${shop.read(B.cert)}`;
  shop.put('ca-bundle.pem', isOdd ? bundle.replaceAll('\n', '\r\n') : bundle);
  for (const { cert } of [A, B]) rmSync(shop.path(cert));
  const before = await runPki(['adopt', 'certs'], { cwd: shop.folder });
  expect(before.code).toBe(1);
  expect(before.stderr).toContain(
    '"ca-bundle.pem" and "a.key" (CN=Root a), "ca-bundle.pem" and "b.key" (CN=Root b):',
  );
  expect(before.stderr).toContain('pki: error: nothing of "certs" can be adopted as it is\n');
  await follow(shop, { 'CN=Root a': A.cert, 'CN=Root b': B.cert });
  await adoptAndApply(shop.folder, {}, { prove: false });
});

it('an authority beside an encrypted key lacks a file of its own, and no way to open it', async () => {
  const shop = await twoRoots();
  shop.put('b.pem', shop.read(A.cert) + shop.read(B.cert));
  const locked = await openssl(['pkey', '-in', shop.path(B.key), '-aes256', '-passout', 'pass:secret']);
  shop.put(B.key, locked);
  rmSync(shop.path(B.cert));
  expect(leftOut(await found(shop.folder))).toEqual({ 'b.pem': 'bundle', 'web-b.crt': 'issuer-left-out' });
  await follow(shop, { 'CN=Root b': B.cert });
  expect(await conforming(shop)).toEqual([
    ['authorities/a', true],
    ['authorities/b', true],
    ['servers/web-a', true],
    ['servers/web-b', true],
  ]);
});

it('an authority whose key is elsewhere, in a bundle: its file is all that its server lacks', async () => {
  const shop = await twoRoots();
  shop.put('all.pem', shop.read(A.cert) + shop.read(B.cert));
  for (const path of [B.key, B.cert]) rmSync(shop.path(path));
  await follow(shop, { 'CN=b.test': 'elsewhere.crt' });
  const { entities } = await found(shop.folder);
  expect(entities.map(({ id, notes }) => [id, notes.map(({ kind }) => kind)])).toEqual([
    ['authorities/a', []],
    ['authorities/elsewhere', ['offline']],
    ['servers/web-a', []],
    ['servers/web-b', []],
  ]);
});

it('one that cannot be read is no place to count from', async () => {
  const shop = await twoRoots();
  const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  shop.put('b.crt', damaged + shop.read(B.cert));
  const { leftOut: all } = await found(shop.folder);
  expect(all[0]?.why).toMatchObject({
    kind: 'bundle',
    hint: 'copy it out of "b.crt" into a file of its own, and adopt again',
  });
});

it('a cross-certificate in bundles with its server is taken out of one, and the others are copies', async () => {
  const shop = await twoRoots();
  const cross = { key: B.key, cert: 'cross.crt' };
  const extensions = [...CA, 'authorityKeyIdentifier = keyid'];
  await shop.signed(cross, { subject: '/CN=Root b', extensions, sameKey: true, days: 900 }, A);
  const bundle = shop.read('web-b.crt') + shop.read('cross.crt');
  shop.put('one.pem', bundle);
  shop.put('other.pem', bundle);
  rmSync(shop.path('cross.crt'));
  const { leftOut: all } = await found(shop.folder);
  expect(all.map(({ paths, why }) => [paths, why.kind])).toEqual([[['one.pem', 'other.pem'], 'bundle']]);
  await follow(shop, { 'CN=Root b': 'cross.crt' });
  expect((await conforming(shop)).map(([id]) => id)).toContain('authorities/b@a');
  const text =
    'a bundle of 2 certificates, with copies of "web-b.crt" and "cross.crt", which will not change with them';
  expect((await found(shop.folder)).leftOut.map(({ paths, why }) => [paths, why.text])).toEqual([
    [['one.pem'], text],
    [['other.pem'], text],
  ]);
});

it('two servers with one key are two, and a certificate that cannot be read is named with its key', async () => {
  const shop = await twoRoots();
  const other = {
    subject: '/CN=other.test',
    extensions: leaf('serverAuth', 'DNS:other.test'),
    sameKey: true,
  };
  await shop.signed({ key: 'web-a.key', cert: 'other.crt' }, other, A);
  shop.put('web-b.crt', `\ufeff${shop.read('web-b.crt')}`);
  const { leftOut: all } = await found(shop.folder);
  expect(all.map(({ paths, why }) => [paths[0], why.text])).toEqual([
    ['other.crt', 'for the key of "web-a.crt", and two entities cannot write one file'],
    ['web-b.crt', 'has a byte order mark in line 1, which not every program reads'],
    ['web-b.key', 'a private key whose certificate may be in "web-b.crt", which was not read'],
  ]);
});
