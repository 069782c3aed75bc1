// `owner`, `group` and `mode`: stated, so they are compared, named where they differ, and brought about before readers see a file.
import { chmodSync, chownSync, linkSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { copyOf, has, itWhen, Project, stateOf } from './project.ts';

/** No user and no group of any system that these tests run on. */
const [SERVICE, GROUP] = [65_531, 65_530];
const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
servers:
  db: { commonName: db.example.test, owner: ${SERVICE}, group: ${GROUP}, mode: "0640", outputs: [default, combined, der] }
  web: { commonName: web.example.test }
`;
const isRoot = process.geteuid?.() === 0;
const REASON = 'only root gives files away';

/** `uid:gid mode`. */
function rights(project: Project, file: string): string {
  const { uid, gid, mode } = statSync(project.path(file));
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
}

function allRights(project: Project): Record<string, string> {
  const names = ['.', ...readdirSync(project.path('servers/db'))];
  return Object.fromEntries(names.map((name) => [name, rights(project, join('servers/db', name))]));
}

const SECRET = `${SERVICE}:${GROUP} 640`;
const PUBLIC = `${SERVICE}:${GROUP} 644`;
const WANTED = {
  '.': `${SERVICE}:${GROUP} 755`,
  'key.pem': SECRET,
  'combined.pem': SECRET,
  'csr.pem': PUBLIC,
  'cert.pem': PUBLIC,
  'cert.der': PUBLIC,
  'fullchain.pem': PUBLIC,
  'ca.pem': PUBLIC,
};

describe.skipIf(!isRoot)(`given (${REASON})`, () => {
  let applied: Project;
  beforeAll(async () => {
    applied = new Project(MANIFEST);
    await applied.apply();
  });

  it('all of an entity from its first apply on, and nothing of others', async () => {
    expect(allRights(applied)).toEqual(WANTED);
    expect(rights(applied, 'servers/web/key.pem')).toBe('0:0 600');
    const before = stateOf(applied.path('servers'));
    await applied.apply();
    expect(stateOf(applied.path('servers'))).toEqual(before);
    expect((await applied.pki(['plan', '--detailed-exitcode'])).stderr).toBe('');
  });

  it('drift is named with what it was, and repaired without new content', async () => {
    const project = copyOf(applied);
    chownSync(project.path('servers/db/key.pem'), 0, 0);
    chownSync(project.path('servers/db/cert.pem'), SERVICE, 0);
    chownSync(project.path('servers/db'), 0, GROUP);
    chmodSync(project.path('servers/db/combined.pem'), 0o600);
    const content = project.read('servers/db/key.pem');
    const { stdout } = await project.pki(['plan']);
    expect(stdout).toContain(`owner of key.pem, the folder: root → ${SERVICE}`);
    expect(stdout).toContain(`group of key.pem, cert.pem: root → ${GROUP}`);
    expect(stdout).toContain('combined.pem has mode 0600, not 0640');
    const { reasons } = await project.change('servers/db');
    expect(reasons).toContainEqual(
      expect.objectContaining({ kind: 'owner', of: 'owner', files: ['key', 'folder'], before: 'root' }),
    );
    await project.apply();
    expect(allRights(project)).toEqual(WANTED);
    expect(project.read('servers/db/key.pem')).toBe(content);
    expect(await project.actions()).toEqual({});
  });

  it('kept by a new key, and taken to another folder', async () => {
    const project = copyOf(applied);
    expect(await project.pki(['rotate', 'servers/db', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(allRights(project)).toEqual(WANTED);
    project.write(MANIFEST.replace('db: {', 'db: { folder: tls/db,'));
    await project.apply();
    expect(rights(project, 'tls/db')).toBe(`${SERVICE}:${GROUP} 755`);
    expect(rights(project, 'tls/db/key.pem')).toBe(SECRET);
    expect(await project.actions()).toEqual({});
  });

  it('behind links', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace('db: {', 'db: { publish: symlinks,'));
    await project.apply();
    await project.pki(['rotate', 'servers/db', '--skip-verify']);
    expect(rights(project, 'servers/db/key.pem')).toBe(SECRET);
    expect(await project.actions()).toEqual({});
    chownSync(project.path('servers/db/key.pem'), 0, 0);
    expect(await project.actions()).toEqual({ 'servers/db': 'refresh' });
    await project.apply();
    expect(rights(project, 'servers/db/key.pem')).toBe(SECRET);
  });

  it('a shared folder stays whose it is', async () => {
    const project = new Project(MANIFEST.replace('db: {', 'db: { folder: ., files: { key: db.key },'));
    await project.apply();
    expect(rights(project, 'db.key')).toBe(SECRET);
    expect(rights(project, '.')).toMatch(/^0:0 /);
    expect(await project.actions()).toEqual({});
  });

  it('a group by itself may read the key, a mode by itself keeps the owner', async () => {
    const project = new Project(MANIFEST.replace(/owner: \d+, group: \d+, mode: "0640"/, `group: ${GROUP}`));
    await project.apply();
    expect(rights(project, 'servers/db/key.pem')).toBe(`0:${GROUP} 640`);
    expect((await project.pki(['plan', '--verbose'])).stdout).not.toContain('note: servers/db');
    project.write(MANIFEST.replace(/owner: \d+, group: \d+, mode: "0640"/, 'mode: "0400"'));
    await project.apply();
    expect(rights(project, 'servers/db/key.pem')).toBe(`0:${GROUP} 400`);
    expect(rights(project, 'servers/db/cert.pem')).toBe(`0:${GROUP} 444`);
    expect(await project.actions()).toEqual({});
  });

  it('no file that has another name elsewhere is given away with it', async () => {
    const project = copyOf(applied);
    const key = project.path('servers/db/key.pem');
    chownSync(key, 0, 0);
    linkSync(key, project.path('elsewhere.pem'));
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('it has another name as well');
    expect(rights(project, 'elsewhere.pem')).toMatch(/^0:0 /);
    rmSync(project.path('elsewhere.pem'));
    await project.apply();
    expect(allRights(project)).toEqual(WANTED);
  });

  it('a script of the plan does the same, and by names of this host', async () => {
    const manifest = MANIFEST.replace(`owner: ${SERVICE}, group: ${GROUP}`, 'owner: nobody, group: daemon');
    const project = new Project(manifest);
    const script = join(project.folder, 'plan.sh');
    writeFileSync(script, (await project.pki(['plan', '--commands'])).stdout);
    expect(await runProgram('sh', [script], { cwd: project.folder })).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
    const uid = Number((await runProgram('id', ['-u', 'nobody'])).stdout);
    expect(statSync(project.path('servers/db/key.pem')).uid).toBe(uid);
    chownSync(project.path('servers/db/key.pem'), 0, 0);
    writeFileSync(script, (await project.pki(['plan', '--commands'])).stdout);
    expect(await runProgram('sh', [script], { cwd: project.folder })).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
  });
});

describe('refused before anything is made', () => {
  it.each([
    ['owner', 'user'],
    ['group', 'group'],
  ])('an unknown %s, with its place', async (field, what) => {
    const project = new Project(
      MANIFEST.replace(/(?:owner|group): \d+, group: \d+/, `${field}: no-such-one`),
    );
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      new RegExp(`pki\\.yaml:5:\\d+: there is no ${what} "no-such-one" on this host\n.*create it first`),
    );
    expect(readdirSync(project.path('servers'))).toEqual(['web']);
  });

  itWhen(isRoot && has('setpriv'), 'becomes another user', 'a user who may give nothing away', async () => {
    const project = new Project(MANIFEST);
    chmodSync(project.folder, 0o777);
    const args = ['--reuid=65533', '--regid=65533', '--clear-groups', process.execPath];
    const pki = [new URL('../../dist/cli.js', import.meta.url).pathname, 'plan'];
    const run = await runProgram('setpriv', [...args, ...pki], { cwd: project.folder });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(`files cannot be given to user "${SERVICE}"`);
    expect(run.stdout).toContain('hint: run as root; only root gives files to other users');
    expect(run.stdout).toContain('1 refused');
  });
});

describe('in a manifest', () => {
  it.each([
    ['mode: "0644"', 'mode "0644" opens private keys to everyone'],
    ['mode: "0660"', 'mode "0660" lets a group do more with private keys than read them'],
    ['mode: "0700"', 'mode "0700" makes programs of files that are none'],
    ['mode: "0200"', 'mode "0200" keeps the owner from reading the key'],
    ['mode: rw', '"rw" is not a mode'],
    ['mode: 0640', '"mode" must be a mode in quotes such as "0640", not the number 0640'],
    ['owner: "-R"', '"-R" cannot be the name of a user'],
    ['group: "a b"', '"a b" cannot be the name of a group'],
    ['owner: 4294967295', '"owner" must be the name or number of a user'],
  ])('%s is a mistake', async (written, message) => {
    const project = new Project(MANIFEST.replace(/owner: \d+, group: \d+, mode: "0640"/, written));
    const { code, stderr } = await project.pki(['validate']);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('an authority that gives its key away is warned of, and defaults never do', async () => {
    const given = new Project(MANIFEST.replace('root: {', 'root: { owner: nobody,'));
    expect((await given.pki(['validate'])).stderr).toContain(
      'authority "root" gives its key to user "nobody", who can then sign anything in its name',
    );
    const inherited = new Project(
      MANIFEST.replace('authorities:', `defaults: { owner: ${SERVICE} }\nauthorities:`),
    );
    expect((await inherited.pki(['validate'])).stderr).toBe('');
    // Who cannot give them away is refused, and has it in no plan.
    if (!isRoot) return;
    const { changes } = await inherited.plan();
    const granted = changes.map((change) => [change.id, 'ownership' in change && change.ownership !== null]);
    expect(granted).toEqual([
      ['authorities/root', false],
      ['servers/db', true],
      ['servers/web', true],
    ]);
  });
});

const SERVED = `user::rw-
user:${SERVICE}:r--
group::---
mask::r--
other::---
`;
const LISTED = `version: 1
authorities:
  root: { commonName: Root }
servers:
  db: { commonName: db.example.test, outputs: [default, combined] }
  linked: { commonName: linked.example.test, publish: symlinks }
`;

async function getfacl(path: string): Promise<string> {
  const options = ['--omit-header', '--numeric', '--absolute-names', '--no-effective'];
  return (await runProgram('getfacl', [...options, path])).stdout.trimEnd();
}

async function setfacl(path: string, list: string): Promise<void> {
  const run = await runProgram('sh', ['-c', 'printf %s "$1" | setfacl --set-file=- "$2"', 'sh', list, path]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
}

async function rotated(project: Project, ...names: readonly string[]): Promise<void> {
  expect(await project.pki(['rotate', ...names, '--skip-verify'])).toMatchObject({
    code: 0,
    stderr: expect.not.stringContaining('error'),
  });
}

describe.skipIf(!has('setfacl') || !has('getfacl'))('access control lists (setfacl)', () => {
  it('stay with what takes the place of a file, and are no drift', async () => {
    const project = new Project(LISTED);
    await project.apply();
    const keys = ['servers/db/key.pem', 'servers/linked/key.pem'].map((path) => project.path(path));
    for (const key of keys) await setfacl(key, SERVED);
    const writers = SERVED.replace(/(user:\d+:).*/, '$1rw-').replace(/mask.*/, 'mask::rw-');
    await setfacl(project.path('servers/db/cert.pem'), writers.replace('other::---', 'other::r--'));
    expect(await project.actions()).toEqual({});
    await rotated(project, 'servers/db', 'servers/linked');
    for (const key of keys) expect(`${await getfacl(key)}\n`).toBe(SERVED);
    expect(await getfacl(project.path('servers/db/cert.pem'))).toContain(`user:${SERVICE}:rw-`);
    expect(await getfacl(project.path('servers/db/csr.pem'))).not.toContain('mask');
    expect(await project.actions()).toEqual({});
    project.write(LISTED.replace('combined]', 'combined, sec1]'));
    await project.apply();
    // What is new of a key is for those who have the key.
    for (const file of ['key-sec1.pem', 'combined.pem'])
      expect(`${await getfacl(project.path(`servers/db/${file}`))}\n`, file).toBe(
        file === 'combined.pem' ? 'user::rw-\ngroup::---\nother::---\n' : SERVED,
      );
  });

  it('never open a key to everyone, and go where the manifest says who may read it', async () => {
    const project = new Project(LISTED);
    await project.apply();
    const key = project.path('servers/db/key.pem');
    await setfacl(key, SERVED.replace('other::---', 'other::r--'));
    await rotated(project, 'servers/db');
    expect(`${await getfacl(key)}\n`).toBe(SERVED);
    project.write(LISTED.replace('combined]', 'combined], mode: "0640"'));
    await rotated(project, 'servers/db');
    expect(await getfacl(key)).toBe('user::rw-\ngroup::r--\nother::---');
    expect(await project.actions()).toEqual({});
  });

  it('go on serving who is named in them where a key is closed to everyone', async () => {
    const project = new Project(LISTED);
    await project.apply();
    const key = project.path('servers/db/key.pem');
    await setfacl(key, SERVED.replace('other::---', 'other::r--'));
    expect(await project.actions()).toEqual({ 'servers/db': 'refresh' });
    await project.apply();
    expect(`${await getfacl(key)}\n`).toBe(SERVED);
    expect(await project.actions()).toEqual({});
  });

  it('that open a key to its own group are drift', async () => {
    const project = new Project(LISTED);
    await project.apply();
    await setfacl(project.path('servers/db/key.pem'), SERVED.replace('group::---', 'group::r--'));
    expect(await project.actions()).toEqual({ 'servers/db': 'refresh' });
  });

  it('come along to another place', async () => {
    const project = new Project(LISTED);
    await project.apply();
    await setfacl(project.path('servers/db/key.pem'), SERVED);
    project.write(LISTED.replace('combined]', 'combined], folder: db'));
    await project.apply();
    expect(`${await getfacl(project.path('db/key.pem'))}\n`).toBe(SERVED);
  });
});
