// A manifest that is a link: to a file of its folder it is one like any other, and what else it leads to is never shown.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI, runPki, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const MANIFEST = 'version: 1\nauthorities: { root: { commonName: Root } }\n';

/** A folder with files in it, and links (those whose content begins with `->`). */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content.startsWith('->')) symlinkSync(content.slice(2), path);
    else writeFileSync(path, content);
  }
  return folder;
}

const COMMANDS = ['validate', 'plan', 'apply', 'verify', 'status'];

describe('a link in the folder', () => {
  it('as Kubernetes mounts a file', async () => {
    const cwd = folderOf({
      '..2026_11_23/pki.yaml': MANIFEST,
      '..data': '->..2026_11_23',
      'pki.yaml': '->..data/pki.yaml',
    });
    for (const command of ['validate', 'plan'])
      expect(await runPki([command], { cwd })).toMatchObject({ code: 0, stderr: '' });
    const run = await runPki(['apply', '--skip-verify', join(cwd, 'pki.yaml')]);
    expect(run).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, 'pki/authorities/root/cert.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
  });

  it('to another name, by way of others, absolute, and seen through a linked folder', async () => {
    const cwd = folderOf({ 'config/pki.yml': MANIFEST, 'pki.yaml': '->a', a: '->config/pki.yml' });
    symlinkSync(join(cwd, 'a'), join(cwd, 'b.yaml'));
    symlinkSync(cwd, join(cwd, 'here'));
    for (const name of ['pki.yaml', 'b.yaml', 'here/pki.yaml', './config/../b.yaml'])
      expect(await runPki(['validate', name], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  it('to what is no manifest: nothing of it is shown, by any command', async () => {
    const cwd = folderOf({ '.env': 'USER=u\nPASSWORD=hunter2\n', 'ca.yaml': '->ca.key' });
    symlinkSync('.env', join(cwd, 'pki.yaml'));
    opensslSync(['genpkey', '-algorithm', 'ED25519', '-out', 'ca.key'], cwd);
    const secret = readFileSync(join(cwd, 'ca.key'), 'utf8').split('\n')[1]?.slice(0, 20) ?? '';
    for (const command of COMMANDS) {
      for (const name of ['pki.yaml', 'ca.yaml']) {
        const { code, stdout, stderr } = await runPki([command, name], { cwd });
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain(
          `pki: error: ${name}:1:1: this is not a manifest, so nothing of it is shown\n`,
        );
        for (const part of ['hunter2', secret]) expect(stderr).not.toContain(part);
      }
    }
  });
});

describe('a link out of the folder is refused', () => {
  it.each([
    ['to a file beside it', '->../other.yaml'],
    ['to an account file', '->/etc/passwd'],
    ['by way of a folder', '->out/other.yaml'],
    ['to what is piped in', '->/dev/stdin'],
  ])('%s', async (_, target) => {
    const cwd = folderOf({ 'other.yaml': MANIFEST, 'repository/pki.yaml': target, 'repository/out': '->..' });
    const folder = join(cwd, 'repository');
    for (const command of COMMANDS) {
      for (const [name, from] of [
        ['pki.yaml', folder],
        ['repository/pki.yaml', cwd],
      ] as const) {
        const { code, stderr } = await runPki([command, name], { cwd: from, input: MANIFEST });
        expect(code).toBe(1);
        expect(stderr).toMatch(
          new RegExp(`^pki: error: "${name}" is a link that leads out of its folder, to "/`),
        );
      }
    }
  });

  it('and one that leads nowhere is missing', async () => {
    const cwd = folderOf({ 'pki.yaml': '->../gone.yaml' });
    const { code, stderr } = await runPki(['plan'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('there is no manifest "pki.yaml"');
  });
});

it('what a shell gives as a file is read', async () => {
  const cwd = folderOf({ 'm.yaml': MANIFEST });
  const env = { NODE: process.execPath, CLI };
  for (const script of [
    '"$NODE" "$CLI" validate /dev/stdin < m.yaml',
    'exec 7<m.yaml; "$NODE" "$CLI" validate /dev/fd/7',
  ])
    expect(await runProgram('/bin/sh', ['-c', script], { cwd, env })).toMatchObject({ code: 0, stderr: '' });
});
