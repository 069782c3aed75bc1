// The first minute: `pki init`, and what the package brings with it once it is installed.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, type Run, runPki, runProgram, snapshot } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { blocksIn } from '../helpers/markdown.ts';
import { put } from './project.ts';

/** Where the first line of a manifest at that path says that its schema is. */
function schemaOf(path: string, text = readFileSync(path, 'utf8')): string {
  const [, reference = ''] =
    /^# yaml-language-server: \$schema=(\S+)$/m.exec(text.split('\n', 1)[0] ?? '') ?? [];
  expect(reference, path).not.toBe('');
  return reference.startsWith('file:') ? fileURLToPath(reference) : resolve(dirname(path), reference);
}

describe('pki init', () => {
  it('writes a manifest that is applied as it stands, and says what next', async () => {
    const cwd = temporaryFolder();
    expect(await runPki(['init'], { cwd, input: '' })).toEqual({
      code: 0,
      stdout: 'pki.yaml: created, 1 authority, 1 server, 1 client\n',
      stderr:
        'pki: hint: put your own names into it; then "pki plan" shows what it makes, and "pki apply" makes it\n',
    });
    expect(JSON.parse(readFileSync(schemaOf(join(cwd, 'pki.yaml')), 'utf8'))).toHaveProperty('properties');
    expect(await runPki(['apply'], { cwd })).toMatchObject({
      code: 0,
      stderr: expect.not.stringMatching(/warning|hint/),
    });
  });

  it('names the file in the commands that come next', async () => {
    const cwd = temporaryFolder();
    const { stderr } = await runPki(['init', "my 'own.yaml"], { cwd });
    expect(stderr).toContain(`"pki plan 'my '\\''own.yaml'"`);
    expect(existsSync(join(cwd, "my 'own.yaml"))).toBe(true);
  });

  it.each<[string, (path: string) => void]>([
    ['a manifest', (path) => put(path, 'version: 1\n')],
    ['an empty file', (path) => put(path, '')],
    ['a link', (path) => symlinkSync('elsewhere.yaml', path)],
  ])('leaves alone what is there: %s', async (_, prepare) => {
    const cwd = temporaryFolder();
    prepare(join(cwd, 'pki.yaml'));
    const before = snapshot(cwd);
    const run = await runPki(['init'], { cwd });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(
      'pki: error: "pki.yaml" is there already, and is not overwritten\npki: hint: ',
    );
    expect(snapshot(cwd)).toEqual(before);
    expect(existsSync(join(cwd, 'elsewhere.yaml'))).toBe(false);
  });

  it.each([
    ['.', './pki.yaml'],
    ['sub/', 'sub/pki.yaml'],
    ['a b', "'a b/pki.yaml'"],
    ['link', 'link/pki.yaml'],
  ])('of a folder, %s, says which file to name', async (folder, file) => {
    const cwd = temporaryFolder();
    for (const name of ['sub', 'a b']) mkdirSync(join(cwd, name));
    symlinkSync('sub', join(cwd, 'link'));
    expect(await runPki(['init', folder], { cwd })).toEqual({
      code: 1,
      stdout: '',
      stderr: `pki: error: "${folder}" is a folder\npki: hint: name the manifest in it: ${file}\n`,
    });
    const word = file.replaceAll("'", '');
    expect(await runPki(['init', word], { cwd })).toMatchObject({ code: 0 });
  });

  it('says which folder is missing', async () => {
    const cwd = temporaryFolder();
    const run = await runPki(['init', 'no/such/pki.yaml'], { cwd });
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr: `pki: error: there is no folder "${join(cwd, 'no/such')}" to write into\npki: hint: make it first\n`,
    });
  });

  it('is what is advised where there is no manifest', async () => {
    const cwd = temporaryFolder();
    expect((await runPki(['plan'], { cwd })).stderr).toContain('"pki init"');
  });
});

describe('the package', () => {
  const project = temporaryFolder();
  const installed = join(project, 'node_modules/pki-apply');
  const inProject = (args: readonly string[], cwd = project): Promise<Run> =>
    runProgram(process.execPath, [join(installed, 'dist/cli.js'), ...args], { cwd });

  beforeAll(async () => {
    // Packed from a copy in which an example has been applied: its keys are not to be published.
    const copy = temporaryFolder();
    for (const name of [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'SECURITY.md',
      'pki.example.yaml',
    ])
      cpSync(join(REPOSITORY, name), join(copy, name));
    for (const name of ['dist', 'docs', 'examples', 'schemas'])
      cpSync(join(REPOSITORY, name), join(copy, name), { recursive: true });
    for (const place of ['pki', 'examples/pki', 'examples/node-mtls/pki'])
      put(join(copy, place, 'servers/web/key.pem'), 'a private key');
    const packed = await runProgram('npm', ['pack', '--ignore-scripts', '--offline', '--silent'], {
      cwd: copy,
    });
    mkdirSync(installed, { recursive: true });
    const archive = join(copy, packed.stdout.trim());
    const unpacked = await runProgram('tar', ['-xzf', archive, '--strip-components=1', '-C', installed]);
    expect([packed.code, unpacked.code]).toEqual([0, 0]);
  });

  it('holds the examples and what they refer to, and no key', () => {
    const files = Object.keys(snapshot(installed));
    expect(files.filter((path) => /key\.pem|^(examples\/.*)?pki\//.test(path))).toEqual([]);
    for (const example of ['pki.example.yaml', 'examples/two-tier.yaml', 'examples/node-mtls/pki.yaml'])
      expect(existsSync(schemaOf(join(installed, example))), example).toBe(true);
  });

  it.each(['.', 'deploy', 'deploy/eu/west'])(
    'has its schema found from %s, by a reference that holds on other machines',
    async (place) => {
      const folder = join(project, place);
      mkdirSync(folder, { recursive: true });
      expect(await inProject(['init'], folder)).toMatchObject({ code: 0 });
      const text = readFileSync(join(folder, 'pki.yaml'), 'utf8');
      expect(text).toMatch(/^# yaml-language-server: \$schema=(\.\/|(\.\.\/)+)node_modules\/pki-apply\//);
      expect(schemaOf(join(folder, 'pki.yaml'))).toBe(join(installed, 'schemas/pki.schema.json'));
    },
  );

  it('has it found from manifests that adopt writes, wherever they go', async () => {
    const folder = join(project, 'old');
    mkdirSync(folder);
    expect(await inProject(['init'], folder)).toMatchObject({ code: 0 });
    expect(await inProject(['apply', '--skip-verify'], folder)).toMatchObject({ code: 0 });
    for (const [cwd, certs, path] of [
      [folder, 'pki', join(folder, 'adopted.yaml')],
      [project, 'old/pki', join(project, 'adopted.yaml')],
    ] as const) {
      expect(await inProject(['adopt', certs, '--write', path], cwd)).toMatchObject({ code: 0 });
      expect(schemaOf(path)).toBe(join(installed, 'schemas/pki.schema.json'));
      expect(await inProject(['validate', path])).toMatchObject({ code: 0 });
    }
    // Printed, it is for the folder that the report names.
    const { stdout } = await inProject(['adopt', join(folder, 'pki')], temporaryFolder());
    expect(schemaOf(join(folder, 'pki.yaml'), stdout)).toBe(join(installed, 'schemas/pki.schema.json'));
  });

  it('is found from a folder that is reached by a link', async () => {
    const link = join(temporaryFolder(), 'link');
    mkdirSync(join(project, 'linked'));
    symlinkSync(join(project, 'linked'), link);
    expect(await inProject(['init'], link)).toMatchObject({ code: 0 });
    expect(existsSync(schemaOf(join(project, 'linked/pki.yaml')))).toBe(true);
  });

  it('is named as what it is called, where strongSwan has a pki of its own', () => {
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(Object.keys(bin).sort()).toEqual(['pki', 'pki-apply']);
    for (const path of Object.values<string>(bin)) expect(existsSync(join(installed, path))).toBe(true);
  });

  it.each(['README.md', 'docs/manifest.md'])('has the schema that the manifests of %s name', (page) => {
    const named = blocksIn(page).filter(({ text }) => text.startsWith('# yaml-language-server'));
    expect(named.length).toBeGreaterThan(0);
    for (const { text } of named) expect(existsSync(schemaOf(join(project, 'pki.yaml'), text))).toBe(true);
  });
});
