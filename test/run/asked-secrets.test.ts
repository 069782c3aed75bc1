/** Passphrases that are typed: who is asked what, how often, and what becomes of an answer. */
import { describe, expect, it } from 'vitest';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import type { SecretUse } from '../../src/plan/errand.ts';
import { settleAll } from '../../src/run/secrets.ts';

const prompt = (label: string | null = null): SecretSource => ({ kind: 'prompt', label });
const use = (of: string, given: Partial<SecretUse> = {}): SecretUse => ({
  source: prompt(),
  of,
  artifact: 'key',
  closes: false,
  ...given,
});

interface Asked {
  readonly source: string;
  readonly what: string;
  readonly entities: readonly string[];
  readonly isRepeated: boolean;
}

/** What is asked, and what is then known of each source. @param known sources that wait for nothing. */
async function settled(
  uses: readonly SecretUse[],
  answers: readonly (string | null)[] | undefined = ['x', 'x', 'x'],
  known: readonly string[] = [],
) {
  const asked: Asked[] = [];
  const learnt: Record<string, unknown> = {};
  const label = (source: SecretSource): string => (source.kind === 'prompt' ? (source.label ?? '') : '');
  const secrets = {
    read: (source: SecretSource) =>
      known.includes(label(source)) ? { ok: true, value: 'v' } : { ok: false, fault: { kind: 'waits' } },
    settle: (source: SecretSource, answer: unknown) => {
      learnt[label(source)] = answer;
    },
  };
  const ask = (question: Asked): Promise<string | null> => {
    asked.push(question);
    return Promise.resolve(answers[asked.length - 1] ?? null);
  };
  const hadAny = await settleAll(uses, [], { secrets, ask } as never);
  return { asked, learnt, hadAny };
}

const lacking = (kind: string) => ({ ok: false, fault: { kind } });
const had = (value: string) => ({ ok: true, value });

it('each source is asked for once, for all that need it', async () => {
  const uses = [use('a'), use('b'), use('a'), use('c', { source: prompt('other') })];
  expect(await settled(uses, ['one', 'two'])).toEqual({
    asked: [
      { source: 'prompt', what: 'passphrase', entities: ['a', 'b'], isRepeated: false },
      { source: 'prompt:other', what: 'passphrase', entities: ['c'], isRepeated: false },
    ],
    learnt: { '': had('one'), other: had('two') },
    hadAny: true,
  });
});

it('what is known already is not asked for', async () => {
  const both = [use('a'), use('b', { source: prompt('other') })];
  expect(await settled(both, ['x'], [''])).toMatchObject({ learnt: { other: had('x') }, hadAny: true });
  expect(await settled(both, ['x'], ['', 'other'])).toEqual({ asked: [], learnt: {}, hadAny: false });
  expect(await settled([])).toEqual({ asked: [], learnt: {}, hadAny: false });
});

describe('what is asked for is called', () => {
  const what = async (...uses: readonly Partial<SecretUse>[]) =>
    (await settled(uses.map((given) => use('a', given)))).asked.map((one) => one.what);
  it.each<[string, readonly Partial<SecretUse>[]]>([
    ['passphrase', [{}]],
    ['password', [{ artifact: 'pkcs12' }]],
    ['passphrase', [{ artifact: 'pkcs12' }, {}]],
    ['PIN', [{ isPin: true }]],
    ['PIN', [{ isPin: true }, { isPin: true }]],
    ['passphrase', [{ isPin: true }, {}]],
  ])('%s', async (expected, uses) => expect(await what(...uses)).toEqual([expected]));
});

describe('what closes a file', () => {
  const closing = [use('a'), use('b', { closes: true })];
  it.each<[string, readonly (string | null)[], unknown, number]>([
    ['is asked for twice', ['x', 'x'], had('x'), 2],
    ['is not had where the two are not the same', ['x', 'y'], lacking('mistyped'), 2],
    ['is not had where the second is missing', ['x', null], lacking('mistyped'), 2],
    ['is not asked for again where the first is missing', [null, 'x'], lacking('no-answer'), 1],
    ['may be empty, twice', ['', ''], had(''), 2],
  ])('%s', async (_, answers, expected, times) => {
    const { asked, learnt } = await settled(closing, answers);
    expect(learnt).toEqual({ '': expected });
    expect(asked.map(({ isRepeated }) => isRepeated)).toEqual([false, true].slice(0, times));
  });

  it('and what only opens one, once', async () => {
    const { asked, learnt } = await settled([use('a')], ['x']);
    expect([asked.length, learnt]).toEqual([1, { '': had('x') }]);
    expect((await settled([use('a')], [null])).learnt).toEqual({ '': lacking('no-answer') });
  });
});

it('without a terminal nothing is had, and that is known from then on', async () => {
  const learnt: unknown[] = [];
  const secrets = {
    read: () => lacking('waits'),
    settle: (_: unknown, answer: unknown) => learnt.push(answer),
  };
  expect(await settleAll([use('a')], [], { secrets } as never)).toBe(true);
  expect(learnt).toEqual([lacking('no-terminal')]);
});
