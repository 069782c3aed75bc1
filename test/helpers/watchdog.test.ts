/** A test that never comes back would hold the whole suite. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runProgram } from './cli.ts';

const preload = ['--import', fileURLToPath(new URL('watchdog.mjs', import.meta.url))];
const run = (code: string) =>
  runProgram(process.execPath, [...preload, '-e', code], { env: { PKI_TEST_STUCK: '2' } });

it('a loop without an end is ended', async () => {
  const { code, stderr } = await run('setTimeout(() => { for (;;); }, 10)');
  expect([code, stderr]).toEqual([137, expect.stringContaining('a test is stuck')]);
});

it('what only waits is left alone, and nothing is kept alive', async () => {
  expect(await run('setTimeout(() => console.log("done"), 5000)')).toMatchObject({
    code: 0,
    stdout: 'done\n',
  });
  expect(await run('console.log("done")')).toMatchObject({ code: 0, stdout: 'done\n' });
});
