/** What verify cannot play is said with its reason, and is no failure. */
import { expect, it } from 'vitest';
import { aRequest, folderWith, typed } from '../commands/typed.ts';

const MANIFEST = `version: 1
authorities: { root: { commonName: Root CA } }
servers:
  locked: { commonName: locked.example.test, passphrase: env:PASS }
  away: { commonName: away.example.test, request: away.csr, outputs: [cert] }
`;

it('a key under a passphrase, and one that is elsewhere, are named beside what is verified', async () => {
  const folder = folderWith({ 'pki.yaml': MANIFEST, 'away.csr': aRequest('/CN=away.example.test') });
  const made = await typed(folder, ['apply', '--skip-verify', '--engine', 'node'], {
    PASS: 'hush-hush-0e7c',
  });
  expect(made.code, made.stderr).toBe(0);
  const { code, stdout, stderr } = await typed(folder, ['verify', '--json']);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).handshakes.skipped).toEqual([
    {
      server: 'servers/away',
      check: 'pair',
      reason: expect.stringContaining('key is elsewhere ("request")'),
    },
    { server: 'servers/locked', check: 'pair', reason: expect.stringContaining('under a passphrase') },
  ]);
});
