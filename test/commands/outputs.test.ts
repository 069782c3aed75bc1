/** Outputs that cannot be written: the work goes on, it is said once where it can be, and the exit code shows it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Console } from '../../src/commands/console.ts';
import { watchOutputs } from '../../src/commands/outputs.ts';
import type { Message } from '../../src/report/message.ts';

const STREAMS = { stdout: process.stdout, stderr: process.stderr } as const;
const before = [process.stdout, process.stderr].map((stream) => stream.listeners('error'));
const atExit = process.listeners('exit');
const code = process.exitCode;
let said: readonly Message[] = [];

beforeEach(() => {
  said = [];
  const say = (...more: readonly Message[]) => {
    said = [...said, ...more];
  };
  watchOutputs({ say } as unknown as Console);
});
afterEach(() => {
  for (const [i, stream] of [process.stdout, process.stderr].entries())
    for (const one of stream.listeners('error'))
      if (!before[i]?.includes(one)) stream.off('error', one as (error: Error) => void);
  for (const one of process.listeners('exit')) if (!atExit.includes(one)) process.off('exit', one);
});

function fails(stream: keyof typeof STREAMS, error: string): void {
  STREAMS[stream].emit('error', Object.assign(new Error(error), { code: error }));
}

/** What the process would end with. */
function exitCode(): unknown {
  const ours = process.listeners('exit').filter((one) => !atExit.includes(one));
  try {
    process.exitCode = 0;
    for (const one of ours) one(0);
    return process.exitCode;
  } finally {
    process.exitCode = code;
  }
}

const LOST = [{ kind: 'error', text: expect.stringContaining('ENOSPC') }];

it.each<[stream: keyof typeof STREAMS, error: string, messages: unknown, code: number]>([
  ['stdout', 'ENOSPC', LOST, 1],
  // There is nowhere to say it.
  ['stderr', 'ENOSPC', [], 1],
  // The reader has read enough.
  ['stdout', 'EPIPE', [], 0],
  ['stderr', 'EPIPE', [], 0],
])('%s with %s', (stream, error, messages, expected) => {
  fails(stream, error);
  expect([said, exitCode()]).toEqual([messages, expected]);
});

it('one of both is said once, and whatever comes after it is not', () => {
  fails('stdout', 'EPIPE');
  fails('stdout', 'ENOSPC');
  fails('stdout', 'ENOSPC');
  fails('stderr', 'EIO');
  expect([said, exitCode()]).toEqual([LOST, 1]);
});
