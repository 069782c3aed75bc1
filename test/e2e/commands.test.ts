// Commands of a manifest are code: none runs without a yes, none twice in a run, and none sees what is not its own.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, Project, put, stateOf } from './project.ts';
import { typedAt } from './typing.ts';

const MANIFEST = `version: 1
authorities: { root: { commonName: Root } }
servers:
  api:
    commonName: api.example.test
    outputs:
      - default
      - pkcs12: { password: { command: [./password, "a b"] } }
      - keystore:
          password: command:[./password, "a b"]
      - truststore: { password: env:TRUST_PASSWORD }
  web: { commonName: web.example.test }
`;
const ENV = { TRUST_PASSWORD: 'trust-me-91c2', SEEN: 'seen-by-commands' };
const RUN = "runs: ./password 'a b' for the password of servers/api";

/** Says what it was called with, and leaves a line for each call. */
const PASSWORD = `#!/bin/sh
echo "call $#" >>calls
env >environment
echo "the password is in here" >&2
printf 'from-%s-%s\\n' "$0" "$1"
`;

function projectWith(manifest = MANIFEST, script = PASSWORD): Project {
  const project = new Project(manifest);
  put(join(project.folder, 'password'), script);
  chmodSync(join(project.folder, 'password'), 0o755);
  return project;
}

const calls = (project: Project): number => {
  const path = join(project.folder, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
};

const apply = (project: Project, ...args: readonly string[]) =>
  project.pki(['apply', '--skip-verify', ...args], { env: ENV });

let applied: Project;
beforeAll(async () => {
  applied = projectWith();
  for (const args of [['validate'], ['plan'], ['plan', '--json'], ['plan', '--commands'], ['status']])
    await applied.pki(args, { env: ENV });
  expect(calls(applied)).toBe(0);
  const refused = await apply(applied);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`${RUN} (never run here)\n`);
  expect(refused.stderr).toContain('needs consent: servers/api\npki: hint: to consent, pass "--allow run"\n');
  expect(calls(applied)).toBe(0);
  expect(existsSync(applied.path('servers/web/cert.pem'))).toBe(true);
  expect(existsSync(applied.path('.pki/commands.json'))).toBe(false);
  expect(await apply(applied, '--allow', 'run')).toMatchObject({ code: 0 });
});

describe('a command', () => {
  it('is run once for all files that need it, and closes them', async () => {
    expect(calls(applied)).toBe(1);
    for (const name of ['identity.p12', 'keystore.p12']) {
      const args = ['pkcs12', '-in', applied.path('servers/api', name), '-nokeys', '-passin'];
      expect(await openssl([...args, 'pass:from-./password-a b'])).toContain('BEGIN CERTIFICATE');
    }
  });

  it('sees the environment, without the variables that hold other passwords', () => {
    const environment = readFileSync(join(applied.folder, 'environment'), 'utf8');
    expect(environment).toContain('SEEN=seen-by-commands\n');
    expect(environment).not.toContain('TRUST_PASSWORD');
  });

  it('is not run where nothing needs it, and without consent once it was agreed to', async () => {
    const project = copyOf(applied);
    const before = stateOf(project.path('servers'));
    expect(await apply(project)).toMatchObject({ code: 0 });
    expect(calls(project)).toBe(1);
    expect(stateOf(project.path('servers'))).toEqual(before);
    const again = await project.pki(['rotate', 'servers/api', '--skip-verify'], { env: ENV });
    expect(again).toMatchObject({ code: 0 });
    expect(calls(project)).toBe(2);
  });

  it('of other words is another one, and the plan lists both kinds', async () => {
    const project = copyOf(applied);
    rmSync(project.path('servers/api/identity.p12'));
    const known = await project.plan();
    expect(known).toMatchObject({
      commands: [
        { argv: ['./password', 'a b'], purpose: 'password', entities: ['servers/api'], known: true },
      ],
    });
    project.write(MANIFEST.replace('[./password, "a b"] }', '[./password, a, b] }'));
    const planned = await project.pki(['plan'], { env: ENV });
    expect(planned.stdout).toContain(
      'runs: ./password a b for the password of servers/api (never run here)\n',
    );
    expect(await apply(project)).toMatchObject({ code: 1 });
    expect(calls(project)).toBe(1);
  });

  it('is unknown again where its list is damaged', async () => {
    const project = copyOf(applied);
    rmSync(project.path('servers/api/identity.p12'));
    writeFileSync(project.path('.pki/commands.json'), '{"format":1,"commands":[["./password"],7,[]');
    expect(await apply(project)).toMatchObject({ code: 1 });
    expect(calls(project)).toBe(1);
  });

  it.each([
    ['exits with an error', '#!/bin/sh\necho s3cret; echo s3cret >&2; exit 3\n', 'exited with 3'],
    ['prints nothing', '#!/bin/sh\n', 'is empty'],
    ['prints two lines', '#!/bin/sh\necho s3cret; echo s3cret\n', 'has more than one line'],
    ['prints without end', '#!/bin/sh\nyes s3cret\n', 'printed without end and was stopped'],
    ['may not be run', 's3cret', 'cannot be run (EACCES: not executable?)'],
    ['is not there', null, 'is not there'],
  ])('that %s is a refusal with its place, which quotes nothing of it', async (_, script, says) => {
    const project = projectWith(MANIFEST, script ?? '');
    if (script === null) rmSync(join(project.folder, 'password'));
    else chmodSync(join(project.folder, 'password'), script.startsWith('#!') ? 0o755 : 0o644);
    const run = await apply(project, '--allow', 'run');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      `pki: error: pki.yaml:7:7: no password for the identity.p12 of servers/api: "command:[./password, "a b"]" ${says}\n`,
    );
    expect(run.stdout + run.stderr).not.toContain('s3cret');
    expect(existsSync(project.path('servers/api'))).toBe(false);
    expect(existsSync(project.path('servers/web/cert.pem'))).toBe(true);
  });
});

const PROMPTED = MANIFEST.replace(/\{ command: .* \}/, 'prompt }').replace(/\n {6}- keystore:\n.*/, '');

describe('a password that is typed', () => {
  const typed = (project: Project, first: string, second: string) => {
    const answers = [
      ['password for servers/api: ', `${first}\r`],
      ['the same again: ', `${second}\r`],
    ] as const;
    return typedAt(project, answers, ['apply', '--skip-verify'], ENV);
  };

  itNeeds(['python3'], 'is asked for twice, is not shown, and closes the file', async () => {
    const project = new Project(PROMPTED);
    const run = await typed(project, 'typ3d', 'typ3d');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).not.toContain('typ3d');
    const args = ['pkcs12', '-in', project.path('servers/api/identity.p12'), '-nokeys', '-passin'];
    expect(await openssl([...args, 'pass:typ3d'])).toContain('BEGIN CERTIFICATE');
  });

  itNeeds(['python3'], 'is refused where the second one is another', async () => {
    const project = new Project(PROMPTED);
    const run = await typed(project, 'typ3d', 'typed');
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('"prompt" was typed twice, and not the same');
    expect(run.stdout).not.toMatch(/typ3d|typed$/m);
    expect(existsSync(project.path('servers/api'))).toBe(false);
  });

  it('is refused without a terminal, with what to do', async () => {
    const project = new Project(PROMPTED);
    const run = await apply(project);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      'of servers/api: "prompt" is asked for at a terminal, and there is none\npki: hint: run "pki apply" at a terminal, or name another source such as env:NAME\n',
    );
  });
});
