// Where a file system or the user's umask is not what a program expects: what is missing is named, and nothing half done.
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, runProgram } from '../helpers/cli.ts';
import { copyOf, itWhen, Project, publishedState } from './project.ts';
import { withFault } from './wholeness.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers:
  a: { commonName: a.example.test }
  b: { commonName: b.example.test, folder: deep/er/b, files: { ca: trust/ca.crt } }
clients: { c: { commonName: c, folder: . , files: { key: c.key, cert: c.crt }, outputs: [key, cert] } }
`;
const LINKED = MANIFEST.replace('a.example.test', 'a.example.test, publish: symlinks');
const APPLY = ['apply', '--skip-verify'];

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

describe('without symbolic links', () => {
  const env = withFault({ NEVER: 'symlink' });

  it('a first issue behind links says what is missing, and files do', async () => {
    const project = new Project(LINKED);
    const run = await project.pki(APPLY, { env });
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toMatch(
      /"servers\/a": could not publish: ".*" is on a file system without symbolic links, and "publish: symlinks" needs them\n/,
    );
    expect(readdirSync(project.path('.pki/commit'))).toEqual([]);
    project.write(MANIFEST);
    expect(await project.pki(APPLY, { env })).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
  });

  it('a switch to links changes nothing, and is taken back by the manifest', async () => {
    const project = copyOf(applied);
    project.write(LINKED);
    const before = publishedState(project.path('servers/a'));
    for (let time = 0; time < 2; time++) {
      const run = await project.pki(APPLY, { env });
      expect(run).toMatchObject({ code: 1 });
      expect(run.stderr).toContain('is on a file system without symbolic links');
      expect(publishedState(project.path('servers/a'))).toEqual(before);
    }
    project.write(MANIFEST);
    expect(await project.pki(APPLY, { env })).toMatchObject({ code: 0, stderr: '' });
    expect(await project.actions()).toEqual({});
  });
});

describe('where modes cannot be changed', () => {
  const env = withFault({ NEVER: 'chmod,fchmod' });

  it('what is closed anyway is good', async () => {
    const project = new Project(MANIFEST);
    expect(await project.pki(APPLY, { env })).toMatchObject({ code: 0 });
    for (const id of ['authorities/root', 'servers/a', 'deep/er/b'])
      expect(statSync(project.path(id, 'key.pem')).mode & 0o777).toBe(0o600);
    expect(await project.actions()).toEqual({});
  });

  it('a key that stays open to others is named, with the cause', async () => {
    const project = copyOf(applied);
    chmodSync(project.path('servers/a/key.pem'), 0o666);
    const run = await project.pki(APPLY, { env });
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toMatch(
      /key\.pem" stays open to others \(mode 666\), because its file system has no modes/,
    );
  });
});

/** Path → mode, of everything below the output folder but `.pki`. */
function modesOf(project: Project): Record<string, string> {
  const entries = readdirSync(project.out, { recursive: true, withFileTypes: true });
  const paths = entries.map(({ parentPath, name }) => relative(project.out, join(parentPath, name)));
  const ours = ['.', ...paths.filter((path) => !path.startsWith('.pki'))].sort();
  return Object.fromEntries(
    ours.map((path) => [path, (statSync(project.path(path)).mode & 0o7777).toString(8)]),
  );
}

describe('the umask', () => {
  const SCRIPT = 'umask $1; shift; exec "$@"';
  const under = (umask: string, project: Project) =>
    runProgram('sh', ['-c', SCRIPT, 'sh', umask, process.execPath, CLI, ...APPLY], { cwd: project.folder });

  it.each(['077', '000', '027', '002', '777', '277'])(
    'of %s decides nothing, in whatever folder a file is',
    async (umask) => {
      const project = new Project(MANIFEST);
      expect(await under(umask, project)).toMatchObject({ code: 0 });
      const modes = modesOf(project);
      expect(modes).toEqual(modesOf(applied));
      for (const [path, mode] of Object.entries(modes)) {
        const isFolder = statSync(project.path(path)).isDirectory();
        expect(`${path} ${mode}`).toBe(
          `${path} ${isFolder ? '755' : /key(\.pem)?$/.test(path) ? '600' : '644'}`,
        );
      }
      expect(statSync(project.path('.pki')).mode & 0o777).toBe(0o700);
      expect(statSync(project.path('.pki/ledger.jsonl')).mode & 0o777).toBe(0o600);
    },
  );

  it('opens no folder that was closed by its owner', async () => {
    const project = new Project(MANIFEST);
    mkdirSync(project.path('deep'), { recursive: true });
    chmodSync(project.out, 0o750);
    chmodSync(project.path('deep'), 0o700);
    expect(await under('077', project)).toMatchObject({ code: 0 });
    expect(modesOf(project)).toMatchObject({ '.': '750', deep: '700', 'deep/er': '755' });
  });

  itWhen(
    process.geteuid?.() === 0,
    'only root gives files away',
    'leaves a folder to its group',
    async () => {
      const project = new Project(MANIFEST);
      mkdirSync(project.out);
      chownSync(project.out, 0, 65_530);
      chmodSync(project.out, 0o2750);
      expect(await under('077', project)).toMatchObject({ code: 0 });
      expect(modesOf(project)).toMatchObject({ '.': '2750', servers: '2755', 'deep/er': '2755' });
      expect(statSync(project.path('servers')).gid).toBe(65_530);
      expect(existsSync(project.path('servers/a/key.pem'))).toBe(true);
    },
  );
});
