/** Progress is for watching: it must say what happens, end when it is told, and never end the run. */
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/plan/change.ts';
import { lineProgress, startProgress } from '../../src/report/progress.ts';
import { liveProgress } from '../../src/report/progress-live.ts';
import { aChange } from '../helpers/entities.ts';
import { aStep } from '../helpers/steps.ts';

/** A stream that remembers; a terminal, if it has columns. */
function stream(columns?: number, rows = 40) {
  let text = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns, rows, hasColors: () => false };
  return Object.assign(sink, terminal, { text: () => text }) as unknown as NodeJS.WriteStream & {
    text(): string;
  };
}

const changes: readonly Change[] = (['create', 'issue', 'rekey', 'refresh'] as const).map((action) =>
  aChange({ id: action, action }),
);

describe('without a terminal', () => {
  it('one line for every entity that is in place', () => {
    const out = stream();
    const { listener } = lineProgress(out, changes);
    for (const { id } of changes) {
      listener({ kind: 'step-started', step: aStep('publish', id) });
      listener({ kind: 'step-done', step: aStep('sign', id) });
      listener({ kind: 'step-done', step: aStep('publish', id) });
    }
    expect(out.text()).toBe(
      'pki: created create\npki: issued issue\npki: re-keyed rekey\npki: refreshed refresh\n',
    );
  });

  it.each([
    ['a file', stream(), stream()],
    ['standard output in a pipe', stream(80), stream()],
    ['a terminal without width', stream(0), stream(80)],
    ['a terminal too narrow to draw on', stream(10), stream(80)],
  ])('%s gets lines', async (_, stderr, stdout) => {
    const { listener, close } = await startProgress(stderr, stdout, changes);
    listener({ kind: 'step-done', step: aStep('publish', 'create') });
    await close();
    expect(stderr.text()).toBe('pki: created create\n');
  });
});

describe('on a terminal', () => {
  const FAILURE = {
    entity: 'b',
    step: 'sign',
    problem: 'openssl exited with 1',
    command: null,
    stderr: '',
  } as const;

  it('a row for each of a few entities, with what failed and why', async () => {
    const out = stream(80);
    const { listener, close } = liveProgress(out);
    const steps = ['a', 'b', 'c'].flatMap((id) => [aStep('sign', id), aStep('publish', id)]);
    listener({ kind: 'started', steps });
    for (const one of steps.slice(0, 2)) {
      listener({ kind: 'step-started', step: one });
      listener({ kind: 'step-done', step: one });
    }
    listener({ kind: 'step-failed', step: aStep('sign', 'b'), failure: FAILURE });
    listener({ kind: 'step-skipped', step: aStep('publish', 'c'), because: 'b' });
    await close();
    expect(out.text()).toContain('b: openssl exited with 1');
    expect(out.text()).toContain('c: not begun, because b failed');
  });

  it('a row for each stage of many, so that drawing stays cheap', async () => {
    const out = stream(80);
    const { listener, close } = liveProgress(out);
    const steps = Array.from({ length: 400 }, (_, i) => [
      aStep('sign', `e${i}`),
      aStep('publish', `e${i}`),
    ]).flat();
    listener({ kind: 'started', steps });
    for (const one of steps) listener({ kind: 'step-done', step: one });
    await close();
    expect(out.text()).toContain('certificates');
    expect(out.text()).not.toContain('e399');
  });

  it('is over when it is told, also in the middle, and before the beginning', async () => {
    const { listener, close } = liveProgress(stream(80));
    listener({ kind: 'started', steps: [aStep('sign', 'a')] });
    await close();
    await liveProgress(stream(80)).close();
  });
});

describe('interrupted', () => {
  const FAILURE = {
    entity: 'c',
    step: 'sign',
    problem: 'openssl was interrupted',
    command: null,
    stderr: '',
  } as const;

  it.each([40, 500])('what was left has not failed; what is done stays (%i lines)', async (rows) => {
    const interruption = new AbortController();
    const out = stream(80, rows);
    const { listener, close } = liveProgress(out, interruption.signal);
    const ids = Array.from({ length: 28 }, (_, i) => `servers/s${i}`);
    listener({ kind: 'started', steps: ids.map((id) => aStep('publish', id)) });
    listener({ kind: 'step-done', step: aStep('publish', 'servers/s0') });
    interruption.abort();
    listener({ kind: 'step-failed', step: aStep('publish', 'servers/s1'), failure: FAILURE });
    await close();
    expect(out.text()).not.toMatch(/✖|not finished|was interrupted/);
    const done = new Set([...out.text().matchAll(/✔ (\S+)/g)].map(([, title]) => title));
    // One row per entity where there is room for them, one for the stage elsewhere, which is not done.
    expect([...done]).toEqual(rows === 500 ? ['servers/s0'] : []);
  });

  it('what failed before it stays', async () => {
    const interruption = new AbortController();
    const out = stream(80);
    const { listener, close } = liveProgress(out, interruption.signal);
    listener({ kind: 'started', steps: [aStep('sign', 'b'), aStep('sign', 'c')] });
    listener({
      kind: 'step-failed',
      step: aStep('sign', 'b'),
      failure: { ...FAILURE, problem: 'a full disk' },
    });
    interruption.abort();
    await close();
    expect(out.text()).toContain('b: a full disk');
  });
});

it.each([
  [24, 11, true],
  [24, 12, false],
  [24, 30, false],
  [100, 30, true],
  [100, 31, false],
])('%i lines have room for rows of %i entities: %s', async (rows, count, isRoom) => {
  const out = stream(80, rows);
  const { listener, close } = liveProgress(out);
  const steps = Array.from({ length: count }, (_, i) => aStep('publish', `servers/s${i}`));
  listener({ kind: 'started', steps });
  for (const step of steps) listener({ kind: 'step-done', step });
  await close();
  expect(out.text().includes('✔ servers/s3\n')).toBe(isRoom);
  expect(out.text().includes('✔ published\n')).toBe(!isRoom);
});

it('a row of a stage says how far it is, how fast, and with what', async () => {
  const out = stream(100);
  const steps = Array.from({ length: 40 }, (_, i) => aStep('publish', `servers/s${i}`));
  const { listener, close } = liveProgress(out);
  listener({ kind: 'started', steps });
  // Its rows begin in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  for (const one of steps.slice(0, 9)) listener({ kind: 'step-done', step: one });
  await close();
  expect(out.text()).toMatch(/ 1\/40, \d+\/s {2}servers\/s0\n/);
});

it('what an interruption left undone is not called done', async () => {
  const out = stream(100);
  const steps = Array.from({ length: 40 }, (_, i) => aStep('publish', `servers/s${i}`));
  const { listener, close } = liveProgress(out);
  listener({ kind: 'started', steps });
  for (const one of steps.slice(0, 9)) listener({ kind: 'step-done', step: one });
  await close();
  expect(out.text()).toContain('published: not finished');
  expect(out.text()).not.toContain('✔');
});
