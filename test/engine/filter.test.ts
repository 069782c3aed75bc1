/** A program that takes a text on standard input: what it gets, and how its end is said. */
import { expect, it } from 'vitest';
import { runFilter } from '../../src/engine/filter.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const cwd = temporaryFolder();
const sh = (script: string, given: Partial<Parameters<typeof runFilter>[1]> = {}) =>
  runFilter(['sh', '-c', script, 'sh', 'an argument'], { cwd, input: 'the input', seconds: 60, ...given });

it('gets the text, its arguments, and the folder, and is heard', async () => {
  expect(await sh('cat; echo " $1"; pwd; echo words >&2; echo " more " >&2')).toEqual({
    output: `the input an argument\n${cwd}\n`,
    words: 'words\n more',
    fault: null,
  });
});

it('has the environment that is given, or that of this process', async () => {
  process.env['PKI_TEST_FILTER'] = 'ours';
  const script = 'echo "$PKI_TEST_FILTER $OWN"';
  expect((await sh(script)).output).toBe('ours \n');
  expect((await sh(script, { env: { PATH: process.env['PATH'] ?? '', OWN: 'given' } })).output).toBe(
    ' given\n',
  );
});

it('may end before it has read all', async () => {
  const input = 'x'.repeat(1024 * 1024);
  expect(await sh('exit 0', { input })).toEqual({ output: '', words: '', fault: null });
  expect((await sh('exit 3', { input })).fault).toEqual({ kind: 'exit', code: 3 });
});

it('says why it did not end well, and the end of what it said', async () => {
  expect(await sh('echo out; echo no >&2; exit 7')).toEqual({
    output: 'out\n',
    words: 'no',
    fault: { kind: 'exit', code: 7 },
  });
  expect((await sh('kill -TERM $$')).fault).toEqual({ kind: 'signal', signal: 'SIGTERM' });
  const { words } = await sh('printf "%05000d" 1 >&2; printf end >&2');
  expect(words).toHaveLength(4096);
  expect(words.endsWith('1end')).toBe(true);
});

it('is ended after its time, or with this program', async () => {
  expect((await sh('exec sleep 60', { seconds: 0.05 })).fault).toEqual({ kind: 'late', seconds: 0.05 });
  expect((await sh('exec sleep 60', { signal: AbortSignal.abort() })).fault).toEqual({ kind: 'interrupted' });
});

it('is ended where it prints without end', async () => {
  expect((await sh('exec yes')).fault).toEqual({ kind: 'flood' });
});

it('is not begun where it is not there', async () => {
  const none = await runFilter(['/nowhere/program'], { cwd, input: 'x', seconds: 60 });
  expect(none).toEqual({ output: '', words: '', fault: { kind: 'not-begun', code: 'ENOENT' } });
});
