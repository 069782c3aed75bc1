// What a run finds around it, beside its files: outputs that take nothing, folders that are gone.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, type Run, type RunOptions, runPki, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { Project } from './project.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root, key: ecdsa-p256 } }
servers: { api: { commonName: api.example.test, key: ecdsa-p256 } }
clients: { app: { commonName: app, key: ecdsa-p256 } }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** `"$@"` in it is `pki` with its arguments. */
const shell = (script: string, args: readonly string[], options: RunOptions): Promise<Run> =>
  runProgram('/bin/sh', ['-c', script, 'sh', process.execPath, CLI, ...args], options);

describe('an output that takes nothing', () => {
  it('as a log on a full disk keeps no certificate from being made and proven, and is a failure', async () => {
    const project = new Project(MANIFEST);
    const temporary = temporaryFolder();
    const run = await shell('"$@" 2>/dev/full', ['apply'], {
      cwd: project.folder,
      env: { TMPDIR: temporary },
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^applied: 3 created/);
    expect(run.stdout).toMatch(/handshakes accepted, \d+ refused, as expected\n$/);
    expect(await project.actions()).toEqual({});
    expect(readdirSync(project.path('.pki'))).not.toContain('lock');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each(['apply', 'rotate api'])('as that of "pki %s": it is said once, and all is done', async (line) => {
    const project = new Project(MANIFEST);
    await project.apply();
    const temporary = temporaryFolder();
    const run = await shell('"$@" >/dev/full', [...line.split(' '), '--verify', 'all'], {
      cwd: project.folder,
      env: { TMPDIR: temporary },
    });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr.match(/^pki: error: .*$/gm)).toEqual([
      'pki: error: cannot write to standard output (ENOSPC)',
    ]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(await project.actions()).toEqual({});
  });
});

it('a manifest that could not be written to its end is not left to stand in the way of the next', async () => {
  const cwd = temporaryFolder();
  const run = await shell('ulimit -f 1; exec "$@"', ['init'], { cwd });
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(/^pki: error: cannot write \(EFBIG\)\npki: hint: .*\n$/);
  expect(readdirSync(cwd)).toEqual([]);
  expect(await runPki(['init'], { cwd })).toMatchObject({ code: 0 });
});

it('a plan of a manifest that is in no file is not saved, because no apply could read that', async () => {
  const run = await shell('cat pki.yaml | "$@"', ['plan', '--out', 'it.plan', '/dev/stdin'], {
    cwd: applied.folder,
  });
  expect(run).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'pki: error: a plan cannot be saved of a manifest that is in no file: an apply reads it again\n' +
      'pki: hint: put the manifest into a file, and name that\n',
  });
  expect(existsSync(join(applied.folder, 'it.plan'))).toBe(false);
});

describe('the folder for temporary files', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');

  it.each([
    ['is missing', '/nonexistent', 'ENOENT'],
    ['is missing below the working directory', 'nonexistent', 'ENOENT'],
    ['is a file', file, 'ENOTDIR'],
  ])('that %s is named', async (_, folder, code) => {
    for (const command of ['verify', 'apply --verify all']) {
      const run = await runPki(command.split(' '), { cwd: applied.folder, env: { TMPDIR: folder } });
      expect(run.code).toBe(1);
      expect(run.stderr).toBe(
        `pki: error: nothing can be put into "${folder}", the folder for temporary files (${code})\n` +
          'pki: hint: name another in TMPDIR, such as TMPDIR=/var/tmp, or make room in it\n',
      );
    }
    expect(await applied.actions()).toEqual({});
  });
});

describe('a working directory that is gone', () => {
  /** Runs it in a folder that its shell has removed. */
  const inGone = (args: readonly string[]): Promise<Run> => {
    const gone = join(temporaryFolder(), 'gone');
    mkdirSync(gone);
    return shell('rmdir ../gone && exec "$@"', args, { cwd: gone });
  };

  it('matters to no command that names its files by whole paths', async () => {
    const project = new Project(MANIFEST);
    const manifest = join(project.folder, 'pki.yaml');
    expect(await inGone(['apply', manifest])).toMatchObject({ code: 0 });
    expect(await inGone(['verify', manifest])).toMatchObject({ code: 0, stderr: '' });
    expect(await inGone(['rotate', 'api', '--manifest', manifest])).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
  });

  it.each([['init'], ['adopt', '/etc']])('is named where it is asked for: pki %s', async (...args) => {
    expect(await inGone(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'pki: error: the working directory is gone\npki: hint: go into one that is there\n',
    });
  });
});
