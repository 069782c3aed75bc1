/**
 * The cross-certificate of a root with a new key, from an openssl that lies: none may be published but the one that was
 * asked for, the root stays what it was then, and the next run goes on.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyInventory } from '../../src/run/apply.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const work = temporaryFolder();
const base = join(work, 'base');
let made = 0;

const BEFORE = anInventory(anAuthority(), aServer({ name: 'good' }));
const AFTER = anInventory(
  anAuthority({ key: { algorithm: 'ecdsa', curve: 'P-521' } }),
  aServer({ name: 'good' }),
);

function apply(root: string, inventory = AFTER, binary = 'openssl') {
  const consents = new Set(['rekey-ca'] as const);
  return applyInventory(inventory, { root, binary, clock: () => NOW, processes: 2, consents });
}

beforeAll(async () => {
  await apply(base, BEFORE);
});

function liar(lie: string): string {
  const path = join(work, `liar-${++made}`);
  const text = `#!/bin/sh
case "$*" in *cross.pem*) ;; *) exec openssl "$@" ;; esac
stage=$(echo .pki/stage/*/authorities.root)
call() { openssl "$@"; }
${lie}
exit 0
`;
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

const edited = (script: string): string => `sed '${script}' | call "$@"`;

describe('an openssl that lies about a cross-certificate', () => {
  it.each<[string, string, RegExp]>([
    ['makes none', '', /did not make ".*cross\.pem"/],
    ['makes a leaf', edited('s/CA:TRUE/CA:FALSE/'), /basicConstraints/],
    ['gives it a path length', edited('s/CA:TRUE/CA:TRUE,pathlen:0/'), /pathLength is 0, not none/],
    [
      'leaves out who signed',
      edited('s/^authorityKeyIdentifier = .*/authorityKeyIdentifier = none/'),
      /authorityKeyIdentifier is none/,
    ],
    ['adds an extension', edited('s/^\\[extensions\\]/&\\nnsComment = x/'), /the extensions are/],
    [
      'signs it with the new key',
      'openssl x509 -req -in $stage/csr.pem -signkey $stage/key.pem -out $stage/cross.pem',
      /not signed by its issuer/,
    ],
    ['gives the old root', 'cp authorities/root/cert.pem $stage/cross.pem', /is for another key/],
    ['leaves it empty', ': >$stage/cross.pem', /empty/],
  ])('%s', async (_, lie, problem) => {
    const root = join(work, `${++made}`);
    cpSync(base, root, { recursive: true });
    const cert = readFileSync(join(root, 'authorities/root/cert.pem'));
    const issued = readLedger(root).length;
    const result = await apply(root, AFTER, liar(lie));
    expect(result).toMatchObject({
      kind: 'done',
      execution: { failures: [{ entity: 'authorities/root', problem: expect.stringMatching(problem) }] },
    });
    expect(readFileSync(join(root, 'authorities/root/cert.pem'))).toEqual(cert);
    expect(existsSync(join(root, 'authorities/root/previous.pem'))).toBe(false);
    expect(readLedger(root)).toHaveLength(issued);
    expect(await apply(root)).toMatchObject({ kind: 'done', execution: { failures: [] } });
    expect(await apply(root)).toMatchObject({ kind: 'nothing' });
  });
});
