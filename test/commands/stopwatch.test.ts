// How long something took is said to people who watch, and to no log.
import { afterEach, expect, it, vi } from 'vitest';
import { stopwatch } from '../../src/commands/stopwatch.ts';

const before = [process.stdout, process.stderr].map(
  (stream) => [stream, stream.isTTY, stream.columns] as const,
);
function watched(stream: NodeJS.WriteStream, isTTY: boolean, columns: number): void {
  for (const [name, value] of Object.entries({ isTTY, columns }))
    Object.defineProperty(stream, name, { configurable: true, writable: true, value });
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const [stream, isTTY, columns] of before) watched(stream, isTTY, columns);
});

it.each([
  [true, 2500, ' (2.5s)'],
  [true, 0, ' (0s)'],
  [false, 2500, ''],
])('watched: %j, after %d ms: %j', (isWatched, milliseconds, text) => {
  for (const name of ['CI', 'TERM', 'NO_COLOR']) vi.stubEnv(name, undefined);
  for (const [stream] of before) watched(stream, isWatched, 80);
  vi.spyOn(performance, 'now')
    .mockReturnValueOnce(1000)
    .mockReturnValueOnce(1000 + milliseconds);
  expect(stopwatch()()).toBe(text);
});
