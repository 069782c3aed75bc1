/** Passwords at a terminal: what is asked, what is not shown, and how it ends. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { askingAt } from '../../src/commands/ask.ts';
import { PATIENCE } from '../helpers/patience.ts';

const QUESTION = {
  source: 'prompt:Box',
  what: 'passphrase',
  entities: ['servers/a'],
  isRepeated: false,
} as never;
const [stdin, isTTY] = [process.stdin, process.stderr.isTTY];
let input: PassThrough;
let shown = '';

const terminal = (isInput: boolean, isOutput: boolean) => {
  input = Object.assign(new PassThrough(), { isTTY: isInput, setRawMode: () => input });
  Object.defineProperty(process, 'stdin', { configurable: true, value: input });
  Object.defineProperty(process.stderr, 'isTTY', { configurable: true, writable: true, value: isOutput });
};

beforeEach(() => {
  terminal(true, true);
  shown = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  Object.defineProperty(process, 'stdin', { configurable: true, value: stdin });
  Object.defineProperty(process.stderr, 'isTTY', { configurable: true, writable: true, value: isTTY });
});

const asked = (signal = new AbortController().signal) => askingAt(signal)?.(QUESTION);

it('is what is typed, which is not shown', async () => {
  const answer = asked();
  input.write('hush hush\n');
  expect(await answer).toBe('hush hush');
  expect(shown).toBe('pki: passphrase "Box" for servers/a: \n');
});

it('is nothing where the input ends', async () => {
  const answer = asked();
  input.end();
  expect(await answer).toBeNull();
});

it('is interrupted as everything is', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const stop = new AbortController();
  const answer = asked(stop.signal);
  input.write('hush\x03');
  await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGINT'), { timeout: PATIENCE });
  stop.abort(new Error('interrupted'));
  await expect(answer).rejects.toThrow('interrupted');
});

it('is not asked for once that has happened', async () => {
  await expect(asked(AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  expect(shown).toBe('');
});

it.each([
  [true, false],
  [false, true],
  [false, false],
])('is not asked for where a terminal reads: %j, and shows: %j', (reads, shows) => {
  terminal(reads, shows);
  expect(asked()).toBeUndefined();
});
