// `publish: symlinks` from the manifest to the disk and back, by the built program.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, Project, publicKeyOf, stateOf } from './project.ts';

const manifest = (publish: string, more = '') => `
version: 1
${publish === '' ? '' : `defaults: { publish: ${publish} }`}
authorities:
  root: { commonName: Root }
  sub: { commonName: Sub, issuer: root }
servers:
  api: { issuer: sub, commonName: api.example.test, san: [api.example.test${more}] }
`;
const API = 'servers/api';
const IDS = ['authorities/root', 'authorities/sub', API];

let made: Promise<Project> | undefined;
/** A project whose files are behind links; made once, copied for each test. */
async function linked(): Promise<Project> {
  made ??= (async () => {
    const project = new Project(manifest('symlinks'));
    const run = await project.pki(['apply']);
    if (run.code !== 0) throw new Error(run.stderr);
    return project;
  })();
  return copyOf(await made);
}

const names = (project: Project, id = API): readonly string[] => readdirSync(project.path(id)).sort();
function breakLinks(project: Project): void {
  for (const name of ['..data', 'key.pem']) unlinkSync(project.path(API, name));
}

const version = (project: Project): string => readlinkSync(project.path(API, '..data'));

async function expectFits(project: Project): Promise<void> {
  const key = await publicKeyOf(project.path(API, 'key.pem'), 'key');
  expect(await publicKeyOf(project.path(API, 'cert.pem'), 'cert')).toBe(key);
  const roots = project.path(API, 'ca.pem');
  const chain = project.path(API, 'chain.pem');
  await openssl([
    'verify',
    '-x509_strict',
    '-CAfile',
    roots,
    '-untrusted',
    chain,
    project.path(API, 'cert.pem'),
  ]);
}

/** Without the folder in which every run has its lock for a while. */
function filesOf(project: Project): Record<string, string> {
  const all = Object.entries(stateOf(project.out));
  return Object.fromEntries(all.filter(([path]) => !path.startsWith('.pki')));
}

/** Applied, nothing is due, and a second apply writes nothing. */
async function expectSettled(project: Project): Promise<void> {
  await project.apply();
  const before = filesOf(project);
  expect(await project.actions()).toEqual({});
  await project.apply();
  expect(filesOf(project)).toEqual(before);
}

/** No second version, no draft of a link. */
function expectClean(project: Project): void {
  for (const id of IDS) expect(names(project, id).filter((name) => name.startsWith('..'))).toHaveLength(2);
}

describe('a manifest with publish: symlinks', () => {
  it('is applied, proven, and has nothing due afterwards', async () => {
    const project = await linked();
    expect(names(project)).toEqual(
      [
        '..data',
        version(project),
        'ca.pem',
        'cert.pem',
        'chain.pem',
        'csr.pem',
        'fullchain.pem',
        'key.pem',
      ].sort(),
    );
    expect(readlinkSync(project.path(API, 'key.pem'))).toBe('..data/key.pem');
    await expectFits(project);
    await expectSettled(project);
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
    expect(await project.pki(['status'])).toMatchObject({ code: 0 });
  });

  it('re-issues with the key, which stays the same file', async () => {
    const project = await linked();
    const key = project.read(API, 'key.pem');
    project.write(manifest('symlinks', ', more.example.test'));
    expect(await project.actions()).toEqual({ [API]: 'issue' });
    await expectSettled(project);
    expect(project.read(API, 'key.pem')).toBe(key);
    await expectFits(project);
    expectClean(project);
  });

  it('re-keys server and root, and keeps the root’s previous certificate', async () => {
    const project = await linked();
    const key = project.read(API, 'key.pem');
    const run = await project.pki(['rotate', 'api', 'root', '--allow', 'rekey-ca', '--skip-verify']);
    expect(run).toMatchObject({ code: 0 });
    expect(project.read(API, 'key.pem')).not.toBe(key);
    expect(readlinkSync(project.path('authorities/root/previous.pem'))).toBe('..data/previous.pem');
    await expectFits(project);
    await expectSettled(project);
    expectClean(project);
    const archive = readdirSync(project.path('.pki/archive', API), { recursive: true, encoding: 'utf8' });
    expect(archive.filter((name) => name.endsWith('key.pem'))).toHaveLength(1);
  });

  it('an entity that left it is removed with its links', async () => {
    const project = await linked();
    project.write(manifest('symlinks').replace(/servers:[\s\S]*/, ''));
    await project.applyByCommand('--allow', 'remove');
    expect(existsSync(project.path(API))).toBe(false);
  });
});

describe('a change of mode', () => {
  it.each([
    ['symlinks', 'files'],
    ['files', 'symlinks'],
  ])('from %s to %s refreshes, and changes no byte', async (before, after) => {
    const project = await linked();
    if (before === 'files') {
      project.write(manifest('files'));
      await project.apply();
    }
    const contents = () =>
      names(project)
        .filter((n) => !n.startsWith('..'))
        .map((n) => project.read(API, n));
    const files = contents();
    project.write(manifest(after));
    expect(await project.actions()).toEqual(Object.fromEntries(IDS.map((id) => [id, 'refresh'])));
    const { reasons } = await project.change(API);
    expect(reasons).toMatchObject([
      { kind: 'publish', before, after, text: `publish: ${before} → ${after}` },
    ]);
    await expectSettled(project);
    expect(contents()).toEqual(files);
    expect(names(project).some((name) => name.startsWith('..'))).toBe(after === 'symlinks');
    expect(existsSync(project.path('.pki/archive'))).toBe(false);
  });

  it('together with another name, and with damage', async () => {
    const project = await linked();
    const key = project.read(API, 'key.pem');
    for (const name of ['..data', 'key.pem']) unlinkSync(project.path(API, name));
    project.write(manifest('', ', more.example.test'));
    expect(await project.actions()).toMatchObject({ [API]: 'issue' });
    await expectSettled(project);
    expect(project.read(API, 'key.pem')).toBe(key);
    expect(names(project).some((name) => name.startsWith('..'))).toBe(false);
    await expectFits(project);
  });
});

describe('damage', () => {
  it.each<[what: string, damage: (project: Project) => void, says: string]>([
    ['..data deleted', (p) => unlinkSync(p.path(API, '..data')), '"..data" is missing'],
    ['the key’s link deleted', (p) => unlinkSync(p.path(API, 'key.pem')), '"key.pem" is missing'],
    [
      'an old version by hand',
      (p) => {
        mkdirSync(p.path(API, '..v-old'));
        writeFileSync(p.path(API, '..v-old/key.pem'), 'x');
      },
      '"..v-old" is left over',
    ],
    [
      'a version renamed by hand',
      (p) => renameSync(p.path(API, version(p)), p.path(API, '..v-other')),
      '"..data" leads nowhere',
    ],
    [
      'a plain file in a link’s place',
      (p) => {
        const text = p.read(API, 'cert.pem');
        unlinkSync(p.path(API, 'cert.pem'));
        writeFileSync(p.path(API, 'cert.pem'), text);
      },
      '"cert.pem" is a plain file',
    ],
  ])('%s is named and mended; also together with a re-issue', async (_, damage, says) => {
    const project = await linked();
    const [key, cert] = [project.read(API, 'key.pem'), project.read(API, 'cert.pem')];
    damage(project);
    const change = await project.change(API);
    expect(change).toMatchObject({ action: 'refresh', newKey: false });
    expect(change.reasons.map(({ text }) => text).join()).toContain(says);
    const twin = copyOf(project);
    await expectSettled(project);
    expect([project.read(API, 'key.pem'), project.read(API, 'cert.pem')]).toEqual([key, cert]);
    expectClean(project);
    twin.write(manifest('symlinks', ', more.example.test'));
    await expectSettled(twin);
    expect(twin.read(API, 'key.pem')).toBe(key);
    await expectFits(twin);
    expectClean(twin);
  });

  it('a link that leads out of the folder is refused, with a hint, and left alone', async () => {
    const project = await linked();
    renameSync(project.path(API, version(project)), project.path('..v-out'));
    unlinkSync(project.path(API, '..data'));
    symlinkSync('../../..v-out', project.path(API, '..data'));
    const change = await project.change(API);
    expect(change.action).toBe('refuse');
    expect(change.refusal).toEqual({
      problem: '"servers/api/key.pem" is published through "..data" beside it, which leads out of its folder',
      hint: 'put "..data" right or move it away, and run again',
    });
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
    expect(readdirSync(project.path('..v-out')).length).toBeGreaterThan(5);
  });

  it('a key whose mode is too open is closed behind its link', async () => {
    const project = await linked();
    const before = version(project);
    chmodSync(project.path(API, 'key.pem'), 0o644);
    await expectSettled(project);
    expect(statSync(project.path(API, 'key.pem')).mode & 0o777).toBe(0o600);
    expect(version(project)).toBe(before);
  });
});

describe('the script of a plan', () => {
  const carryOut = async (project: Project, ...args: readonly string[]): Promise<void> => {
    const { stdout } = await project.pki(['plan', '--commands', ...args]);
    writeFileSync(`${project.folder}/plan.sh`, stdout);
    execFileSync('sh', ['plan.sh'], { cwd: project.folder, stdio: 'pipe' });
    expect(await project.actions()).toEqual({});
    await project.apply();
  };

  it('makes the same from nothing', async () => {
    const project = new Project(manifest('symlinks'));
    await carryOut(project);
    await expectFits(project);
    expectClean(project);
  });

  it.each<[what: string, after: string, damage: (project: Project) => void]>([
    ['re-issues', manifest('symlinks', ', more.example.test'), () => {}],
    ['switches back', manifest(''), () => {}],
    ['switches back and re-issues', manifest('', ', more.example.test'), () => {}],
    ['mends', manifest('symlinks'), breakLinks],
    ['mends and re-issues', manifest('symlinks', ', more.example.test'), breakLinks],
    ['removes', manifest('symlinks').replace(/servers:[\s\S]*/, ''), () => {}],
  ])('%s', async (what, after, damage) => {
    const project = await linked();
    const key = project.read(API, 'key.pem');
    damage(project);
    project.write(after);
    await carryOut(project);
    if (what === 'removes') return expect(existsSync(project.path(API))).toBe(false);
    expect(project.read(API, 'key.pem')).toBe(key);
    await expectFits(project);
    expect(names(project).filter((name) => name.startsWith('..'))).toHaveLength(
      what.startsWith('switches') ? 0 : 2,
    );
  });

  it('goes from plain files to links', async () => {
    const project = await linked();
    project.write(manifest(''));
    await project.apply();
    const key = project.read(API, 'key.pem');
    project.write(manifest('symlinks'));
    await carryOut(project);
    expect(project.read(API, 'key.pem')).toBe(key);
    expectClean(project);
    rmSync(project.folder, { recursive: true });
  });
});
