// `pki export`: the folder that it writes, and whose files it leaves alone.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changedPaths, mode, Project, put, stateOf } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, key: rsa-2048 }
  services: { commonName: Services, issuer: root, pathLength: 0 }
servers:
  api: { commonName: api.example.test, issuer: services }
  odd: { commonName: odd.example.test, issuer: services, key: ed448 }
`;
const WITH_WEB = `${MANIFEST}  web: { commonName: web.example.test, issuer: services }\n`;

const folderOf = (project: Project): string => join(project.folder, 'export/vault');
const exportOf = (project: Project, ...args: readonly string[]) => project.pki(['export', 'vault', ...args]);

describe('pki export', () => {
  it('writes files with their modes, says what is left out, and a second time changes nothing', async () => {
    const project = new Project(MANIFEST);
    const first = await exportOf(project);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^export\/vault: \d+ files written, for OpenBao or Vault\n$/);
    expect(first.stderr).toBe(
      'pki: warning: servers/odd: OpenBao or Vault has no keys of the kind ed448\n' +
        'pki: hint: "export/vault/README.md" has the commands that follow\n',
    );
    const folder = folderOf(project);
    expect(mode(join(folder, 'setup.sh'))).toBe('0755');
    expect(mode(join(folder, 'roles/servers-api.json'))).toBe('0644');
    const before = stateOf(project.folder);
    const second = await exportOf(project);
    expect(second.stdout).toMatch(/^export\/vault: nothing to do, \d+ files for OpenBao or Vault\n$/);
    expect(stateOf(project.folder)).toEqual(before);
  });

  it('follows the manifest, and removes only what it wrote', async () => {
    const project = new Project(WITH_WEB);
    await exportOf(project, '--to', 'roles');
    const folder = join(project.folder, 'roles');
    put(join(folder, 'notes.txt'), 'mine');
    chmodSync(join(folder, 'setup.sh'), 0o600);
    const before = stateOf(folder);
    project.write(MANIFEST);
    const run = await exportOf(project, '--to', 'roles');
    expect(run.stdout).toBe('roles: 3 files written, 3 removed, for OpenBao or Vault\n');
    expect(mode(join(folder, 'setup.sh'))).toBe('0755');
    const changed = changedPaths(before, stateOf(folder)).filter((path) => path.includes('.'));
    expect(changed).toEqual([
      '.',
      '.pki-export.json',
      'README.md',
      'main.tf',
      'policies/servers-web.json',
      'requests/servers-web.json',
      'roles/servers-web.json',
      'setup.sh',
    ]);
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
  });

  const inTheWay: readonly (readonly [string, (folder: string) => void])[] = [
    ['a file of another', (folder) => put(join(folder, 'roles/servers-web.json'), '{}')],
    ['a folder', (folder) => mkdirSync(join(folder, 'roles/servers-web.json'))],
    ['a link', (folder) => symlinkSync('servers-api.json', join(folder, 'roles/servers-web.json'))],
    ['one of ours that was changed', (folder) => writeFileSync(join(folder, 'setup.sh'), 'mine')],
    [
      'a folder that is a link',
      (folder) => {
        rmSync(join(folder, 'requests'), { recursive: true });
        symlinkSync('roles', join(folder, 'requests'));
      },
    ],
  ];
  it.each(inTheWay)('refuses %s, and leaves all as it is', async (_, put) => {
    const project = new Project(MANIFEST);
    await exportOf(project);
    put(folderOf(project));
    project.write(WITH_WEB);
    const before = stateOf(project.folder);
    const run = await exportOf(project);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^pki: error: ".*\/export\/vault" holds ".*", which no export left there like that\npki: hint: move away/m,
    );
    expect(stateOf(project.folder)).toEqual(before);
  });

  it('refuses a folder with a list of something else', async () => {
    const project = new Project(MANIFEST);
    put(
      join(folderOf(project), '.pki-export.json'),
      '{"format":"pki-apply/export","target":"other","files":{}}',
    );
    const run = await exportOf(project);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('.pki-export.json" is not the list of such an export');
    expect(readdirSync(folderOf(project))).toEqual(['.pki-export.json']);
  });

  it('goes on where an earlier one was ended', async () => {
    const project = new Project(MANIFEST);
    await exportOf(project);
    const folder = folderOf(project);
    // The list knows the new files first; some are there, one is a leftover of the write itself.
    const whole = stateOf(folder);
    rmSync(join(folder, 'main.tf'));
    writeFileSync(join(folder, 'README.md'), '');
    writeFileSync(join(folder, '.pki-export.new'), 'half a fi');
    const run = await exportOf(project);
    expect(run.stdout).toMatch(/^export\/vault: 2 files written/);
    expect(Object.keys(stateOf(folder))).toEqual(Object.keys(whole));
  });

  it('writes nothing into git, and nothing for a manifest with mistakes', async () => {
    const project = new Project(MANIFEST);
    mkdirSync(join(project.folder, '.git'));
    expect((await exportOf(project, '--to', '.git/hooks')).code).toBe(1);
    project.write(MANIFEST.replace('rsa-2048', 'rsa-1024'));
    expect((await exportOf(project)).code).toBe(1);
    expect(readdirSync(join(project.folder, '.git'))).toEqual([]);
    expect(existsSync(folderOf(project))).toBe(false);
  });
});

it.each([
  [
    'vault',
    'https://vault.example.test',
    '"--vault" is where issuers of cert-manager ask, and an export to OpenBao or Vault holds none',
  ],
  ['cert-manager', 'vault.example.test', '"vault.example.test" is no address of an engine'],
])('%s with --vault %s is refused', async (target, url, words) => {
  const run = await new Project('version: 1\nauthorities: { root: { commonName: R } }\n').pki([
    'export',
    target,
    '--vault',
    url,
  ]);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toContain(`pki: error: ${words}\npki: hint: `);
});
