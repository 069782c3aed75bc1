// Runs that meet in one folder, and readers that load from it meanwhile.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, plainEnvironment, type Run, runProgram } from '../helpers/cli.ts';
import { fewer } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { copyOf, itWhen, Project, publishedState, put, until } from './project.ts';
import {
  certificateKeyId,
  certificatesOf,
  imperfections,
  keyIdOf,
  ledgerSerials,
  withFault,
} from './wholeness.ts';

const MANIFEST = `
version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root }
  sub: { commonName: Sub, issuer: root }
servers:
${Array.from({ length: 6 }, (_, i) => `  s${i}: { commonName: s${i}.example.test, issuer: sub }`).join('\n')}
`;
const EDITED = MANIFEST.replaceAll(
  /s(\d)\.example\.test,/g,
  's$1.example.test, san: [s$1.example.test, x$1.example.test],',
);
const APPLY = ['apply', '--skip-verify'];

/**
 * Waits where PKI_OPENSSL leads, until the test lets it go on: a run that is at work for as long as one likes. It does so
 * before a key is made, or after a certificate is.
 */
function gate(
  folder: string,
  command: 'req' | 'ca' = 'req',
): {
  readonly openssl: string;
  readonly open: () => void;
  readonly entered: () => boolean;
  readonly left: () => boolean;
} {
  const names = ['openssl', 'entered', 'opened', 'left'];
  const [script, entered, opened, left] = names.map((name) => join(folder, name));
  const waits = `: > '${entered}'; while [ ! -e '${opened}' ]; do sleep 0.02; done`;
  const call = `openssl "$@"; code=$?`;
  const parts = command === 'ca' ? [call, waits] : [waits, call];
  const program = `case "$1" in ${command}) ${parts.join('; ')}; : > '${left}'; exit $code ;; esac`;
  put(script ?? '', `#!/bin/sh\n${program}\nexec openssl "$@"\n`);
  chmodSync(script ?? '', 0o755);
  return {
    openssl: script ?? '',
    open: () => put(opened ?? '', ''),
    entered: () => existsSync(entered ?? ''),
    left: () => existsSync(left ?? ''),
  };
}

/** A run that has taken the lock and stands still. */
async function atWork(project: Project): Promise<{ run: Promise<Run>; open: () => void; pid: number }> {
  const door = gate(temporaryFolder());
  const run = project.pki(APPLY, { env: { PKI_OPENSSL: door.openssl } });
  await until(door.entered, 'the first run is at work');
  const { pid } = JSON.parse(project.read('.pki/lock')) as { pid: number };
  return { run, open: door.open, pid };
}

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

function edited(): Project {
  const project = copyOf(applied);
  project.write(EDITED);
  return project;
}

describe('two applies', () => {
  it('the second says who is at work since when, and changes nothing', async () => {
    const project = edited();
    const first = await atWork(project);
    const before = publishedState(project.out);
    const second = await project.pki(APPLY);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^pki: error: another run has been at work since \d{4}-\d\d-\d\dT[\d:]+Z /);
    expect(second.stderr).toContain(`(process ${first.pid} on ${hostname()})\npki: hint: `);
    expect(publishedState(project.out)).toEqual(before);
    expect(await project.pki([...APPLY, '--lock-timeout', '1'])).toMatchObject({ code: 1, stdout: '' });
    // Looking is free.
    expect(await project.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 2 });
    expect(await project.pki(['status'])).toMatchObject({ code: 2 });
    first.open();
    expect(await first.run).toMatchObject({ code: 0, stdout: 'applied: 6 issued in pki/\n' });
    expect(await imperfections(project)).toEqual([]);
  });

  it('the second waits where it may, and then finds nothing to do', async () => {
    const project = edited();
    const first = await atWork(project);
    const log = join(project.folder, 'log');
    const second = project.pki([...APPLY, '--lock-timeout', '3600'], { env: withFault({ LOG: log }) });
    await until(() => attempts(log) > 1, 'the second run waits');
    first.open();
    expect(await first.run).toMatchObject({ code: 0 });
    expect(await second).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
    expect(project.read('.pki/ledger.jsonl').trim().split('\n')).toHaveLength(8 + 6);
    expect(await imperfections(project)).toEqual([]);
  });

  it('one that is interrupted while it waits ends at once', async () => {
    const project = edited();
    const first = await atWork(project);
    const log = join(project.folder, 'log');
    const waiting = start(project, [...APPLY, '--lock-timeout', '3600'], withFault({ LOG: log }));
    await until(() => attempts(log) > 1, 'the second run waits');
    const ended = new Promise((done) => waiting.on('exit', (code, signal) => done(signal ?? code)));
    waiting.kill('SIGINT');
    expect(await ended).toBe(130);
    first.open();
    expect(await first.run).toMatchObject({ code: 0 });
    expect(await imperfections(project)).toEqual([]);
  });
});

/** How often a run has tried to take the lock, by the log of its file operations. */
function attempts(log: string): number {
  return existsSync(log) ? readFileSync(log, 'utf8').split(/^\d+ link /m).length - 1 : 0;
}

function start(project: Project, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: project.folder,
    env: { ...plainEnvironment(), ...env },
    stdio: 'ignore',
  });
}

describe('a holder that nobody here can see', () => {
  it.each([
    ['on another host', { host: 'elsewhere' }],
    ['in another container', { host: hostname(), namespace: 'pid:[1]' }],
  ])('%s counts as alive, and the way out is named', async (_, where) => {
    const project = copyOf(applied);
    const lock = project.path('.pki/lock');
    const holder = { pid: 2 ** 22 + 1, started: '1', nonce: 'ab', since: '2026-01-01T00:00:00Z' };
    put(lock, JSON.stringify({ ...holder, ...where }));
    const run = await project.pki(APPLY);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('pki: hint: wait for it to end and run again, ');
    expect(run.stderr).toMatch(/^pki: hint: .* not visible from here: if it is gone, delete "(.*)"$/m);
    expect(run.stderr).toContain(`delete "${lock}"`);
    rmSync(lock);
    expect(await project.pki(APPLY)).toMatchObject({ code: 0 });
  });

  const unshare = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
  itWhen(
    spawnSync('env', [...unshare, 'true']).status === 0,
    'no unshare, or no right to it',
    'in a pid namespace of its own keeps its lock',
    async () => {
      const project = edited();
      const first = await atWork(project);
      const args = [...unshare, process.execPath, CLI, ...APPLY];
      const second = await runProgram('env', args, { cwd: project.folder });
      expect(second).toMatchObject({ code: 1, stdout: '' });
      expect(second.stderr).toContain(`delete "${project.path('.pki/lock')}"`);
      first.open();
      expect(await first.run).toMatchObject({ code: 0, stdout: 'applied: 6 issued in pki/\n' });
    },
  );
});

describe('a holder that is dead', () => {
  it('by kill -9 is taken over from, and what it had begun goes on', async () => {
    const project = edited();
    const door = gate(temporaryFolder());
    const child = start(project, APPLY, { PKI_OPENSSL: door.openssl });
    await until(door.entered, 'the run is at work');
    const gone = new Promise((done) => child.on('exit', done));
    child.kill('SIGKILL');
    await gone;
    expect(existsSync(project.path('.pki/lock'))).toBe(true);
    expect(await project.pki(APPLY)).toMatchObject({ code: 0, stdout: 'applied: 6 issued in pki/\n' });
    // What the dead run had started may still write; it has nowhere to.
    door.open();
    expect(await imperfections(project)).toEqual([]);
  });

  it('and whose pid is another process now is taken over from, too', async () => {
    const project = copyOf(applied);
    const holder = {
      host: hostname(),
      pid: process.pid,
      started: '1',
      nonce: 'ab',
      since: '2026-01-01T00:00:00Z',
    };
    put(project.path('.pki/lock'), JSON.stringify(holder));
    expect(await project.pki(APPLY)).toMatchObject({ code: 0 });
    expect(existsSync(project.path('.pki/lock'))).toBe(false);
    // The same with the true start time: that one is alive.
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    put(project.path('.pki/lock'), JSON.stringify({ ...holder, started }));
    const run = await project.pki(APPLY);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(`process ${process.pid} on ${hostname()}`);
  });

  it('leaves drafts and claims behind that the next one takes away', async () => {
    const project = copyOf(applied);
    const dead = { host: hostname(), pid: 2 ** 22 + 1, started: '1', nonce: 'cd', since: '' };
    put(project.path('.pki/lock.cd.draft'), '{"host":');
    put(project.path('.pki/lock.ab.claim'), JSON.stringify(dead));
    put(project.path('.pki/lock.ab.claim.cd.draft'), JSON.stringify(dead));
    expect(await project.pki(APPLY)).toMatchObject({ code: 0 });
    expect(await imperfections(project)).toEqual([]);
  });

  it('is fought over by six: all end well, and one of them does the work', async () => {
    const project = edited();
    const dead = {
      host: hostname(),
      pid: 2 ** 22 + 1,
      started: '1',
      nonce: 'ab',
      since: '2026-01-01T00:00:00Z',
    };
    put(project.path('.pki/lock'), JSON.stringify(dead));
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => project.pki([...APPLY, '--lock-timeout', '3600'])),
    );
    expect(runs.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(runs.map(() => [0, '']));
    expect(runs.filter(({ stdout }) => stdout === 'applied: 6 issued in pki/\n')).toHaveLength(1);
    expect(await imperfections(project)).toEqual([]);
  });
});

it('eight applies at once that may wait all end well; each certificate is issued once', async () => {
  const project = new Project(MANIFEST);
  const runs = await Promise.all(
    Array.from({ length: 8 }, () => project.pki([...APPLY, '--lock-timeout', '3600'])),
  );
  expect(runs.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(runs.map(() => [0, '']));
  expect(ledgerSerials(project.out).size).toBe(8);
  expect(await imperfections(project)).toEqual([]);
});

it('a reader never gets a key and a certificate that do not fit while certificates are renewed', async () => {
  const project = copyOf(applied);
  let running = true;
  let renewals = 0;
  const writer = (async () => {
    for (let i = 0; running; i++) {
      project.write(i % 2 === 0 ? EDITED : MANIFEST);
      const run = await project.pki(APPLY);
      expect(run).toMatchObject({ code: 0, stdout: 'applied: 6 issued in pki/\n' });
      renewals++;
    }
  })();
  const mixed: string[] = [];
  const seen = new Set<string>();
  let reads = 0;
  const wanted = fewer(6_000);
  for (let i = 0; reads < wanted || renewals < 4; i++) {
    const folder = project.path('servers', `s${i % 6}`);
    const [text, key] = ['fullchain.pem', 'key.pem'].map((name) =>
      readFileSync(join(folder, name), 'latin1'),
    );
    const [leaf, ...above] = certificatesOf(text ?? '');
    if (leaf === undefined || above.length !== 1) mixed.push(`read ${reads}: ${folder}: half a chain`);
    else if (certificateKeyId(leaf) !== keyIdOf(key ?? '')) mixed.push(`read ${reads}: ${folder}: no pair`);
    if (leaf !== undefined) seen.add(leaf.fingerprint256);
    reads++;
    // So that the runs are watched and awaited; the readers' share of a core is theirs.
    if (i % 50 === 0) await new Promise((done) => setImmediate(done));
  }
  running = false;
  await writer;
  expect(mixed).toEqual([]);
  expect(reads).toBeGreaterThanOrEqual(wanted);
  expect(seen.size).toBeGreaterThan(6); // it did look while things changed
});

it('an openssl that outlives its killed run writes nothing into the next one', async () => {
  const project = new Project(MANIFEST);
  const [dead, alive] = [gate(temporaryFolder()), gate(temporaryFolder(), 'ca')];
  const killed = start(project, APPLY, { PKI_OPENSSL: dead.openssl });
  const ended = new Promise((done) => killed.once('exit', done));
  await until(dead.entered, 'the first run makes a key');
  killed.kill('SIGKILL');
  await ended;
  const run = project.pki(APPLY, { env: { PKI_OPENSSL: alive.openssl } });
  await until(alive.entered, 'the second run has made the same key, and its certificate');
  dead.open();
  await until(dead.left, 'what the first run left behind has ended');
  alive.open();
  expect(await run).toMatchObject({ code: 0 });
  expect(await project.actions()).toEqual({});
  expect(readdirSync(project.path('.pki')).sort()).toEqual(['commit', 'ledger.jsonl']);
});
