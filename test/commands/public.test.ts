// A look at public files alone, where some keys are elsewhere: that no key was looked at makes nothing due.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../helpers/openssl.ts';
import { aRequest, folderWith, typed } from './typed.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root CA }
  corp: { certificate: corp.pem, crossSignedBy: [root] }
  vault: { commonName: Vault CA, key: offline }
servers:
  api: { commonName: api, san: [localhost], issuer: root }
  away: { commonName: away, san: [localhost], issuer: root, request: away.csr, outputs: [cert] }
`;

let folder: string;

beforeAll(async () => {
  const files = { 'corp.pem': selfSigned('/CN=Corp').cert, 'away.csr': aRequest('/CN=away') };
  folder = folderWith({ 'pki.yaml': MANIFEST, ...files });
  const made = await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  expect(made.stdout, made.stderr).toMatch(/created/);
});

it('what is due and what is said of it is the same with keys in sight and without', async () => {
  const seen = await typed(folder, ['plan']);
  const unseen = await typed(folder, ['plan', '--public']);
  expect(unseen).toEqual(seen);
});

it('another request is seen, which is public', async () => {
  writeFileSync(join(folder, 'away.csr'), aRequest('/CN=away'));
  const { stdout } = await typed(folder, ['plan', '--public']);
  expect(stdout).toMatch(/^± servers\/away +rekey /m);
  expect(stdout).toMatch(/^plan: 1 to re-key, /m);
});
