/** Progress is for watching: it must say what happens, end when it is told, and never end the run. */
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/plan/change.ts';
import { lineProgress, startProgress } from '../../src/report/progress.ts';
import { liveProgress } from '../../src/report/progress-live.ts';
import { aChange } from '../helpers/entities.ts';
import { aStep } from '../helpers/steps.ts';

/** A stream that remembers; a terminal, if it has columns. */
function stream(columns?: number) {
  let text = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns, rows: 40, hasColors: () => false };
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
