// Roots that got another key: by this program, whose manifest is lost, or by hand.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runPki, snapshot } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { adoptAndApply, found, leftOut } from './adopting.ts';
import { CA, type Files, leaf, Workshop } from './handmade.ts';

const NEW: Files = { key: 'ca.key', cert: 'ca.crt' };
const OLD: Files = { key: 'old/ca.key', cert: 'old/ca.crt' };

const MANIFEST = `version: 1
output: shop
authorities:
  root: { commonName: Till Root }
  sub: { commonName: Till Issuing, issuer: root }
servers:
  till: { commonName: till.test, issuer: sub }
  safe: { commonName: safe.test, issuer: root }
`;

it('a folder of ours whose root was rolled over is described as it is, and stays so', async () => {
  const folder = temporaryFolder();
  const pki = async (...args: readonly string[]) => {
    const run = await runPki(args, { cwd: folder });
    expect(run.code, run.stderr).toBe(0);
    return run.stdout;
  };
  writeFileSync(join(folder, 'pki.yaml'), MANIFEST);
  await pki('apply', '--skip-verify');
  await pki('rotate', 'root', '--allow', 'rekey-ca', '--skip-verify');
  for (const lost of ['pki.yaml', 'shop/.pki']) rmSync(join(folder, lost), { recursive: true });
  const before = snapshot(join(folder, 'shop'));
  await pki('adopt', 'shop', '--write', 'pki.yaml');
  expect(await pki('plan')).toContain('plan: 4 unchanged, nothing to do\n');
  await pki('apply', '--quiet');
  expect(snapshot(join(folder, 'shop'))).toMatchObject(before);
});

it('a bundle in which another authority has the name of the root keeps all of its trust', async () => {
  const shop = new Workshop();
  await shop.root(OLD, { subject: '/CN=Till Root', extensions: CA });
  await shop.root(NEW, { subject: '/CN=Till Root', extensions: CA });
  const till = { key: 'till/till.key', cert: 'till/till.crt' };
  await shop.signed(till, { subject: '/CN=till.test', extensions: leaf('serverAuth', 'DNS:till.test') }, NEW);
  const bundle = shop.read(NEW.cert) + shop.read(OLD.cert);
  rmSync(shop.path('old'), { recursive: true });
  shop.put('till/ca.crt', bundle);
  expect(leftOut(await found(shop.folder))).toEqual({ 'till/ca.crt': 'no-key' });
  await adoptAndApply(shop.folder, {}, { prove: false });
  expect(shop.read('till/ca.crt')).toBe(bundle);
});
