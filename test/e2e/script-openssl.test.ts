// The script of `pki plan --commands` runs the openssl that apply would run, and none that apply would refuse.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainEnvironment, type Run, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, itNeeds, Project, pathOf, put } from './project.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers: { a: { commonName: a.example.test } }
`;

/** A program of that name, made of these lines of shell. */
function program(folder: string, lines: string): string {
  const path = join(folder, 'openssl');
  put(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The real openssl, which notes every call beside itself. */
function recording(folder: string): { readonly path: string; readonly calls: () => readonly string[] } {
  const path = program(folder, `echo "$1" >>"\${0%/*}/calls"\nexec '${pathOf('openssl')}' "$@"`);
  const log = join(folder, 'calls');
  const calls = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { path, calls };
}

/** Made while PKI_OPENSSL is `planned`. */
async function scriptOf(project: Project, planned?: string): Promise<string> {
  const { code, stdout } = await project.pki(['plan', '--commands'], { env: { PKI_OPENSSL: planned } });
  expect(code).toBe(0);
  return stdout;
}

/** In dash where there is one, with no PKI_OPENSSL but that of `env`. */
function run(
  project: Project,
  script: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Run> {
  put(join(project.folder, 'script.sh'), script);
  const shell = pathOf('dash') ?? '/bin/sh';
  return runProgram(shell, ['script.sh'], { cwd: project.folder, env: { PKI_OPENSSL: undefined, ...env } });
}

async function expectMade(project: Project, { code, stderr }: Run): Promise<void> {
  expect(code, stderr).toBe(0);
  expect(await project.actions()).toEqual({});
}

describe('an openssl that apply refuses', () => {
  it.each([
    ['LibreSSL', "echo 'LibreSSL 3.3.6'", 'LibreSSL 3.3.6'],
    ['too old', "echo 'OpenSSL 1.1.1w  11 Sep 2023'", 'OpenSSL 1.1.1w  11 Sep 2023'],
    ['much too old', "echo 'OpenSSL 0.9.8zg 14 July 2015'", 'OpenSSL 0.9.8zg 14 July 2015'],
    ['without a version', 'echo BoringSSL', 'BoringSSL'],
    ['broken', "echo 'OpenSSL 3.0.0 7 sep 2021'; exit 127", 'nothing'],
    ['unsafe to print', "printf '\\033[31mOpenSSL 3\\n'", '[31mOpenSSL 3'],
  ])('%s: ends the script before anything is written', async (_, lines, says) => {
    const project = new Project(MANIFEST);
    const path = program(temporaryFolder(), lines);
    const ended = await run(project, await scriptOf(project), { PKI_OPENSSL: path });
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `pki: error: "${path}" is not OpenSSL 3.0 or later: it says "${says}"\npki: hint: name another in PKI_OPENSSL\n`,
    });
    expect(readdirSync(project.folder).sort()).toEqual(['pki.yaml', 'script.sh']);
    expect(await project.pki(['apply'], { env: { PKI_OPENSSL: path } })).toMatchObject({ code: 1 });
  });

  it('one that is nowhere is named', async () => {
    const project = new Project(MANIFEST);
    const ended = await run(project, await scriptOf(project, './gone'), {});
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `pki: error: "${join(project.folder, 'gone')}" is not OpenSSL 3.0 or later`,
    );
    expect(existsSync(project.out)).toBe(false);
  });

  it.each(['3.0.0 7 sep 2021', '4.0.3 9 Jun 2026', '10.1.0 1 Jan 2040', '3.2.0-beta1 26 Oct 2023'])(
    'OpenSSL %s is none of these',
    async (version) => {
      const project = new Project(MANIFEST);
      const path = program(
        temporaryFolder(),
        `[ "$1" = version ] && echo 'OpenSSL ${version}' && exit\nexec '${pathOf('openssl')}' "$@"`,
      );
      await expectMade(project, await run(project, await scriptOf(project), { PKI_OPENSSL: path }));
    },
  );
});

describe('PKI_OPENSSL', () => {
  const FOLDERS = ['with blank', "it's", 'a}b$HOME"`x`'];

  it.each(FOLDERS)('of the plan is in the script: %j', async (name) => {
    const project = new Project(MANIFEST);
    const { path, calls } = recording(join(temporaryFolder(), name));
    await expectMade(project, await run(project, await scriptOf(project, path), {}));
    expect(calls()).toEqual(expect.arrayContaining(['version', 'req', 'ca']));
  });

  it.each(FOLDERS)('of the run has the last word, relative or not: %j', async (name) => {
    const made = new Project(MANIFEST);
    const planned = recording(temporaryFolder());
    const script = await scriptOf(made, planned.path);
    for (const way of ['absolute', 'relative']) {
      const project = copyOf(made);
      const { path, calls } = recording(join(project.folder, way, name));
      const named = way === 'absolute' ? path : relative(project.folder, path);
      await expectMade(project, await run(project, script, { PKI_OPENSSL: named }));
      expect(calls(), way).toEqual(expect.arrayContaining(['version', 'req', 'ca']));
    }
    expect(planned.calls()).toEqual([]);
  });

  it('a name is looked for in PATH, of which an entry may be relative', async () => {
    const project = new Project(MANIFEST);
    const { calls } = recording(join(project.folder, 'bin'));
    const PATH = `bin:${plainEnvironment()['PATH']}`;
    await expectMade(project, await run(project, await scriptOf(project), { PATH }));
    expect(calls()).toEqual(expect.arrayContaining(['version', 'req', 'ca']));
  });
});

it('a CDPATH leads the script nowhere else', async () => {
  const project = new Project(MANIFEST);
  const elsewhere = temporaryFolder();
  mkdirSync(join(elsewhere, 'pki'));
  await expectMade(project, await run(project, await scriptOf(project), { CDPATH: elsewhere }));
  expect(readdirSync(join(elsewhere, 'pki'))).toEqual([]);
});

itNeeds(['shellcheck'], 'shellcheck has nothing to say about a script with every kind of line', async () => {
  const project = new Project(MANIFEST);
  await project.apply();
  await project.apply();
  const others = 'version: 1\nauthorities: { root: { commonName: Root }, new: { commonName: New } }';
  project.write(`${others}\nservers: { b: { commonName: b.example.test, publish: symlinks, issuer: root } }`);
  await project.apply();
  project.write(
    `${others}\ndefaults: { outputs: [key, cert, combined, public] }\nservers: { b: { commonName: b.example.test, issuer: root, folder: "b c" } }`,
  );
  await project.pki(['rotate', 'authorities/root', '--allow', 'rekey-ca', '--skip-verify']);
  const { stdout } = await project.pki([
    'plan',
    '--commands',
    '--rotate',
    'authorities/new,authorities/root',
  ]);
  expect(stdout).toMatch(/^pick\(\)/m);
  put(join(project.folder, 'script.sh'), stdout);
  const checked = await runProgram('shellcheck', ['-s', 'sh', 'script.sh'], { cwd: project.folder });
  expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
});
