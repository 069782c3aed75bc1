// `pki revoke`: the edit of the manifest is shown, made on demand, and what apply then does is what it says.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CLI, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { Project, put } from './project.ts';

const MANIFEST = `# Who has what.
version: 1
authorities:
  root: { commonName: Root, key: ecdsa-p256, crl: true } # the only one
clients:
  ann: { commonName: ann } # left in May
  bob:
    # two laptops
    commonName: bob
`;

it('shows an edit, makes it with --write, and apply lists what it says', async () => {
  const project = new Project(MANIFEST);
  await project.apply();
  const manifest = join(project.folder, 'pki.yaml');
  chmodSync(manifest, 0o640);
  const shown = await project.pki(['revoke', 'ann', '--reason', 'keyCompromise']);
  expect(shown).toEqual({
    code: 0,
    stdout: `pki.yaml:6
-   ann: { commonName: ann } # left in May
+   ann: { revoked: keyCompromise, commonName: ann } # left in May
`,
    stderr:
      'pki: hint: nothing is written yet: "--write" makes this edit in pki.yaml, with all else in it as it is\n',
  });
  expect(readFileSync(manifest, 'utf8')).toBe(MANIFEST);
  expect(await project.pki(['revoke', 'clients/ann', '--reason', 'keyCompromise', '--write'])).toMatchObject({
    code: 0,
    stdout: shown.stdout,
  });
  const once = MANIFEST.replace('ann: {', 'ann: { revoked: keyCompromise,');
  expect(readFileSync(manifest, 'utf8')).toBe(once);
  expect(await project.pki(['revoke', 'bob', '--write'])).toMatchObject({
    code: 0,
    stdout: 'pki.yaml:9\n+     revoked: true\n',
  });
  expect(readFileSync(manifest, 'utf8')).toBe(
    once.replace('    commonName: bob', '    revoked: true\n    commonName: bob'),
  );
  expect(statSync(manifest).mode & 0o777).toBe(0o640);
  expect(readdirSync(project.folder).sort()).toEqual(['pki', 'pki.yaml']);
  await project.applyByCommand('--allow', 'revoke');
  const list = await openssl(['crl', '-in', project.path('authorities/root/crl.pem'), '-noout', '-text']);
  expect(list.match(/Serial Number/g)).toHaveLength(2);
  expect(list.match(/Key Compromise/g)).toHaveLength(1);
  expect(existsSync(project.path('clients/ann'))).toBe(false);
  expect(await project.actions()).toEqual({});
  const again = await project.pki(['revoke', 'ann', '--reason', 'keyCompromise', '--write']);
  expect(again).toMatchObject({ code: 0, stdout: '' });
});

it('writes nothing that would be no manifest, and nothing for what is not there', async () => {
  const project = new Project(MANIFEST.replace(', crl: true', ''));
  const manifest = join(project.folder, 'pki.yaml');
  const before = readFileSync(manifest, 'utf8');
  for (const [args, problem] of [
    [['ann'], /"ann" is revoked, and .*|no list/],
    [['root'], /is a root, and no list revokes one/],
    [['carl'], /nothing in the manifest is called "carl"/],
    [['ann', '--reason', 'true, commonName: eve'], /is no reason/],
    [['ann', '--reason', 'certificateHold'], /nothing is revoked for "certificateHold"/],
  ] as const) {
    const run = await project.pki(['revoke', ...args, '--write']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(problem);
    expect(run.stderr).toMatch(/^pki: hint: /m);
  }
  expect(readFileSync(manifest, 'utf8')).toBe(before);
});

it('a manifest behind a link of its folder stays behind it, and a text from a pipe is not written', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'real'));
  put(join(folder, 'real/pki.yaml'), MANIFEST);
  symlinkSync('real/pki.yaml', join(folder, 'pki.yaml'));
  const project = new Project(MANIFEST, { folder });
  expect(await project.pki(['revoke', 'ann', '--write'])).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'real/pki.yaml'), 'utf8')).toContain('ann: { revoked: true,');
  expect(readdirSync(folder).sort()).toEqual(['pki.yaml', 'real']);
  const script = 'cat pki.yaml | "$NODE" "$CLI" revoke ann --write -m /dev/stdin';
  const env = { NODE: process.execPath, CLI };
  const piped = await runProgram('/bin/sh', ['-c', script], { cwd: folder, env });
  expect(piped.code).toBe(1);
  expect(piped.stderr).toMatch(/^pki: error: "\/dev\/stdin" is no file that could be written/m);
});
