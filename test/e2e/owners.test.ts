// What a file was given stays with the one that replaces it: its owner, its group and its mode, and nothing that opens a key.
import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { copyOf, has, itWhen, Project } from './project.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers: { db: { commonName: db.example.test, outputs: [key, cert, fullchain, ca, combined] } }
`;
const isRoot = process.geteuid?.() === 0;
/** No user and no group of any system that these tests run on. */
const [SERVICE, GROUP] = [65_531, 65_530];
const ROTATE = ['rotate', 'servers/db', '--skip-verify'];

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** `uid:gid mode`. */
function rights(project: Project, file: string): string {
  const { uid, gid, mode } = statSync(project.path('servers/db', file));
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
}

function give(project: Project, file: string, uid: number, gid: number, mode: number): void {
  chownSync(project.path('servers/db', file), uid, gid);
  chmodSync(project.path('servers/db', file), mode);
}

async function rotated(project: Project): Promise<void> {
  const before = project.read('servers/db/key.pem');
  expect(await project.pki(ROTATE)).toMatchObject({ code: 0 });
  expect(project.read('servers/db/key.pem')).not.toBe(before);
  expect(await project.actions()).toEqual({});
}

const REASON = 'only root gives files away';

describe('a re-key leaves to whom files belong', () => {
  itWhen(isRoot && has('setpriv'), REASON, 'where a service has its folder', async () => {
    const project = copyOf(applied);
    chownSync(project.path('servers/db'), SERVICE, GROUP);
    give(project, 'key.pem', SERVICE, GROUP, 0o400);
    give(project, 'cert.pem', SERVICE, GROUP, 0o640);
    await rotated(project);
    expect(rights(project, 'key.pem')).toBe(`${SERVICE}:${GROUP} 400`);
    expect(rights(project, 'cert.pem')).toBe(`${SERVICE}:${GROUP} 640`);
    expect(rights(project, 'ca.pem')).toBe('0:0 644');
    const args = [
      `--reuid=${SERVICE}`,
      `--regid=${GROUP}`,
      '--clear-groups',
      'cat',
      project.path('servers/db/key.pem'),
    ];
    chmodSync(project.folder, 0o755);
    expect(await runProgram('setpriv', args)).toMatchObject({
      code: 0,
      stdout: project.read('servers/db/key.pem'),
    });
  });

  itWhen(isRoot, REASON, 'where a group was given the key, which is no drift', async () => {
    const project = copyOf(applied);
    give(project, 'key.pem', 0, GROUP, 0o640);
    expect(await project.actions()).toEqual({});
    const note = `servers/db: its key.pem can also be read by the group that it was given to (number ${GROUP}), and stays so\n`;
    expect((await project.pki(['plan', '--verbose'])).stdout).toContain(`note: ${note}`);
    // Otherwise once: when another key gets the same rights.
    expect((await project.pki(['plan'])).stdout).not.toContain('note:');
    expect((await project.pki(['plan', '--rotate', 'db'])).stdout).toContain(`\nnote: ${note}`);
    expect((await project.pki(ROTATE)).stderr).toContain(`pki: ${note}`);
    expect((await project.pki(['apply', '--skip-verify'])).stderr).not.toContain(note);
    expect(rights(project, 'key.pem')).toBe(`0:${GROUP} 640`);
    expect(rights(project, 'combined.pem')).toBe('0:0 600');
  });

  itWhen(isRoot, REASON, 'also for a secret that is new, and in another folder', async () => {
    const project = copyOf(applied);
    give(project, 'key.pem', SERVICE, GROUP, 0o440);
    project.write(MANIFEST.replace('combined]', 'combined, pkcs8-der]'));
    await project.apply();
    expect(rights(project, 'key.pk8')).toBe(`${SERVICE}:${GROUP} 440`);
    project.write(MANIFEST.replace('outputs', 'folder: servers/db/tls, outputs'));
    await project.apply();
    expect(rights(project, 'tls/key.pem')).toBe(`${SERVICE}:${GROUP} 440`);
    expect(rights(project, 'tls/cert.pem')).toBe('0:0 644');
  });

  itWhen(isRoot, REASON, 'behind links', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace('outputs', 'publish: symlinks, outputs'));
    give(project, 'key.pem', SERVICE, GROUP, 0o600);
    for (let time = 0; time < 2; time++) {
      await project.apply();
      await rotated(project);
      expect(rights(project, 'key.pem')).toBe(`${SERVICE}:${GROUP} 600`);
    }
  });
});

describe('a re-key opens no key', () => {
  itWhen(isRoot, REASON, 'to whoever the file says, where all may write into the folder', async () => {
    const project = copyOf(applied);
    give(project, 'key.pem', SERVICE, GROUP, 0o640);
    chmodSync(project.path('servers/db'), 0o777);
    expect(await project.pki(ROTATE)).toMatchObject({ code: 0 });
    expect(rights(project, 'key.pem')).toBe('0:0 600');
  });

  itWhen(isRoot, REASON, 'but to the group that root gave it to, also in such a folder', async () => {
    const project = copyOf(applied);
    give(project, 'key.pem', 0, GROUP, 0o640);
    chmodSync(project.path('servers/db'), 0o777);
    expect(await project.pki(ROTATE)).toMatchObject({ code: 0 });
    expect(rights(project, 'key.pem')).toBe(`0:${GROUP} 640`);
  });

  itWhen(isRoot, REASON, 'to everyone, nor to a group that may write', async () => {
    for (const mode of [0o644, 0o660, 0o646, 0o777, 0o4755]) {
      const project = copyOf(applied);
      give(project, 'key.pem', 0, GROUP, mode);
      expect((await project.change('servers/db')).reasons.map(({ kind }) => kind)).toEqual(['mode']);
      expect(await project.pki(ROTATE)).toMatchObject({ code: 0 });
      expect(Number.parseInt(rights(project, 'key.pem').split(' ')[1] ?? '', 8) & 0o7037).toBe(0);
    }
  });

  itWhen(isRoot, REASON, 'and neither does a refresh, which takes nothing from the group', async () => {
    for (const [mode, after] of [
      [0o644, '640'],
      [0o645, '640'],
      [0o604, '600'],
    ] as const) {
      const project = copyOf(applied);
      give(project, 'key.pem', 0, GROUP, mode);
      expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 0 });
      expect(rights(project, 'key.pem')).toBe(`0:${GROUP} ${after}`);
      expect(await project.actions()).toEqual({});
    }
  });

  it('to the group that every file begins with', async () => {
    const project = copyOf(applied);
    chmodSync(project.path('servers/db/key.pem'), 0o640);
    expect(await project.actions()).toEqual({ 'servers/db': 'refresh' });
    await project.apply();
    expect(statSync(project.path('servers/db/key.pem')).mode & 0o777).toBe(0o600);
  });
});

it('a certificate that only its owner reads stays so, and what others may write does not', async () => {
  const project = copyOf(applied);
  chmodSync(project.path('servers/db/cert.pem'), 0o600);
  chmodSync(project.path('servers/db/ca.pem'), 0o444);
  await rotated(project);
  expect(statSync(project.path('servers/db/cert.pem')).mode & 0o777).toBe(0o600);
  chmodSync(project.path('servers/db/cert.pem'), 0o666);
  expect(await project.pki(ROTATE)).toMatchObject({ code: 0 });
  expect(statSync(project.path('servers/db/cert.pem')).mode & 0o777).toBe(0o644);
  expect(readFileSync(project.path('servers/db/cert.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
});
