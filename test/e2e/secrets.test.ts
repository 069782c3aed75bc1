// Passwords are read only where a file has to be opened, or a step is carried out; without one, nothing else is held up.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../helpers/everything.ts';
import { copyOf, itNeeds, Project, stateOf } from './project.ts';
import { typedAt } from './typing.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, passphrase: file:secrets/root }
servers:
  api: { commonName: api.example.test, passphrase: file:secrets/api }
  jvm: { commonName: jvm.example.test, outputs: [default, { keystore: { password: file:secrets/jvm } }] }
clients:
  app: {}
`;
const SOURCES = ['api', 'jvm', 'root'] as const;

/** Each takes a process of its own to be watched. */
const OTHERS = [
  ['plan --public', ''],
  ['history', ''],
  ['recover', ''],
  ['export cert-manager', ''],
  ['plan --only servers/api', 'api'],
  // It also says whether changes are due.
  ['verify', 'api jvm root'],
  ['status', 'api jvm root'],
  ['apply --skip-verify', 'api jvm root'],
];

function withSecrets(project: Project, names: readonly string[] = SOURCES): Project {
  mkdirSync(join(project.folder, 'secrets'));
  for (const name of names) writeFileSync(join(project.folder, 'secrets', name), `${name}-pass-3b9d\n`);
  return project;
}

/** The files of secrets that a command looks for. */
async function readBy(project: Project, args: readonly string[]): Promise<string> {
  const record = join(project.folder, 'reads');
  const preload = `--import=${new URL('../helpers/reads.mjs', import.meta.url).href}`;
  writeFileSync(record, '');
  const run = await project.pki(args, { env: { NODE_OPTIONS: preload, PKI_TEST_READS: record } });
  expect(run, run.stderr).toMatchObject({ code: 0 });
  return [...new Set(readFileSync(record, 'utf8').split('\n'))].toSorted().join(' ').trim();
}

let applied: Project;
beforeAll(async () => {
  applied = withSecrets(new Project(MANIFEST));
  await applied.apply();
});

describe('a secret is read', () => {
  it.each([
    ['validate', ''],
    ['plan --only clients/app', ''],
    ['plan', 'api jvm root'],
    ['rotate clients/app --skip-verify', 'root'],
    ...(EVERYTHING ? OTHERS : []),
  ])('by %s: %s', async (command, names) => {
    expect(await readBy(command.startsWith('rotate') ? copyOf(applied) : applied, command.split(' '))).toBe(
      names,
    );
  });

  it('by no plan of what is not there yet, and by the apply of it', async () => {
    const project = withSecrets(new Project(MANIFEST));
    expect(await readBy(project, ['plan', '--commands'])).toBe('');
    expect(await readBy(project, ['apply', '--skip-verify', '--only', 'servers/api'])).toBe('api root');
    expect(existsSync(project.path('servers/api/cert.pem'))).toBe(true);
  });
});

describe('without its secrets', () => {
  const without = (manifest = MANIFEST): Project => {
    const project = copyOf(applied);
    rmSync(join(project.folder, 'secrets'), { recursive: true });
    project.write(manifest);
    return project;
  };
  const MORE = MANIFEST.replace('api.example.test', 'api2.example.test');

  it.each([
    'plan --detailed-exitcode',
    'status',
    'verify',
    'apply',
    'apply --only clients/app --skip-verify',
  ])('a folder that is up to date stays so by %s, and exit code 0', async (command) => {
    const project = without();
    const before = stateOf(project.path('servers'));
    const run = await project.pki(command.split(' '));
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(stateOf(project.path('servers'))).toEqual(before);
  });

  it('what is closed is unknown, which is said once', async () => {
    const project = without();
    const { stderr } = await project.pki(['plan']);
    expect(stderr.match(/unknown whether/g)).toHaveLength(1);
    expect(stderr).toContain('and they stay: authorities/root, servers/api\n');
    const { remarks, changes } = await project.plan();
    expect(remarks).toMatchObject([{ kind: 'unknown', entities: ['authorities/root', 'servers/api'] }]);
    expect(changes.map(({ action }) => action)).toEqual(Array(4).fill('keep'));
    expect((await project.pki(['plan', '--only', 'clients/app'])).stderr).toBe('');
  });

  it.each([
    [
      'rotate clients/app --skip-verify',
      'root',
      'pki.yaml:3:41: no passphrase for the key.pem of authorities/root',
    ],
    ['apply --skip-verify', 'api', 'pki.yaml:5:53: no passphrase for the key.pem of servers/api'],
  ])('%s refuses for %s, and changes nothing', async (command, name, says) => {
    const project = without(MORE);
    const before = stateOf(project.path('servers'));
    const plan = await project.pki(['plan']);
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringMatching(/~ servers\/api +issue/) });
    const run = await project.pki(command.split(' '));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`pki: error: ${says}: "file:secrets/${name}" is not there\n`);
    expect(stateOf(project.path('servers'))).toEqual(before);
  });

  it('a plan knows what becomes of a certificate that is gone, and the apply does it with the same key', async () => {
    const project = without();
    rmSync(project.path('servers/api/cert.pem'));
    const plan = await project.pki(['plan']);
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringMatching(/~ servers\/api +issue/) });
    expect(plan.stderr).toContain('and they stay: authorities/root, servers/api\n');
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
    withSecrets(project);
    const key = project.read('servers/api/key.pem');
    await project.apply();
    expect(project.read('servers/api/key.pem')).toBe(key);
  });

  it('a plan that was saved is carried out where they are', async () => {
    const project = without(MORE);
    expect(await project.pki(['plan', '--out', 'saved'])).toMatchObject({ code: 0 });
    withSecrets(project);
    const run = await project.pki(['apply', 'saved', '--skip-verify']);
    expect(run, run.stderr).toMatchObject({ code: 0 });
  });
});

describe('a secret that is not to be had', () => {
  it.each([
    ['env:NOT_SET', '"env:NOT_SET" is not set'],
    ['file:secrets/none', '"file:secrets/none" is not there'],
    ['{ command: [touch, ran] }', '"command:[touch, ran]" is empty'],
    ['{ command: ["false"] }', '"command:[false]" exited with 1'],
    ['prompt', '"prompt" is asked for at a terminal, and there is none'],
  ])('(%s) holds up its entities, and no plan', async (source, says) => {
    const plain = MANIFEST.replace(', passphrase: file:secrets/root', '');
    const project = new Project(plain.replaceAll(/file:secrets\/\w+/g, source));
    const plan = await project.pki(['plan']);
    expect(plan, plan.stdout).toMatchObject({ code: 0, stdout: expect.stringContaining('4 to create') });
    expect(existsSync(join(project.folder, 'ran'))).toBe(false);
    const run = await project.pki(['apply', '--allow', 'run', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`no passphrase for the key.pem of servers/api: ${says}\n`);
    expect(run.stderr).toContain(`no password for the keystore.p12 of servers/jvm: ${says}\n`);
    expect(existsSync(project.path('servers'))).toBe(false);
    expect(existsSync(project.path('clients/app/cert.pem'))).toBe(true);
  });
});

describe('a request to another machine takes them as an apply does', () => {
  const ONLINE = `version: 1
authorities: { root: { commonName: Root } }
servers: { api: { commonName: api.example.test } }
`;
  const withRequest = (source: string): string =>
    ONLINE.replace(
      'Root }',
      `Root, key: offline }, sub: { commonName: Sub, issuer: root, passphrase: ${source} }`,
    ).replace('api.example.test', 'api.example.test, issuer: sub');
  const key = (project: Project): string => join(project.folder, 'root.key');
  let online: Project;
  beforeAll(async () => {
    online = new Project(ONLINE);
    await online.apply();
    renameSync(online.path('authorities/root/key.pem'), key(online));
  });
  const asking = (source: string): Project => {
    const project = copyOf(online);
    copyFileSync(key(online), key(project));
    project.write(withRequest(source));
    return project;
  };
  const isWhole = async (project: Project): Promise<void> => {
    expect(project.read('authorities/sub/key.pem')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect((await project.pki(['plan'])).stdout).toBe('plan: 3 unchanged, nothing to do\n');
  };
  const SIGN = ['sign', 'stick', '--key', 'root.key', '--yes'];

  it.each([
    ['env:NOT_SET', '"env:NOT_SET" is not set'],
    ['file:secrets/none', '"file:secrets/none" is not there'],
    ['prompt', '"prompt" is asked for at a terminal, and there is none'],
  ])('%s that is not to be had', async (source, says) => {
    const project = asking(source);
    const run = await project.pki(['request', 'stick']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(`no passphrase for the key.pem of authorities/sub: ${says}\n`);
    expect(existsSync(join(project.folder, 'stick'))).toBe(false);
  });

  it('a command, with consent; where the answer is imported it is run again', async () => {
    const project = asking('{ command: [cat, word] }');
    writeFileSync(join(project.folder, 'word'), 'sub-pass-90ab');
    const run = await project.pki(['request', 'stick']);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe(
      'pki: runs: cat word for the passphrase of authorities/sub (never run here)\n' +
        'pki: error: the manifest names commands that were never run here, and needs consent: authorities/sub\n' +
        'pki: hint: to consent, pass "--allow run"\n',
    );
    expect(await project.pki(['request', 'stick', '--allow', 'run'])).toMatchObject({ code: 0 });
    expect(await project.pki(SIGN)).toMatchObject({ code: 0 });
    const imported = await project.pki(['import', 'stick', '--skip-verify']);
    expect(imported, imported.stderr).toMatchObject({ code: 0 });
    await isWhole(project);
  });

  itNeeds(['python3'], 'a question, twice for a new key and once for its certificate', async () => {
    const project = asking('prompt');
    const first = ['passphrase for authorities/sub: ', 'p4ss\r'] as const;
    const asked = await typedAt(project, [first, ['the same again: ', 'p4ss\r']], ['request', 'stick']);
    expect(asked).toMatchObject({ code: 0 });
    expect(await project.pki(SIGN)).toMatchObject({ code: 0 });
    const imported = await typedAt(project, [first], ['import', 'stick', '--skip-verify']);
    expect(imported, imported.stdout).toMatchObject({ code: 0 });
    await isWhole(project);
  });
});
