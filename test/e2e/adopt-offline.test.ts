// Folders in which authorities' keys are missing, because they are kept elsewhere: adopted, renewed, and left as they were.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runPki } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { adoptAndApply, found, leftOut } from './adopting.ts';
import { CA, type Files, leaf, Workshop } from './handmade.ts';

const ROOT: Files = { key: 'ca.key', cert: 'ca.crt' };
const SUB: Files = { key: 'sub.key', cert: 'sub.crt' };
const WEB: Files = { key: 'web.key', cert: 'web.crt' };

/** A root, an authority below it, a server below that. The keys that are named go to another folder. */
async function folderWithout(...keys: readonly string[]): Promise<Workshop> {
  const shop = new Workshop();
  await shop.root(ROOT, { subject: '/CN=Vault Root', extensions: CA, days: 3650 });
  const authority = [...CA, 'authorityKeyIdentifier = keyid:always'];
  await shop.signed(SUB, { subject: '/CN=Vault Sub', extensions: authority, days: 730 }, ROOT);
  const extensions = leaf('serverAuth', 'DNS:web.test');
  await shop.signed(WEB, { subject: '/CN=web.test', extensions, days: 90 }, SUB);
  for (const key of keys) renameSync(shop.path(key), join(shop.folder, key));
  return shop;
}

it('a root that is offline: its intermediate goes on, and asks for what only the root can sign', async () => {
  const shop = await folderWithout('ca.key');
  const { project, manifest, adoption } = await adoptAndApply(shop.folder, {});
  expect(adoption.entities.map(({ id }) => id)).toEqual(['authorities/ca', 'authorities/sub', 'servers/web']);
  expect(manifest).toContain('commonName: Vault Root\n    key: offline\n');

  const web = shop.read('web.crt');
  expect(await project.pki(['rotate', 'web', '--skip-verify'])).toMatchObject({ code: 0 });
  expect(shop.read('web.crt')).not.toBe(web);

  project.write(manifest.replace('commonName: Vault Sub', 'commonName: Vault Sub\n    pathLength: 0'));
  const plan = await project.pki(['plan']);
  expect(plan.stdout).toContain(
    'waits for authorities/ca, whose key is offline; until then its certificate stays',
  );
  const [root, sub] = [shop.read('ca.crt'), shop.read('sub.crt')];
  expect(await project.pki(['request', 'usb'])).toMatchObject({ code: 0 });
  expect(await project.pki(['sign', 'usb', '--key', '../ca.key', '--yes'].map(inFolder))).toMatchObject({
    code: 0,
  });
  expect(await project.pki(['import', 'usb'])).toMatchObject({ code: 0 });
  expect([shop.read('ca.crt'), shop.read('sub.crt') === sub]).toEqual([root, false]);
  expect((await project.plan()).due).toBe(false);
  expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
});

function inFolder(argument: string): string {
  return argument.replace('../', '');
}

it('what issued a host’s certificate: all stays, and what is due waits', async () => {
  const shop = await folderWithout('ca.key', 'sub.key');
  const { project } = await adoptAndApply(shop.folder, {});
  const later = new Date(Date.now() + 80 * 86_400_000).toISOString();
  const plan = await project.pki(['plan', '--now', later]);
  expect(plan.stdout).toMatch(/\? servers\/web +wait +expires in/);
  expect(plan.stdout).toContain('waits for authorities/sub, whose key is offline');
  const end = await project.pki(['plan', '--now', '2050-01-01T00:00:00Z']);
  expect(end.stdout).toContain('hint: make it there, and put it in place as "ca.crt"\n');
});

it('certificates of authorities alone are no PKI, and a key that cannot be read is not elsewhere', async () => {
  const shop = await folderWithout('ca.key', 'sub.key', 'web.key');
  const run = await runPki(['adopt', 'certs'], { cwd: shop.folder });
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toContain('error: "certs" holds no authority with its key');
  const other = await folderWithout('ca.key');
  other.put('ca.key', '-----BEGIN TSS2 PRIVATE KEY-----\nMIIB\n-----END TSS2 PRIVATE KEY-----\n');
  expect(leftOut(await found(other.folder))).toMatchObject({
    'ca.crt': 'foreign-key',
    'sub.crt': 'issuer-left-out',
    'web.crt': 'issuer-left-out',
  });
});

it('the key beside it is that of the server, which stays the server’s', async () => {
  const shop = new Workshop();
  await shop.root(ROOT, { subject: '/CN=Dock Root', extensions: CA, days: 3650 });
  const extensions = leaf('serverAuth', 'DNS:dock.test');
  // As docker has it, below ~/.docker.
  const dock: Files = { key: 'key.pem', cert: 'cert.pem' };
  await shop.signed(dock, { subject: '/CN=dock.test', extensions, days: 90 }, ROOT);
  await openssl(['pkey', '-in', shop.path('ca.key'), '-pubout', '-out', shop.path('ca.pub')]);
  renameSync(shop.path('ca.key'), join(shop.folder, 'ca.key'));
  const { project, manifest, adoption } = await adoptAndApply(shop.folder, {});
  expect(leftOut(adoption)).toEqual({ 'ca.pub': 'public-key' });
  const key = shop.read('key.pem');
  project.write(manifest.replace('commonName: dock.test', '$&\n    san: [dock.test, www.dock.test]'));
  for (const args of [
    ['request', 'usb'],
    ['sign', 'usb', '--key', 'ca.key', '--yes'],
    ['import', 'usb'],
    ['apply'],
  ])
    expect(await project.pki(args)).toMatchObject({ code: 0 });
  expect(shop.read('key.pem')).toBe(key);
  expect(await project.due()).toEqual([]);
  const server = new X509Certificate(shop.read('cert.pem')).publicKey.export({ format: 'der', type: 'spki' });
  const known = readFileSync(join(shop.certs, '.pki/authorities.json'), 'utf8');
  expect(known).not.toContain(createHash('sha256').update(server).digest('hex'));
});

it('below an authority without key identifier nothing is asked for, before it has one', async () => {
  const shop = new Workshop();
  const extensions = CA.filter((line) => !line.startsWith('subjectKeyIdentifier'));
  await shop.root(ROOT, {
    subject: '/CN=Bare Root',
    extensions: [...extensions, 'subjectKeyIdentifier = none'],
  });
  const server = leaf('serverAuth', 'DNS:web.test').filter((line) => !line.startsWith('authorityKey'));
  await shop.signed(WEB, { subject: '/CN=web.test', extensions: server, days: 90 }, ROOT);
  renameSync(shop.path('ca.key'), join(shop.folder, 'ca.key'));
  expect((await runPki(['adopt', 'certs', '--write', 'pki.yaml'], { cwd: shop.folder })).code).toBe(0);
  const run = await runPki(['request', 'usb'], { cwd: shop.folder });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain('requested: nothing');
});
