// A request that openssl leaves half-made, as on a full disk: the user's to put right, and nothing is lost by it.
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Project, stateOf } from './project.ts';

const manifest = (root: string): string => `version: 1
authorities:
  root: { commonName: Mint Root${root} }
  press: { commonName: Mint Press, issuer: root }
`;

it('is an error with a way out, and asked for again', async () => {
  const project = new Project(manifest(''));
  await project.apply();
  renameSync(join(project.out, 'authorities/root/key.pem'), join(project.folder, 'root-key.pem'));
  project.write(manifest(', key: offline').replace('Mint Press', 'Mint Press 2'));
  const broken = join(project.folder, 'openssl');
  const lines = [
    '#!/bin/sh',
    'openssl "$@" || exit',
    'while [ $# -gt 0 ]; do case $1$2 in -out*csr.pem) : > "$2" ;; esac; shift; done',
  ];
  writeFileSync(broken, `${lines.join('\n')}\n`);
  chmodSync(broken, 0o755);
  const before = stateOf(join(project.out, 'authorities'));
  const run = await project.pki(['request', 'asked'], { env: { PKI_OPENSSL: broken } });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^pki: error: "authorities\/press": could not make key and request: .* empty/m);
  expect(run.stderr).toContain(
    'pki: hint: fix the cause and run "pki request" again; what was there stays as it was\n',
  );
  expect(stateOf(join(project.out, 'authorities'))).toEqual(before);
  expect(await project.pki(['request', 'asked'])).toMatchObject({ code: 0 });
});
