// Programs of a manifest: every way to end, and what is kept of what they print.
import { constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentWithout, runProgram } from '../../src/engine/program.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const folder = temporaryFolder();
const PLAIN = { cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, seconds: 60 };
const run = (argv: readonly string[], options: Partial<Parameters<typeof runProgram>[1]> = {}) =>
  runProgram(argv, { ...PLAIN, prints: { most: 10 }, ...options });

describe('a program', () => {
  it.each<[string, readonly string[], object | null]>([
    ['ends well', ['true'], null],
    ['fails', ['sh', '-c', 'exit 7'], { kind: 'exit', code: 7 }],
    ['is ended', ['sh', '-c', 'kill -TERM $$'], { kind: 'signal', signal: 'SIGTERM' }],
    ['is not there', ['./nothing-here'], { kind: 'not-begun', code: 'ENOENT' }],
    ['may not be run', ['/dev/null'], { kind: 'not-begun', code: 'EACCES' }],
    ['prints too much', ['yes'], { kind: 'flood' }],
    ['reads what is not there', ['cat'], null],
  ])('that %s', async (_, argv, fault) => {
    expect((await run(argv)).fault).toEqual(fault);
  });

  it('prints, with no shell between, in its folder, and stderr is dropped', async () => {
    const { output } = await run(['sh', '-c', 'pwd; echo "$1"; echo lost >&2', 'sh', '$HOME'], {
      prints: { most: 1000 },
    });
    expect(output.toString()).toBe(`${folder}\n$HOME\n`);
  });

  it('that takes too long is ended, though a child of it keeps the pipe open', async () => {
    const { fault } = await run(['sh', '-c', 'sleep 600 & sleep 600'], { seconds: 0.1 });
    expect(fault).toEqual({ kind: 'late', seconds: 0.1 });
  });

  it('that prints into a file is not waited for longer than it runs itself', async () => {
    const path = join(folder, 'out');
    const to = openSync(path, constants.O_RDWR | constants.O_CREAT);
    const { fault } = await run(['sh', '-c', 'echo out; echo err >&2; exec sleep 30 &'], { prints: { to } });
    expect(fault).toBeNull();
    expect(readFileSync(path, 'utf8').split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('is interrupted with the run', async () => {
    const stopped = AbortSignal.abort();
    expect((await run(['sleep', '600'], { signal: stopped })).fault).toEqual({ kind: 'interrupted' });
  });
});

it('an environment lacks what is named, and finds programs from anywhere', () => {
  process.env['PKI_TEST_SECRET'] = 'x';
  const environment = environmentWithout(new Set(['PKI_TEST_SECRET']));
  delete process.env['PKI_TEST_SECRET'];
  expect(environment).not.toHaveProperty('PKI_TEST_SECRET');
  expect(environment['PATH']?.split(':').every((path) => path.startsWith('/'))).toBe(true);
});
