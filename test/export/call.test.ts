/** The calls to OpenBao and Vault that the scripts share, against programs that write down how they were called. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CALL_LINES } from '../../src/export/vault/call.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const folder = temporaryFolder();
const programs = join(folder, 'bin');
mkdirSync(programs);
for (const name of ['bao', 'curl']) {
  // The configuration that curl reads is all that may have the token.
  const read = name === 'curl' ? `printf '<%s>' "$(cat)"` : ':';
  writeFileSync(
    join(programs, name),
    `#!/bin/sh\n{ printf '%s' "${name}"; printf ' [%s]' "$@"; ${read}; echo; } >&2\nprintf '%s\\n' '{"data":{"csr":"a\\nb"}}'\n`,
  );
  chmodSync(join(programs, name), 0o755);
}

function call(
  line: string,
  env: Record<string, string>,
): { readonly said: string; readonly calls: readonly string[] } {
  const script = ['set -eu', ...CALL_LINES, line].join('\n');
  const run = spawnSync('/bin/sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${programs}:/usr/bin:/bin`, ...env },
  });
  return { said: run.stdout, calls: run.stderr.split('\n').filter((text) => text !== '') };
}

const CURL = { PKI_VAULT: 'curl', VAULT_TOKEN: 't-1', VAULT_ADDR: 'https://vault.test' };
const FIXED = '[--disable] [--config] [-] [--silent] [--show-error] [--fail] [--request]';
const TOKEN = '<header = "X-Vault-Token: t-1">';

it.each<[string, string, Record<string, string>, string, string]>([
  [
    'curl sends data',
    'send pki/roles/a data.json',
    CURL,
    '',
    `curl ${FIXED} [POST] [--data-binary] [@data.json] [https://vault.test/v1/pki/roles/a]${TOKEN}`,
  ],
  [
    'by the authority that is stated',
    'send a f',
    { ...CURL, VAULT_CACERT: 'ca.pem' },
    '',
    `curl ${FIXED} [POST] [--data-binary] [@f] [--cacert] [ca.pem] [https://vault.test/v1/a]${TOKEN}`,
  ],
  [
    'of which that of OpenBao comes first',
    'send a f',
    { ...CURL, VAULT_CACERT: 'no', BAO_CACERT: 'b.pem', BAO_ADDR: 'https://bao.test', BAO_TOKEN: 't-1' },
    '',
    `curl ${FIXED} [POST] [--data-binary] [@f] [--cacert] [b.pem] [https://bao.test/v1/a]${TOKEN}`,
  ],
  [
    'curl reads a field, its lines apart',
    'field a f csr',
    CURL,
    'a\nb\n',
    `curl ${FIXED} [POST] [--data-binary] [@f] [https://vault.test/v1/a]${TOKEN}`,
  ],
  ['bao sends data', 'send a f', { PKI_VAULT: 'bao' }, '', 'bao [write] [a] [@f]'],
  ['bao comes first where none is named', 'send a f', {}, '', 'bao [write] [a] [@f]'],
])('%s', (_, line, env, said, expected) => {
  expect(call(line, env)).toEqual({ said, calls: [expected] });
});

it('a token that is not set ends it, and is named', () => {
  expect(call('send a f', { PKI_VAULT: 'curl' }).calls.join()).toMatch(/VAULT_TOKEN.*is not set/);
});
