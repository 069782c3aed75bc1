/** The graph walk alone: steps of no meaning, a runner that is told when each ends. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step, StepKind } from '../../src/plan/step.ts';
import { laneOf, type WalkOptions, walk } from '../../src/run/walk.ts';
import { holds } from '../helpers/property.ts';
import { aStep } from '../helpers/steps.ts';

const step = (id: string, needs: readonly string[] = [], kind: StepKind = 'public', weight = 1): Step =>
  aStep(kind, id, { id, needs, weight });

type Lanes = WalkOptions['lanes'];

interface Trace {
  readonly order: readonly string[];
  readonly failed: readonly string[];
  /** Each with the step that it was skipped because of. */
  readonly skipped: Readonly<Record<string, string>>;
  /** Most at once, per lane. */
  readonly peak: Readonly<Record<string, number>>;
}

interface Behaviour {
  readonly lanes?: Lanes;
  readonly failing?: readonly string[];
  /** Ends the walk as Ctrl-C does, when this step has ended. */
  readonly abortAfter?: string;
  /** Which of the running ones ends next; the oldest by default. */
  readonly pick?: (running: number) => number;
}

/** One step ends at a time, and the next only once all that can begin has begun. */
async function trace(steps: readonly Step[], behaviour: Behaviour = {}): Promise<Trace> {
  const { lanes = { process: 2, publish: 2 }, failing = [], abortAfter, pick = () => 0 } = behaviour;
  const stop = new AbortController();
  const order: string[] = [];
  const failed: string[] = [];
  const skipped: Record<string, string> = {};
  const running: { readonly step: Step; readonly end: () => void }[] = [];
  const peak: Record<string, number> = { process: 0, publish: 0 };
  const walked = walk(steps, {
    lanes,
    signal: stop.signal,
    run: (next) =>
      new Promise((resolve, reject) => {
        order.push(next.id);
        const end = (): void => (failing.includes(next.id) ? reject(new Error(next.id)) : resolve());
        running.push({ step: next, end });
        const lane = laneOf(next);
        peak[lane] = Math.max(peak[lane] ?? 0, running.filter((one) => laneOf(one.step) === lane).length);
      }),
    failed: ({ id }) => failed.push(id),
    skipped: ({ id }, because) => {
      skipped[id] = because.id;
    },
  });
  while (running.length > 0) {
    const [ended] = running.splice(pick(running.length) % running.length, 1);
    ended?.end();
    if (ended?.step.id === abortAfter) stop.abort();
    await new Promise(setImmediate);
  }
  await walked;
  return { order, failed, skipped, peak };
}

const DIAMOND = [step('a'), step('b', ['a']), step('c', ['a']), step('d', ['b', 'c'])];

describe('order', () => {
  it('what is needed comes first', async () => {
    const { order } = await trace(DIAMOND);
    expect(order).toEqual(['a', ...order.slice(1, 3), 'd']);
    expect([...order].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('nothing at all ends at once', async () => expect((await trace([])).order).toEqual([]));

  it('the heaviest request comes first, then what most waits for', async () => {
    const steps = [
      step('light', [], 'request', 1),
      step('heavy', [], 'request', 256),
      step('medium', [], 'request', 64),
      step('after light', ['light']),
    ];
    expect((await trace(steps, { lanes: { process: 1, publish: 1 } })).order).toEqual([
      'heavy',
      'medium',
      'light',
      'after light',
    ]);
  });

  it('a short step on which something heavy waits goes before a middling one', async () => {
    const steps = [step('middling', [], 'request', 5), step('gate'), step('heavy', ['gate'], 'request', 50)];
    expect((await trace(steps, { lanes: { process: 1, publish: 1 } })).order[0]).toBe('gate');
  });
});

describe('lanes', () => {
  const many = (kind: StepKind, count: number) =>
    Array.from({ length: count }, (_, i) => step(`${kind} ${i}`, [], kind));
  it('as many at once as allowed, no more and no fewer', async () => {
    const steps = [...many('request', 9), ...many('publish', 9)];
    expect((await trace(steps, { lanes: { process: 3, publish: 4 } })).peak).toEqual({
      process: 3,
      publish: 4,
    });
  });
  it('publishing does not wait for processes', async () => {
    const { order } = await trace([...many('request', 3), ...many('publish', 1)], {
      lanes: { process: 1, publish: 1 },
    });
    expect(order.slice(0, 2).sort()).toEqual(['publish 0', 'request 0']);
  });
});

describe('failure', () => {
  it('skips what depends on it, with the first cause, and finishes the rest', async () => {
    const steps = [...DIAMOND, step('e', ['d']), step('x'), step('y', ['x'])];
    const { order, failed, skipped } = await trace(steps, { failing: ['b'] });
    expect(failed).toEqual(['b']);
    expect(skipped).toEqual({ d: 'b', e: 'b' });
    expect([...order].sort()).toEqual(['a', 'b', 'c', 'x', 'y']);
  });

  it('of two causes names one, once', async () => {
    const { failed, skipped } = await trace(DIAMOND, { failing: ['b', 'c'] });
    expect([...failed].sort()).toEqual(['b', 'c']);
    expect(Object.keys(skipped)).toEqual(['d']);
  });

  it('of the first step leaves nothing but words', async () => {
    const { order, skipped } = await trace(DIAMOND, { failing: ['a'] });
    expect(order).toEqual(['a']);
    expect(skipped).toEqual({ b: 'a', c: 'a', d: 'a' });
  });
});

describe('interruption', () => {
  it('starts nothing new, and waits for what runs', async () => {
    const { order, skipped } = await trace(DIAMOND, { abortAfter: 'a' });
    expect({ order, skipped }).toEqual({ order: ['a'], skipped: {} });
  });
  it('before the beginning starts nothing', async () => {
    const calls: string[] = [];
    const run = async ({ id }: Step): Promise<void> => {
      calls.push(id);
    };
    await walk(DIAMOND, {
      lanes: { process: 1, publish: 1 },
      run,
      failed: () => {},
      skipped: () => {},
      signal: AbortSignal.abort(),
    });
    expect(calls).toEqual([]);
  });
});

describe('graphs that cannot be', () => {
  const options: WalkOptions = {
    lanes: { process: 1, publish: 1 },
    run: async () => {},
    failed: () => {},
    skipped: () => {},
  };
  it('a need that is no step is our mistake', () => {
    expect(() => walk([step('a', ['b'])], options)).toThrow('Internal error: a needs b, which is no step');
  });
  it.each([
    ['a step that needs itself', [step('a', ['a'])], 'a'],
    ['a circle', [step('free'), step('a', ['c']), step('b', ['a']), step('c', ['b'])], 'a'],
    [
      'what waits for a circle, and for what can run',
      [step('free'), step('z', ['y', 'free']), step('y', ['y'])],
      'z',
    ],
  ])('%s is our mistake, and not a run that quietly does nothing', (_, steps, stuck) => {
    expect(() => walk(steps, options)).toThrow(`Internal error: ${stuck} waits for itself`);
  });
});

/** Needs point to earlier steps only, so there is always an order; the list is then shuffled. */
const GRAPH = fc
  .array(fc.record({ needs: fc.array(fc.nat(), { maxLength: 3 }), publish: fc.boolean(), key: fc.nat() }), {
    maxLength: 25,
  })
  .map((nodes) => {
    const steps = nodes.map(({ needs, publish }, i) => {
      const earlier = i === 0 ? [] : [...new Set(needs.map((need) => `${need % i}`))];
      return step(`${i}`, earlier, publish ? 'publish' : 'request', 1 + (i % 7));
    });
    return steps
      .map((one, i) => ({ one, key: nodes[i]?.key ?? 0 }))
      .sort((a, b) => a.key - b.key)
      .map(({ one }) => one);
  });

it('any graph, in any order: everything runs once, after what it needs', async () => {
  const cases: { steps: readonly Step[]; picks: readonly number[]; failing: readonly number[] }[] = [];
  const input = fc.record({
    steps: GRAPH,
    picks: fc.array(fc.nat(), { minLength: 1, maxLength: 10 }),
    failing: fc.array(fc.nat({ max: 24 }), { maxLength: 2 }),
  });
  holds(input, (one) => cases.push(one), 150);
  for (const { steps, picks, failing } of cases) {
    let turn = 0;
    const pick = (): number => picks[turn++ % picks.length] ?? 0;
    const { order, failed, skipped } = await trace(steps, { pick, failing: failing.map(String) });
    const position = new Map(order.map((id, i) => [id, i]));
    for (const { id, needs } of steps) {
      const at = position.get(id);
      const isSkipped = id in skipped;
      expect(at === undefined).toBe(isSkipped);
      expect(isSkipped).toBe(needs.some((need) => failed.includes(need) || need in skipped));
      for (const need of at === undefined ? [] : needs) expect(position.get(need)).toBeLessThan(at ?? 0);
    }
    expect(order.length + Object.keys(skipped).length).toBe(steps.length);
  }
});

it('ten thousand leaves below one authority, each step once', async () => {
  const steps = [step('ca', [], 'publish')];
  for (let i = 0; i < 5000; i++)
    steps.push(step(`sign ${i}`, ['ca'], 'sign'), step(`publish ${i}`, [`sign ${i}`], 'publish'));
  let runs = 0;
  const run = async (): Promise<void> => {
    runs++;
  };
  await walk(steps, { lanes: { process: 2, publish: 6 }, run, failed: () => {}, skipped: () => {} });
  expect(runs).toBe(10_001);
});

describe('a callback that throws', () => {
  const steps = [step('a'), step('b'), step('c', ['a'])];
  const told = new Error('told');
  const quiet = { failed: () => {}, skipped: () => {}, lanes: { process: 1, publish: 1 } };
  const throwing = (): never => {
    throw told;
  };

  it.each<readonly [string, Partial<WalkOptions>]>([
    ['of a failure', { failed: throwing }],
    ['of what is skipped', { skipped: throwing }],
    ['of what is done', { done: throwing }],
  ])('when told %s ends the walk, once what runs has ended', async (_, callbacks) => {
    const ended: string[] = [];
    const run = async ({ id }: Step): Promise<void> => {
      await Promise.resolve();
      ended.push(id);
      if (id === 'a') throw new Error('a');
    };
    const lanes = { process: 2, publish: 1 };
    await expect(walk(steps, { ...quiet, lanes, run, ...callbacks })).rejects.toBe(told);
    expect(ended).toEqual(['a', 'b']);
  });
});
