// `pki rotate` and `pki retire`, and what the plan says that they would do.
import { renameSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOf, Project, stateOf } from './project.ts';

const MANIFEST = `version: 1
authorities: { root: { commonName: Root, key: ecdsa-p256 } }
servers: { app: { commonName: app.example.test } }
clients: { app: { commonName: app }, ci: { commonName: ci } }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

async function actions(project: Project, ...args: readonly string[]): Promise<Record<string, string>> {
  const { changes } = await project.plan(...args);
  const due = changes.filter(({ action }) => action !== 'keep');
  return Object.fromEntries(due.map(({ id, action }) => [id, action]));
}

describe('the plan of a request', () => {
  it('says what rotate then does, and writes nothing', async () => {
    const project = copyOf(applied);
    const before = stateOf(project.folder);
    expect(await actions(project, '--rotate', 'ci, servers/app')).toEqual({
      'servers/app': 'rekey',
      'clients/ci': 'rekey',
    });
    expect(stateOf(project.folder)).toEqual(before);
    const run = await project.pki(['rotate', 'ci', 'servers/app', '--skip-verify', '--json']);
    expect(run).toMatchObject({ code: 0 });
    expect([...JSON.parse(run.stdout).published].sort()).toEqual(['clients/ci', 'servers/app']);
  });

  it('says which consent it takes', async () => {
    const { stdout } = await applied.pki(['plan', '--rotate', 'root']);
    expect(stdout).toMatch(/± authorities\/root +rekey +requested/);
    expect(stdout).toContain('3 entities follow: servers/app, clients/app, clients/ci');
    expect(stdout).toContain('needs consent: --allow rekey-ca');
  });

  it('says what retire takes out of the bundles', async () => {
    const project = copyOf(applied);
    expect(await actions(project, '--retire', 'root')).toEqual({});
    await project.pki(['rotate', 'root', '--allow', 'rekey-ca', '--skip-verify']);
    const expected = Object.fromEntries(
      ['authorities/root', 'servers/app', 'clients/app', 'clients/ci'].map((id) => [id, 'refresh']),
    );
    expect(await actions(project, '--retire', 'root')).toEqual(expected);
    expect(await project.pki(['retire', 'root', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(await actions(project, '--retire', 'root')).toEqual({});
  });
});

describe('a name', () => {
  it.each([
    ['plan --rotate app', '"app" could be several entities', 'say "servers/app" or "clients/app"'],
    [
      'plan --rotate nobody',
      'nothing in the manifest is called "nobody"',
      '"pki status" lists what there is',
    ],
    ['plan --retire ci', 'no authority in the manifest is called "ci"', '"pki status" lists what there is'],
    ['rotate app nobody', '"app" could be several entities', 'say "servers/app" or "clients/app"'],
    ['retire servers/app', 'no authority in the manifest is called "servers/app"', '"pki status" lists'],
  ])('%s: %s', async (line, problem, hint) => {
    const run = await applied.pki(line.split(' '));
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(`pki: error: ${problem}`);
    expect(run.stderr).toContain(`pki: hint: ${hint}`);
  });
});

describe('what was asked for by name', () => {
  const EDITED = MANIFEST.replace('{ commonName: ci }', '{ commonName: ci, san: [ci.example.test] }').replace(
    'servers: {',
    'servers: { new: { commonName: new.example.test },',
  );
  const edited = (): Project => {
    const project = copyOf(applied);
    project.write(EDITED);
    return project;
  };
  const done = async (project: Project, ...args: readonly string[]) => {
    const run = await project.pki([...args, '--skip-verify', '--json']);
    const { published, plan } = JSON.parse(run.stdout) as { published: string[]; plan: { left: string[] } };
    return { code: run.code, published: [...published].sort(), left: [...plan.left].sort() };
  };

  it('is done, and nothing else; the rest stays due', async () => {
    const project = edited();
    const left = ['clients/ci', 'servers/new'];
    expect(await done(project, 'rotate', 'servers/app')).toEqual({
      code: 0,
      published: ['servers/app'],
      left,
    });
    expect(await actions(project)).toEqual({ 'servers/new': 'create', 'clients/ci': 'issue' });
    const { stdout } = await project.pki(['plan', '--rotate', 'servers/app']);
    expect(stdout).toContain('still due, and not part of this: servers/new, clients/ci');
    const run = await project.pki(['rotate', 'servers/app', '--skip-verify']);
    expect(run.stderr).toContain('pki: still due, and not part of this: servers/new, clients/ci');
  });

  it('is a part of what apply does', async () => {
    const project = edited();
    expect(await done(project, 'apply', '--only', 'new')).toEqual({
      code: 0,
      published: ['servers/new'],
      left: ['clients/ci'],
    });
    expect(await actions(project, '--only', 'servers/app')).toEqual({});
    expect(await done(project, 'apply', '--only', 'ci, servers/app')).toMatchObject({
      published: ['clients/ci'],
      left: [],
    });
    expect(await actions(project)).toEqual({});
  });

  it('takes along what follows from it, be it due or not', async () => {
    const project = edited();
    expect(await done(project, 'rotate', 'root', '--allow', 'rekey-ca')).toEqual({
      code: 0,
      published: ['authorities/root', 'clients/app', 'clients/ci', 'servers/app'],
      left: ['servers/new'],
    });
    expect(await done(project, 'retire', 'root')).toMatchObject({ left: ['servers/new'] });
    expect(await actions(project)).toEqual({ 'servers/new': 'create' });
  });

  it('takes along what has to be there before', async () => {
    const project = new Project(MANIFEST);
    expect(await done(project, 'apply', '--only', 'ci')).toEqual({
      code: 0,
      published: ['authorities/root', 'clients/ci'],
      left: ['clients/app', 'servers/app'],
    });
  });

  it('removes nothing that left the manifest', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace(', ci: { commonName: ci }', ''));
    expect(await done(project, 'rotate', 'servers/app', '--allow', 'remove')).toEqual({
      code: 0,
      published: ['servers/app'],
      left: ['clients/ci'],
    });
    expect(await actions(project)).toEqual({ 'clients/ci': 'remove' });
  });
});

describe('a root whose key is kept elsewhere', () => {
  const TWO = `version: 1
defaults: { key: ecdsa-p256 }
authorities: { root: { commonName: Root }, sub: { commonName: Sub, issuer: root } }
servers: { a: { commonName: a.example.test, issuer: sub } }
clients: { near: { commonName: near, issuer: root } }
`;
  it('is asked for before anything is given up, and the intermediate signs on', async () => {
    const project = new Project(TWO);
    await project.apply();
    renameSync(project.path('authorities/root/key.pem'), `${project.folder}/root.pem`);
    project.write(`${TWO}peers: { new: { commonName: new.example.test, issuer: sub } }\n`);
    const plan = await project.pki(['plan']);
    expect(plan.stdout).toContain(
      'hint: put key.pem back, or declare it offline ("key: offline"); only if it is lost, a new one is made',
    );
    const root = project.read('authorities/root/cert.pem');
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run).toMatchObject({ code: 1, stdout: 'applied: 1 created in pki/\n' });
    expect(run.stderr).toContain(
      'pki: error: the private key is missing: authorities/root; nothing new is signed with it',
    );
    expect(run.stderr).toContain(
      'pki: hint: put key.pem back, and run again, or declare it offline ("key: offline"); if it is lost for good, "--allow rekey-ca=NAME"',
    );
    expect(project.read('peers/new/ca.pem')).toBe(root);
    expect(project.read('authorities/root/cert.pem')).toBe(root);
    renameSync(`${project.folder}/root.pem`, project.path('authorities/root/key.pem'));
    expect(await project.pki(['apply'])).toMatchObject({ code: 0 });
  });
});
