/** A folder with nothing to do is known by its files: what the program says is the same, and every change is seen. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, REPOSITORY, type Run, type RunOptions, runPki, runProgram, snapshot } from '../helpers/cli.ts';
import { copyOf, has, itWhen, Project } from './project.ts';

const NAMES = Array.from({ length: 25 }, (_, i) => `s${i}`);

function manifestOf(last = 'last', more = ''): string {
  const servers = NAMES.map((name) => `  ${name}: { san: [${name}.example.test] }`);
  return `version: 1
defaults: { key: ecdsa-p256 }
authorities: { root: { commonName: Root } }
servers:
${servers.join('\n')}
  last: { san: [${last}.example.test] }
${more}`;
}

const NOTHING_DUE = 'plan: 27 unchanged, nothing to do\n';

let applied: Project;
beforeAll(async () => {
  applied = await appliedProject();
});

async function appliedProject(): Promise<Project> {
  const project = new Project(manifestOf());
  await pki(project, ['apply', '--skip-verify']);
  return project;
}

/** As it is typed: an engine that is asked for needs a look. */
const pki = (project: Project, args: readonly string[], env: RunOptions['env'] = {}): Promise<Run> =>
  runPki(args, { cwd: project.folder, env });

/** @param now seconds since 1970. */
function clockAt(now: number): Record<string, string> {
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${preload}`, PKI_CLOCK: String(now * 1000) };
}

const recordIn = (project: Project): string => project.path('.pki/idle.bin');

/** A record that says something else, in a form that is believed: what a plan says then shows whether it was asked. */
function lie(project: Project): void {
  const record = deserialize(readFileSync(recordIn(project)).subarray(32));
  const body = serialize({ ...record, entities: 4711 });
  writeFileSync(recordIn(project), Buffer.concat([createHash('sha256').update(body).digest(), body]));
}

const LIE = 'plan: 4711 unchanged, nothing to do\n';

it('says what it would say without', async () => {
  expect(existsSync(recordIn(applied))).toBe(true);
  const hidden = `${applied.folder}/hidden`;
  for (const args of [['plan'], ['plan', '--detailed-exitcode']]) {
    const known = await pki(applied, args);
    expect(known).toEqual({ code: 0, stdout: NOTHING_DUE, stderr: '' });
    renameSync(recordIn(applied), hidden);
    expect(await pki(applied, args), args.join(' ')).toEqual(known);
    renameSync(hidden, recordIn(applied));
  }
});

it('what asks for more is answered by a look', async () => {
  expect((await pki(applied, ['plan', '--verbose'])).stdout).toContain('= servers/s3');
  expect((await pki(applied, ['plan', '--json'])).stdout).toContain('"due": false');
  expect((await pki(applied, ['plan', '--now', '2100-01-01T00:00:00Z'])).stdout).toContain('27 to issue');
  expect((await pki(applied, ['plan', '--rotate', 's3'])).stdout).toContain('1 to re-key');
});

it('another apply says that nothing was to be done, and changes no octet', async () => {
  const before = snapshot(applied.out);
  const { code, stdout } = await pki(applied, ['apply', '--skip-verify']);
  expect(code).toBe(0);
  expect(stdout).toContain('nothing to do, everything matches the manifest');
  expect(snapshot(applied.out)).toEqual(before);
});

it('the record is closed to others, and says when it ends', () => {
  expect(statSync(recordIn(applied)).mode & 0o777).toBe(0o600);
  const { from, until } = deserialize(readFileSync(recordIn(applied)).subarray(32));
  expect(until).toBeGreaterThan(from);
});

describe('is seen by the next plan:', () => {
  it.each<readonly [string, (project: Project) => void, RegExp]>([
    ['an edit', (project) => project.write(manifestOf('other')), /~ servers\/last .*\n[\s\S]*1 to issue/],
    ['a key that is gone', (project) => rmSync(project.path('servers/s3/key.pem')), /servers\/s3/],
    ['a mode', (project) => chmodSync(project.path('servers/s3/key.pem'), 0o644), /servers\/s3/],
    [
      'one octet',
      (project) => appendFileSync(project.path('servers/s3/cert.pem'), '\n-----BEGIN'),
      /servers\/s3/,
    ],
    [
      'a chain of someone else',
      (project) => cpSync(project.path('servers/s4/cert.pem'), project.path('servers/s3/cert.pem')),
      /servers\/s3/,
    ],
    [
      'a section that is gone',
      (project) => rmSync(project.path('servers'), { recursive: true }),
      /26 to create/,
    ],
    [
      'an entity that left',
      (project) => project.write(manifestOf().replace(/ {2}s3:.*\n/, '')),
      /- servers\/s3 .*remove/,
    ],
    [
      'an output folder of another name',
      (project) => project.write(`${manifestOf()}output: other\n`),
      /27 to create/,
    ],
  ])('%s', async (_, change, text) => {
    const project = await appliedProject();
    expect((await pki(project, ['plan'])).stdout).toBe(NOTHING_DUE);
    change(project);
    expect((await pki(project, ['plan'])).stdout).toMatch(text);
  });

  it('a folder that others may write to, in a warning', async () => {
    const project = await appliedProject();
    for (const folder of ['', 'servers', 'servers/s3']) {
      chmodSync(project.path(folder), 0o777);
      const { stdout, stderr } = await pki(project, ['plan']);
      expect(stdout).toBe(NOTHING_DUE);
      expect(stderr, folder).toContain('is writable by others');
      chmodSync(project.path(folder), 0o755);
    }
  });

  it('.pki behind a link, open to others, or in a repository', async () => {
    const project = await appliedProject();
    chmodSync(project.path('.pki'), 0o777);
    expect(await pki(project, ['plan'])).toMatchObject({ code: 1, stdout: '' });
    chmodSync(project.path('.pki'), 0o700);
    expect((await pki(project, ['plan'])).stdout).toBe(NOTHING_DUE);
    renameSync(project.path('.pki'), `${project.folder}/own`);
    symlinkSync('../own', project.path('.pki'));
    expect(await pki(project, ['plan'])).toMatchObject({ code: 1, stdout: '' });
  });

  it('a manifest that is wrong', async () => {
    const project = await appliedProject();
    project.write(manifestOf().replace('ecdsa-p256', 'ecdsa-p255'));
    expect(await pki(project, ['plan'])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('the record is asked', () => {
  it('by a plan of the same manifest, by its name', async () => {
    const project = await appliedProject();
    lie(project);
    expect((await pki(project, ['plan'])).stdout).toBe(LIE);
    expect((await pki(project, ['plan', '--detailed-exitcode'])).stdout).toBe(LIE);
    expect((await pki(project, ['plan', './pki.yaml'])).stdout).toBe(NOTHING_DUE);
  });

  it('and not by one that asks for more', async () => {
    const project = await appliedProject();
    lie(project);
    expect((await pki(project, ['plan', '--verbose'])).stdout).toContain('= servers/s3');
    for (const more of [['--engine', 'node'], ['--trust-clock'], ['--public'], ['--allow-path', '/etc']])
      expect((await pki(project, ['plan', ...more])).stdout, more.join(' ')).toContain('27 unchanged');
  });

  it('and not by a clock before it, or after its end', async () => {
    const project = await appliedProject();
    const { from, until } = deserialize(readFileSync(recordIn(project)).subarray(32));
    lie(project);
    for (const [now, text] of [
      [from - 5, NOTHING_DUE],
      [from, LIE],
      [until - 1, LIE],
      [until, /26 to issue/],
    ] as const)
      expect((await pki(project, ['plan'], clockAt(now))).stdout, `${now}`).toMatch(text);
  });

  it('and not by a user whom the environment has trust others', async () => {
    const project = await appliedProject();
    lie(project);
    const { stdout } = await pki(project, ['plan'], { PKI_TRUST_OWNER: '4711' });
    expect(stdout).toBe(NOTHING_DUE);
  });

  itWhen(
    process.getuid?.() === 0 && has('setpriv'),
    'needs root and setpriv',
    'and not by a root that may read no files of others',
    async () => {
      const project = await appliedProject();
      lie(project);
      const bare = ['--bounding-set=-all', '--inh-caps=-all', process.execPath, CLI, 'plan'];
      const { stdout } = await runProgram('setpriv', bare, { cwd: project.folder });
      expect(stdout).toBe(NOTHING_DUE);
      expect((await pki(project, ['plan'])).stdout).toBe(LIE);
    },
  );

  it('and not in a copy of the folder', async () => {
    const project = await appliedProject();
    lie(project);
    const copy = copyOf(project);
    expect((await pki(copy, ['plan'])).stdout).toBe(NOTHING_DUE);
    renameSync(project.out, `${project.folder}/away`);
    renameSync(copy.out, project.out);
    expect((await pki(project, ['plan'])).stdout).toBe(NOTHING_DUE);
  });

  it('and is not once it is damaged', async () => {
    const project = await appliedProject();
    lie(project);
    const whole = readFileSync(recordIn(project));
    for (const content of [Buffer.alloc(0), whole.subarray(0, -1), Buffer.alloc(1000, 7)]) {
      writeFileSync(recordIn(project), content);
      expect(await pki(project, ['plan'])).toEqual({ code: 0, stdout: NOTHING_DUE, stderr: '' });
    }
  });
});

it('what was made in a folder that all may write to is not known', async () => {
  const project = new Project(manifestOf());
  mkdirSync(project.out);
  chmodSync(project.out, 0o777);
  await pki(project, ['apply', '--skip-verify']);
  expect(existsSync(recordIn(project))).toBe(false);
});
