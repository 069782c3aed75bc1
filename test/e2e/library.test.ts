// The library as another program has it: the built one, by its name, in a folder of its own.
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, type Run, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { blocksIn } from '../helpers/markdown.ts';
import { put } from './project.ts';

type Library = typeof import('../../src/index.ts');
let library: Library;
beforeAll(async () => {
  library = await import(pathToFileURL(join(REPOSITORY, 'dist/index.js')).href);
});

const MANIFEST = {
  version: 1,
  authorities: { root: { commonName: 'Test Root' } },
  servers: { api: { commonName: 'localhost' }, both: { commonName: 'both.example.test' } },
  clients: { app: { commonName: 'app' }, both: { commonName: 'both' } },
};

/** A project of another program, with `pki-apply` and what this one has in its node_modules. */
function elsewhere(...packages: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of ['pki-apply', ...packages]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === 'pki-apply' ? REPOSITORY : join(REPOSITORY, 'node_modules', name), link);
  }
  put(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

function node(folder: string, program: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  put(join(folder, 'program.mjs'), program);
  return runProgram(process.execPath, ['program.mjs'], { cwd: folder, env });
}

describe('docs/library.md', () => {
  const blocks = blocksIn('docs/library.md');
  const block = (info: string): string => {
    const found = blocks.find((one) => one.info === info);
    if (found === undefined) throw new Error(`no ${info}`);
    return found.text;
  };

  it('the vitest example passes', async () => {
    const folder = elsewhere('vitest');
    put(join(folder, 'tls.test.ts'), block('ts vitest'));
    const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');
    const run = await runProgram(process.execPath, [vitest, 'run', '--root', folder], {
      cwd: folder,
      env: { NO_COLOR: '1' },
    });
    expect(run.stdout).toMatch(/Tests {2}2 passed \(2\)/);
    expect(run.code).toBe(0);
  });

  it('the examples have types that a strict program accepts', async () => {
    const folder = elsewhere('vitest', '@types/node', 'typescript');
    put(join(folder, 'tls.test.ts'), block('ts vitest'));
    put(join(folder, 'project.ts'), block('ts check'));
    const options = {
      strict: true,
      noEmit: true,
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
      skipLibCheck: true,
    };
    put(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    expect(await runProgram(process.execPath, [tsc, '-p', folder])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('names every function that is exported, and no other', () => {
    const page = readFileSync(join(REPOSITORY, 'docs/library.md'), 'utf8');
    const named = [...page.matchAll(/^\| `(\w+)\(.*?\)`(?:, `(\w+)\()?/gm)].flatMap(([, one, two]) =>
      [one, two ?? []].flat(),
    );
    const functions = Object.entries(library).filter(
      ([, value]) => typeof value === 'function' && !/^class/.test(String(value)),
    );
    // How a refusal is worded is of use to those who print one.
    expect([...named, 'refusalText'].sort()).toEqual(functions.map(([name]) => name).sort());
  });
});

describe('openProject', () => {
  it('takes an object, or text, and puts the output folder where it is told', async () => {
    const folder = temporaryFolder();
    for (const source of [
      { manifest: MANIFEST, folder },
      { text: JSON.stringify(MANIFEST), folder },
    ]) {
      const opened = await library.openProject(source);
      expect(opened.ok && opened.project).toMatchObject({ root: join(folder, 'pki'), warnings: [] });
    }
    const here = await library.openProject({ manifest: { ...MANIFEST, output: 'other' } });
    expect(here.ok && here.project.root).toBe(join(process.cwd(), 'other'));
  });

  it('says what is wrong with an object, and shows it', async () => {
    const opened = await library.openProject({ manifest: { ...MANIFEST, clents: {} } });
    expect(opened).toMatchObject({
      ok: false,
      diagnostics: [{ message: 'unknown key "clents"', hint: 'did you mean "clients"?' }],
    });
  });

  it.each([{ manifest: [] }, { manifest: {} }, { text: '' }, { text: '{' }])(
    'never throws: %j',
    async (source) => {
      expect(await library.openProject(source)).toMatchObject({ ok: false, diagnostics: expect.any(Array) });
    },
  );

  it('takes no object that would write itself as something else', async () => {
    expect(await library.openProject({ manifest: { toJSON: () => MANIFEST } })).toMatchObject({
      ok: false,
      problem: '"toJSON" of the manifest is a function',
    });
  });
});

describe('materialize', () => {
  it('makes a PKI that TLS takes, readable by its owner alone, and takes it away', async () => {
    const pki = await library.materialize(MANIFEST);
    for (const name of ['servers/api', 'api', 'clients/app', 'clients/both']) {
      const { key, cert, ca } = pki.credentials(name);
      expect(() => createSecureContext({ key, cert, ca })).not.toThrow();
      expect(key).toContain('PRIVATE KEY');
    }
    expect(statSync(dirname(pki.folder)).mode & 0o777).toBe(0o700);
    expect(existsSync(join(pki.folder, 'servers/api/key.pem'))).toBe(true);
    expect(await library.verify(pki.project)).toMatchObject({ ok: true });
    await pki.remove();
    await pki.remove();
    expect(existsSync(dirname(pki.folder))).toBe(false);
  });

  it('is disposed of by "await using"', async () => {
    let folder = '';
    {
      await using pki = await library.materialize(JSON.stringify(MANIFEST));
      folder = pki.folder;
      expect(existsSync(folder)).toBe(true);
    }
    expect(existsSync(dirname(folder))).toBe(false);
  });

  it('says everything that is wrong with a manifest, and leaves nothing', async () => {
    const TMPDIR = temporaryFolder();
    const program = `import { materialize } from 'pki-apply';
try { await materialize({ version: 1, servers: { a: {} }, clents: {} }); } catch (error) { console.log(error.message); }`;
    const run = await node(elsewhere(), program, { TMPDIR });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('unknown key "clents"');
    expect(run.stdout).toContain('server "a"');
    expect((await runProgram('ls', [TMPDIR])).stdout).toBe('');
  });

  it.each([
    ['ends', ''],
    ['ends early', 'process.exit(0);'],
    ['dies of an error', 'process.exitCode = 0; throw new Error("no");'],
  ])('what was not removed goes with a process that %s', async (_, end) => {
    const TMPDIR = temporaryFolder();
    const program = `import { existsSync } from 'node:fs';
import { materialize } from 'pki-apply';
const one = await materialize(${JSON.stringify(MANIFEST)});
const two = await materialize(${JSON.stringify(MANIFEST)});
await one.remove();
console.log(existsSync(one.folder), existsSync(two.folder));
${end}`;
    expect((await node(elsewhere(), program, { TMPDIR })).stdout).toBe('false true\n');
    expect((await runProgram('ls', [TMPDIR])).stdout).toBe('');
  });

  it('needs no openssl', async () => {
    const program = `import { materialize } from 'pki-apply';
const pki = await materialize(${JSON.stringify(MANIFEST)});
console.log(Object.keys(pki.credentials('api')).join());`;
    const run = await node(elsewhere(), program, {
      PATH: temporaryFolder(),
      PKI_OPENSSL: '/nonexistent/openssl',
    });
    expect(run).toEqual({ code: 0, stdout: 'key,cert,ca\n', stderr: '' });
  });
});

describe('credentials', () => {
  it('are found where folder, files and outputs put them', async () => {
    await using pki = await library.materialize({
      ...MANIFEST,
      servers: {
        api: {
          commonName: 'localhost',
          folder: 'deploy/x',
          files: { key: 'tls.key', cert: 'tls.crt' },
          outputs: ['key', 'cert'],
        },
        linked: { commonName: 'linked.example.test', publish: 'symlinks' },
      },
    });
    for (const name of ['api', 'linked']) {
      const { key, cert, ca } = await library.credentials(pki.project, name);
      expect(() => createSecureContext({ key, cert, ca })).not.toThrow();
      expect(ca.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    }
  });

  it.each([
    [
      'nobody',
      'no server, client or peer of the manifest is called "nobody"',
      'name one as the manifest does',
    ],
    ['root', 'no server, client or peer of the manifest is called "root"', 'name one as the manifest does'],
    ['both', '"both" could be several entities', 'name one of servers/both, clients/both'],
  ])('%s: are refused with a reason', async (name, message, hint) => {
    await using pki = await library.materialize(MANIFEST);
    expect(() => pki.credentials(name)).toThrow(
      expect.objectContaining({ name: 'UserError', message, hint }),
    );
    await expect(library.credentials(pki.project, name)).rejects.toThrow(message);
  });

  it('that are not made yet say so', async () => {
    const opened = await library.openProject({ manifest: MANIFEST, folder: temporaryFolder() });
    if (!opened.ok) throw new Error('not valid');
    await expect(library.credentials(opened.project, 'api')).rejects.toMatchObject({
      hint: 'run "pki apply" first',
    });
  });
});

describe('ok', () => {
  it('is on every result, and true where all is well', async () => {
    const { status, plan, apply, recover, verify, adopt, openssl, openProject } = library;
    await using pki = await library.materialize(MANIFEST);
    const { project } = pki;
    const results = [
      plan(project),
      apply(project),
      verify(project),
      status(project),
      recover(project),
      adopt(pki.folder),
      openssl(),
    ];
    expect((await Promise.all(results)).map(({ ok }) => ok)).toEqual(results.map(() => true));
    expect(await openProject({ manifest: MANIFEST })).toMatchObject({ ok: true });
  });

  it('is false where something is refused, due, or was not agreed to', async () => {
    await using pki = await library.materialize(MANIFEST);
    const root = { commonName: 'Test Root', key: 'ed25519' };
    const opened = await library.openProject({
      manifest: { ...MANIFEST, authorities: { root } },
      folder: dirname(pki.folder),
    });
    if (!opened.ok) throw new Error('not valid');
    expect(await library.plan(opened.project)).toMatchObject({ ok: true });
    expect(await library.status(opened.project)).toMatchObject({ ok: false });
    expect(await library.apply(opened.project)).toMatchObject({ ok: false, kind: 'consent' });
    expect(await library.recover(opened.project, { discard: ['api'] })).toMatchObject({
      ok: false,
      kind: 'unknown',
    });
    put(join(pki.folder, 'servers/api/key.pem'), "not a key of any kind, but somebody's");
    const plan = await library.plan(opened.project);
    expect(plan.ok).toBe(plan.changes.every(({ action }) => action !== 'refuse'));
    expect(await library.adopt(temporaryFolder())).toMatchObject({ ok: false });
  });
});
