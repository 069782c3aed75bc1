// The built program over files that are not its own: none is replaced by what a manifest only calls by its name.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/folders.ts';
import { itNeeds, Project, put } from './project.ts';

const manifest = (leaf: string, more = ''): string => `
version: 1
${more}
authorities: { root: { commonName: Root } }
servers:
  web: { commonName: web.example.test, ${leaf} }
  other: { commonName: other.example.test }
`;
const APPLY = ['apply', '--skip-verify'];

/** Files of a program's source, in the folder that is to be the output folder. */
function sources(text: string): {
  readonly project: Project;
  readonly contents: Readonly<Record<string, string>>;
} {
  const project = new Project(text, { output: 'src' });
  const contents = {
    'main.go': 'package main\n',
    '.env': 'PASSWORD=x\n',
    'deploy.sh': '#!/bin/sh\nexit 0\n',
  };
  mkdirSync(project.out);
  for (const [name, content] of Object.entries(contents)) writeFileSync(project.path(name), content);
  return { project, contents };
}

describe('files of others where ours are to go', () => {
  it.each([
    ['csr', 'main.go', 'holds no certificate request'],
    ['ca', '.env', 'holds no certificate'],
    ['fullchain', 'deploy.sh', 'holds no certificate'],
    ['key', '.env', 'holds no private key'],
  ])('as %s, "%s" is refused, stays, and holds up nothing else', async (artifact, name, why) => {
    const files = { key: 'w.key', cert: 'w.crt', [artifact]: name };
    const layout = `folder: ., files: ${JSON.stringify(files)}, outputs: [key, cert, csr, ca, fullchain]`;
    const text = manifest(layout, 'output: src');
    const { project, contents } = sources(text);
    const plan = await project.pki(['plan']);
    expect(plan.stdout).toContain(`"${name}" ${why}, and this program did not make it`);
    expect(plan.stdout).toContain('hint: give the entry another "folder" or other "files"');
    const run = await project.pki(APPLY);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain(`"${name}" ${why}`);
    for (const [file, content] of Object.entries(contents)) expect(project.read(file)).toBe(content);
    expect(existsSync(project.path('w.crt'))).toBe(false);
    expect(await project.actions()).toEqual({ 'servers/web': 'refuse' });
  });

  it('of the right kind are listed by the plan and kept in the archive', async () => {
    const text = manifest('folder: tls, files: { ca: roots.crt }, outputs: [key, cert, ca]', 'output: src');
    const { project } = sources(text);
    const roots = '# roots that we chose\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    put(project.path('tls/roots.crt'), roots);
    const plan = await project.pki(['plan']);
    expect(plan.stdout).toMatch(
      /\+ servers\/web +create[^+]*\n +replaces "tls\/roots\.crt", which is there\n/,
    );
    expect((await project.plan()).changes.map(({ id, replaces }) => [id, replaces])).toEqual([
      ['authorities/root', []],
      ['servers/web', ['tls/roots.crt']],
      ['servers/other', []],
    ]);
    await project.apply();
    expect(project.read('tls/roots.crt')).toBe(project.read('authorities/root/cert.pem'));
    const kept = project.path('.pki/archive/servers/web');
    const [stamp = ''] = readdirSync(kept);
    expect(readdirSync(join(kept, stamp))).toEqual(['ca.pem']);
    expect(readFileSync(join(kept, stamp, 'ca.pem'), 'utf8')).toBe(roots);
    expect(await project.actions()).toEqual({});
  });

  it('are not taken by an entity that moves to them', async () => {
    const { project, contents } = sources(manifest('outputs: [key, cert, csr]', 'output: src'));
    await project.apply();
    const moved = 'folder: ., files: { csr: main.go }, outputs: [key, cert, csr]';
    project.write(manifest(moved, 'output: src'));
    for (let time = 0; time < 2; time++) expect(await project.pki(APPLY)).toMatchObject({ code: 1 });
    expect(project.read('main.go')).toBe(contents['main.go']);
  });
});

describe("git's own folder", () => {
  it.each([
    ['output: .git', '3:9', ''],
    ['output: build/.GIT/x', '3:9', ''],
    ['', '6:48', 'folder: .git/hooks'],
    ['', '6:54', 'files: { csr: .git/hooks/post-checkout }'],
  ])('is no place for anything: %s %s %s', async (more, at, leaf) => {
    const project = new Project(manifest(leaf === '' ? 'outputs: [key, cert]' : leaf, more));
    mkdirSync(join(project.folder, '.git/hooks'), { recursive: true });
    const run = await project.pki(APPLY);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain(`pki.yaml:${at}: `);
    expect(run.stderr).toContain('leads into the folder of git');
    expect(existsSync(project.out)).toBe(false);
    expect(readdirSync(join(project.folder, '.git'))).toEqual(['hooks']);
  });

  it('is none where the placeholders of a layout make its name', async () => {
    const text = manifest('outputs: [key, cert]')
      .replaceAll('web:', 'git:')
      .replace('outputs', 'folder: ".{name}", outputs');
    const run = await new Project(text).pki(['validate']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain('server "git" would write ".git/key.pem" (key), in the folder of git');
  });

  itNeeds(['git'], 'is not reached through a link that a repository has', async () => {
    const folder = temporaryFolder();
    execFileSync('git', ['init', '-q', folder]);
    symlinkSync('.git/hooks', join(folder, 'pki'));
    execFileSync('git', ['-C', folder, 'add', 'pki']);
    const project = new Project(manifest('outputs: [key, cert]'), { folder });
    const before = readdirSync(join(folder, '.git/hooks'));
    for (const command of [['plan'], APPLY]) {
      const run = await project.pki(command);
      expect(run).toMatchObject({ code: 1 });
      expect(run.stderr).toContain(`"${project.out}" leads into the folder of git`);
    }
    expect(readdirSync(join(folder, '.git/hooks'))).toEqual(before);
  });
});
