/** What is published of an entity: what was asked for, each file with the rights that it is to have, and nothing beside. */
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith, typed } from '../commands/typed.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, crl: true, outputs: [key, cert, crl-der] }
  services: { commonName: Services, issuer: root, crl: true }
servers:
  api: { commonName: api.test, issuer: services, outputs: [key, cert, der, pkcs7, public, crls, combined] }
`;

/** Mode by path. */
function modesIn(folder: string): Readonly<Record<string, string>> {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  const paths = all.flatMap((one) => (one.isFile() ? [join(one.parentPath, one.name)] : []));
  const ours = paths.map((path) => path.slice(folder.length + 1)).filter((path) => !path.startsWith('.'));
  const modes = ours.sort().map((path) => [path, (statSync(join(folder, path)).mode & 0o777).toString(8)]);
  return Object.fromEntries(modes);
}

const MODES = {
  'authorities/root/cert.pem': '644',
  'authorities/root/crl.der': '644',
  'authorities/root/crl.pem': '644',
  'authorities/root/key.pem': '600',
  'authorities/services/ca.pem': '644',
  'authorities/services/cert.pem': '644',
  'authorities/services/crl.pem': '644',
  'authorities/services/csr.pem': '644',
  'authorities/services/fullchain.pem': '644',
  'authorities/services/key.pem': '600',
  'servers/api/cert.der': '644',
  'servers/api/cert.pem': '644',
  'servers/api/chain.p7b': '644',
  'servers/api/combined.pem': '600',
  'servers/api/crls.pem': '644',
  'servers/api/key.pem': '600',
  'servers/api/public.pem': '644',
};

/** What holds a key or, in DER, may hold one; and the certificate. */
const KEPT = ['cert.der', 'cert.pem', 'combined.pem', 'key.pem'];

it.each([
  ['openssl', 0o000],
  ['openssl', 0o022],
  ['openssl', 0o077],
  ['node', 0o000],
  ['node', 0o077],
])('by %s, whatever the umask: %i', async (engine, mask) => {
  const folder = folderWith({ 'pki.yaml': MANIFEST });
  const run = (...args: readonly string[]) => typed(folder, [...args, '--skip-verify', '--engine', engine]);
  const before = process.umask(mask);
  try {
    const made = await run('apply');
    expect(made.code, made.stderr).toBe(0);
    expect(modesIn(join(folder, 'pki'))).toEqual(MODES);
    const again = await run('rotate', 'servers/api', 'root', '--allow', 'rekey-ca');
    expect(again.code, again.stderr).toBe(0);
    // Of what can be made again no copy is kept.
    const archive = join(folder, 'pki/.pki/archive/servers/api');
    const kept = readdirSync(archive, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(kept.map(({ name }) => name).sort()).toEqual(KEPT);
  } finally {
    process.umask(before);
  }
  // What a rollover takes beside: both roots, the list of the former one, and the way from the new root to the old.
  const more = ['root/previous.pem', 'root/former-crls.pem', 'services/chain.pem'];
  const added = Object.fromEntries(more.map((name) => [`authorities/${name}`, '644']));
  expect(modesIn(join(folder, 'pki'))).toEqual({ ...MODES, ...added });
});

it.each(['openssl', 'node'])(
  'modes that others changed are set right where the files are, with %s',
  async (engine) => {
    const folder = folderWith({ 'pki.yaml': MANIFEST });
    const run = () => typed(folder, ['apply', '--skip-verify', '--engine', engine]);
    expect(await run()).toMatchObject({ code: 0 });
    const wrong = ['key.pem', 'combined.pem'].map((name) => join(folder, 'pki/servers/api', name));
    const seen = () => wrong.map((path) => [statSync(path).ino, (statSync(path).mode & 0o777).toString(8)]);
    const before = seen();
    for (const path of wrong) chmodSync(path, 0o646);
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^applied: /m) });
    expect(seen()).toEqual(before);
    expect(before.map(([, mode]) => mode)).toEqual(['600', '600']);
  },
);
