// The built program over folders that others own or made: it refuses, gives up in time, and takes back what it cannot finish.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, runProgram } from '../helpers/cli.ts';
import { LONGER } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, itNeeds, itWhen, Project, publishedState, put } from './project.ts';
import { imperfections, withFault } from './wholeness.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers: { a: { commonName: a.example.test }, b: { commonName: b.example.test } }
`;
const APPLY = ['apply', '--skip-verify'];
const isRoot = process.geteuid?.() === 0;
/** No user of any system that these tests run on. */
const OTHER = 65_534;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** A commit that a crash cut short just behind its point of no return, with a new key that waits. */
async function halfWay(): Promise<Project> {
  const start = (): Project => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace('a.example.test', 'a.example.test, key: ed25519'));
    return project;
  };
  const counted = start();
  const log = join(counted.folder, 'log');
  expect(await counted.pki(APPLY, { env: withFault({ LOG: log }) })).toMatchObject({ code: 0 });
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const turn = lines.findIndex((line) => / rename .*\.pki\/stage\/[^/]+\/servers\.a$/.test(line));
  expect(turn).toBeGreaterThan(0);
  // What is done at the same time comes in another order in another run.
  for (const later of [2, 3, 1, 4, 0, 5, -1, 6, -2, 7, 8]) {
    const project = start();
    await project.pki(APPLY, { env: withFault({ AT: turn + later }) });
    if (existsSync(project.path('.pki/commit/servers.a/key.pem'))) return project;
  }
  throw new Error('no crash left a commit that is past its point of no return');
}

/** The new key is kept where it was put aside. */
function archivedKeys(project: Project): readonly string[] {
  const folder = project.path('.pki/archive/servers/a');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => /key(\.\d+)?\.pem$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('a commit that cannot be finished', () => {
  it('names the way out, which puts the old files back and keeps the new key', async () => {
    const project = await halfWay();
    const before = publishedState(project.path('servers/a'));
    const fresh = project.read('.pki/commit/servers.a/key.pem');
    renameSync(project.path('servers/a'), project.path('servers/aside'));
    symlinkSync('aside', project.path('servers/a'));
    for (const command of [APPLY, ['recover']]) {
      const run = await project.pki(command);
      expect(run.code).toBe(1);
      expect(run.stderr).toContain('pki: error: the new files of servers/a cannot be put in place: ');
      expect(run.stderr).toContain('"pki recover --discard servers/a"');
    }
    expect(await project.pki(['recover', '--discard', 'servers/a'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: 'servers/a: has its old files again; new keys and certificates are in the archive\n',
    });
    rmSync(project.path('servers/a'));
    renameSync(project.path('servers/aside'), project.path('servers/a'));
    expect(publishedState(project.path('servers/a'))).toEqual(before);
    expect(archivedKeys(project)).toEqual([fresh]);
    expect(await project.pki(['recover'])).toMatchObject({
      code: 0,
      stdout: 'recovered: nothing was left half-way\n',
    });
    await project.apply();
    expect(await imperfections(project)).toEqual([]);
  });

  it('is finished by "pki recover" alone where it can be, and nothing else is done', async () => {
    const project = await halfWay();
    const fresh = project.read('.pki/commit/servers.a/key.pem');
    rmSync(project.path('servers/b/cert.pem'));
    expect(await project.pki(['recover'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: 'servers/a: its new files are in place\n',
    });
    expect(project.read('servers/a/key.pem')).toBe(fresh);
    expect(await project.actions()).toEqual({ 'servers/b': 'issue' });
  });

  it('may be one of several, all of which are given up where all are named', async () => {
    const project = await halfWay();
    cpSync(project.path('.pki/commit/servers.a'), project.path('.pki/commit/servers.b'), { recursive: true });
    const before = ['servers/a', 'servers/b'].map((entity) => publishedState(project.path(entity)));
    expect(await project.pki(['recover', '--discard', 'servers/a,b'])).toMatchObject({
      code: 0,
      stdout: ['servers/a', 'servers/b']
        .map((entity) => `${entity}: has its old files again; new keys and certificates are in the archive\n`)
        .join(''),
    });
    expect(['servers/a', 'servers/b'].map((entity) => publishedState(project.path(entity)))).toEqual(before);
  });

  it('is looked for by name: one that there is not is an error, and nothing is done', async () => {
    const project = await halfWay();
    const run = await project.pki(['recover', '--discard', 'a,servers/b']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('pki: error: nothing of "servers/b" is left half-way\npki: hint: ');
    expect(readdirSync(project.path('.pki/commit'))).toEqual(['servers.a']);
  });
});

describe('what is known before the point of no return', () => {
  it('a file that is far too large is refused by the plan, and costs no memory', async () => {
    const project = copyOf(applied);
    rmSync(project.path('servers/a/csr.pem'));
    writeFileSync(project.path('servers/a/csr.pem'), '');
    truncateSync(project.path('servers/a/csr.pem'), 3 * 1024 ** 3);
    for (const command of [['plan'], APPLY]) {
      const run = await project.pki(command);
      expect(`${run.stdout}${run.stderr}`).toContain(
        '"servers/a/csr.pem" holds 3221225472 bytes, and no file of ours is as large',
      );
    }
    expect(readdirSync(project.path('.pki/commit'))).toEqual([]);
  });

  itWhen(
    isRoot && canMount(),
    'a file system of its own needs root',
    'a folder that is another file system is named, and the next run is not stuck',
    async () => {
      const project = copyOf(applied);
      const keep = join(project.folder, 'keep');
      execFileSync('cp', ['-a', project.path('servers/a'), keep]);
      for (const kind of [
        ['-t', 'tmpfs', 'tmpfs'],
        ['--bind', keep],
      ]) {
        execFileSync('mount', [...kind, project.path('servers/a')]);
        try {
          if (kind.includes('tmpfs')) execFileSync('cp', ['-a', `${keep}/.`, project.path('servers/a')]);
          const before = publishedState(project.path('servers/a'));
          const run = await project.pki(['rotate', 'servers/a', '--skip-verify']);
          expect(run.code).toBe(1);
          expect(run.stderr).toContain(`"${project.path('servers/a')}" is on another file system than`);
          expect(publishedState(project.path('servers/a'))).toEqual(before);
          expect(readdirSync(project.path('.pki/commit'))).toEqual([]);
          expect(await project.pki(APPLY)).toMatchObject({ code: 0, stderr: '' });
        } finally {
          execFileSync('umount', [project.path('servers/a')]);
        }
      }
    },
  );
});

function canMount(): boolean {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  }
}

describe('openssl', () => {
  it('never gets a path in which a FIFO or a device may be: the proof ends', async () => {
    const project = copyOf(applied);
    const cert = project.path('servers/a/cert.pem');
    rmSync(cert);
    execFileSync('mkfifo', [cert]);
    const run = await project.pki(['verify']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('bad servers/a (any): "servers/a/cert.pem" is not a plain file');
    rmSync(cert);
    symlinkSync('/dev/zero', cert);
    expect((await project.pki(['verify'])).stdout).toContain('"servers/a/cert.pem" is a symbolic link');
  });

  it.runIf(LONGER)('that hangs is ended, and the step that it hangs in is named; others go on', async () => {
    const project = new Project(MANIFEST);
    const slow = join(project.folder, 'openssl');
    put(slow, '#!/bin/sh\ncase "$*" in "ca "*servers.a/*) sleep 600 ;; esac\nexec openssl "$@"\n');
    chmodSync(slow, 0o755);
    const run = await project.pki([...APPLY, '--engine', 'openssl'], {
      env: { PKI_OPENSSL: slow, PKI_OPENSSL_TIMEOUT: '10' },
    });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /"servers\/a": could not issue the certificate: openssl did not end within 10 s and was stopped \(PKI_OPENSSL_TIMEOUT sets another limit\)/,
    );
    expect(Object.keys(await project.actions())).toEqual(['servers/a']);
    expect(existsSync(project.path('.pki/lock'))).toBe(false);
  });

  it('leaves no copy of a key behind in staging', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace('a.example.test', 'new.example.test'));
    await project.apply();
    expect(readdirSync(project.path('.pki')).sort()).toEqual(['archive', 'commit', 'ledger.jsonl']);
  });
});

it('few descriptors are enough', async () => {
  const project = new Project(MANIFEST);
  const script = 'ulimit -n 64; exec "$NODE" "$CLI" apply --skip-verify';
  const env = { NODE: process.execPath, CLI };
  const run = await runProgram('/bin/sh', ['-c', script], { cwd: project.folder, env });
  expect(run).toMatchObject({ code: 0, stdout: 'applied: 3 created in pki/\n' });
  const none = await runProgram('/bin/sh', ['-c', script.replace('64', '24')], { cwd: project.folder, env });
  expect(none.code).toBe(1);
  expect(none.stderr).toMatch(/^pki: error: .*\(?EMFILE\)?/m);
  expect(none.stderr).not.toMatch(/^ {4}at /m);
});

describe('a planted .pki', () => {
  const ORDER = {
    id: 'servers/a',
    moves: [['cert', 'way/authorized_keys']],
    deletes: [],
    archive: '.pki/archive/x',
    removes: null,
  };

  function plant(out: string, target: string): void {
    mkdirSync(join(out, '.pki/commit/servers.a'), { recursive: true });
    symlinkSync(target, join(out, 'way'));
    put(join(out, '.pki/commit/servers.a/cert.pem'), 'planted');
    put(join(out, '.pki/commit/servers.a/order.json'), JSON.stringify(ORDER));
  }

  itNeeds(['git'], 'that came with a repository moves nothing', async () => {
    const [origin, home, work] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    put(join(home, 'authorized_keys'), 'mine');
    put(join(origin, 'pki.yaml'), MANIFEST);
    plant(join(origin, 'pki'), home);
    const git = (cwd: string, ...args: readonly string[]): void =>
      void execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.test', ...args], {
        cwd,
        stdio: 'pipe',
      });
    git(origin, 'init', '-q');
    git(origin, 'add', '-f', '-A');
    git(origin, 'commit', '-q', '-m', 'x');
    git(work, 'clone', '-q', origin, 'clone');
    const project = new Project(MANIFEST, { folder: join(work, 'clone') });
    for (const command of [['plan'], ['status'], ['history'], APPLY, ['recover']]) {
      const run = await project.pki(command);
      expect(run.code).toBe(1);
      expect(run.stderr).toContain(`pki: error: "${project.path('.pki')}" is tracked by git`);
    }
    expect(readFileSync(join(home, 'authorized_keys'), 'utf8')).toBe('mine');
    // What is untracked was looked at by someone; then the link is what is in the way.
    git(project.folder, 'rm', '-r', '-q', '--cached', 'pki/.pki');
    const run = await project.pki(APPLY);
    expect(run.stderr).toContain(`"${project.path('way')}" is a symbolic link`);
    expect(readFileSync(join(home, 'authorized_keys'), 'utf8')).toBe('mine');
  });

  itWhen(
    isRoot,
    'another user needs root',
    'of another user moves nothing, unless that user is trusted',
    async () => {
      const home = temporaryFolder();
      put(join(home, 'authorized_keys'), 'mine');
      const project = new Project(MANIFEST);
      plant(project.out, home);
      execFileSync('chown', ['-R', String(OTHER), project.out]);
      for (const command of [['plan'], APPLY]) {
        const run = await project.pki(command);
        expect(run.code).toBe(1);
        expect(run.stderr).toContain(`"${project.path('.pki')}" belongs to another user (uid ${OTHER})`);
        expect(run.stderr).toContain(`with PKI_TRUST_OWNER=${OTHER}`);
      }
      for (const env of [{ PKI_TRUST_OWNER: String(OTHER) }, { SUDO_UID: String(OTHER) }]) {
        const run = await project.pki(APPLY, { env });
        expect(run.stderr).toContain(`"${project.path('way')}" is a symbolic link`);
      }
      expect(readFileSync(join(home, 'authorized_keys'), 'utf8')).toBe('mine');
    },
  );

  it.each(['../way/x', '.pki/ledger.jsonl', '.git/hooks/post-checkout', 'a/.GIT/config', 'servers//a'])(
    'whose order leads to %j is no order',
    async (path) => {
      const project = copyOf(applied);
      put(project.path('.pki/commit/servers.a/cert.pem'), 'planted');
      put(
        project.path('.pki/commit/servers.a/order.json'),
        JSON.stringify({ ...ORDER, moves: [['cert', path]] }),
      );
      const before = publishedState(project.out);
      const run = await project.pki(APPLY);
      expect(run.stderr).toContain('order.json" does not say where the files beside it belong');
      expect(publishedState(project.out)).toEqual(before);
    },
  );
});

describe('a folder that another user owns', () => {
  itWhen(isRoot, 'another user needs root', 'is reported, by plan and apply', async () => {
    const project = copyOf(applied);
    chownSync(project.path('servers/a'), OTHER, OTHER);
    for (const command of [['plan'], APPLY]) {
      const run = await project.pki(command);
      expect(run).toMatchObject({ code: 0 });
      expect(run.stderr).toContain(
        `pki: warning: "${project.path('servers/a')}" belongs to another user (uid ${OTHER})`,
      );
    }
    expect((await project.plan()).exposed).toEqual(['servers/a']);
    const run = await project.pki(APPLY, { env: { PKI_TRUST_OWNER: String(OTHER) } });
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  itWhen(
    isRoot,
    'another user needs root',
    'with a key of that user: the archive has a copy that is ours, which that user cannot change',
    async () => {
      const project = copyOf(applied);
      execFileSync('chown', ['-R', String(OTHER), project.path('servers/a')]);
      const old = project.read('servers/a/key.pem');
      expect(await project.pki(['rotate', 'servers/a', '--skip-verify'])).toMatchObject({ code: 0 });
      const folder = project.path('.pki/archive/servers/a');
      const [stamp = ''] = readdirSync(folder);
      const kept = join(folder, stamp, 'key.pem');
      expect(readFileSync(kept, 'utf8')).toBe(old);
      expect(statSync(kept)).toMatchObject({ uid: 0, mode: 0o100600, nlink: 1 });
    },
  );

  itWhen(
    isRoot,
    'another user needs root',
    'is no hindrance to that user, who may plan and look at what root has made',
    async () => {
      const project = copyOf(applied);
      chmodSync(project.folder, 0o755);
      chownSync(project.path('servers/a'), OTHER, OTHER);
      const as = ['setpriv', `--reuid=${OTHER}`, `--regid=${OTHER}`, '--clear-groups'];
      const [program = '', ...args] = [...as, process.execPath, CLI, 'status', '--json'];
      const run = await runProgram(program, args, { cwd: project.folder });
      expect(run.stderr).not.toContain('belongs to another user (uid 0)');
      expect(run.stdout).toContain('"servers/a"');
    },
  );
});
