/** Which secrets a run looks for: those of what is carried out, and of closed keys of what is refused. */
import { describe, expect, it } from 'vitest';
import { argvKey } from '../../src/pki/argv.ts';
import { type SecretSource, secretSourceText } from '../../src/pki/secret-source.ts';
import type { SecretUse } from '../../src/plan/errand.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { haveAnswers, settleAll } from '../../src/run/secrets.ts';
import { readCommands } from '../../src/store/commands.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { aChange, anInventory, aPlan, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const PROMPT = { kind: 'prompt', label: null } as const;
const OTHER = { kind: 'prompt', label: 'other' } as const;
const UNSET = { kind: 'env', name: 'PKI_TEST_NO_SUCH_VARIABLE' } as const;
const PRINTS: SecretSource = { kind: 'command', argv: ['printf', 'secret\n'] };
const FAILS: SecretSource = { kind: 'command', argv: ['sh', '-c', 'exit 3'] };

const API = aServer({ name: 'api', passphrase: PROMPT });
const use = (source: SecretSource, given: Partial<SecretUse> = {}): SecretUse => ({
  source,
  of: API.id,
  artifact: 'key',
  closes: false,
  ...given,
});
const work = (secrets: readonly SecretUse[], given: object = {}) =>
  aChange({ id: API.id, action: 'refresh', secrets, ...given } as never);
const refused = (refusal: object) => aChange({ id: API.id, action: 'refuse', refusal } as never);
const ENCRYPTED = { kind: 'encrypted', path: 'servers/api/key.pem' };

interface Given {
  readonly changes?: readonly ReturnType<typeof aChange>[];
  readonly withheld?: readonly ReturnType<typeof aChange>[];
  readonly isIdle?: boolean;
  readonly entity?: typeof API;
  readonly seen?: Partial<Observation>;
  /** Whose files are opened, of several; by default all. */
  readonly opens?: readonly string[];
  /** What was answered before, by the user. */
  readonly known?: readonly SecretSource[];
}

/** What is asked of the user, what is known then, and whether it is worth another look. */
async function had({ changes = [], withheld = [], isIdle = false, entity = API, ...given }: Given) {
  const root = memoryFolder();
  using output = await OutputFolder.open(root);
  const secrets = new Secrets(root, { output: '.' });
  for (const source of given.known ?? []) secrets.settle(source, { ok: true, value: 'x' });
  const reader = new Reader(secrets, new Set(given.opens ?? []));
  const asked: string[] = [];
  const ask = ({ source }: { readonly source: string }) => {
    asked.push(source);
    return Promise.resolve('typed');
  };
  const again = await haveAnswers(
    { possible: aPlan(changes), awaiting: [], withheld, isIdle },
    anInventory(entity),
    { entities: new Map(), orphans: [], ...given.seen },
    { root, output, secrets, reader, ask },
  );
  const answer = (source: SecretSource) => (secrets.isKnown(source) ? secrets.read(source) : null);
  return { asked, again, answer, reader, commands: [...readCommands(root)] };
}

describe('secrets of what is carried out', () => {
  it('are asked for, and then there is more to see', async () => {
    const { asked, again, answer } = await had({ changes: [work([use(PROMPT), use(OTHER), use(PROMPT)])] });
    expect({ asked, again }).toEqual({ asked: ['prompt', 'prompt:other'], again: true });
    expect([answer(PROMPT), answer(OTHER)]).toEqual([
      { ok: true, value: 'typed' },
      { ok: true, value: 'typed' },
    ]);
  });

  it('are not asked for where nothing is carried out', async () => {
    expect(await had({ changes: [work([use(PROMPT)])], isIdle: true })).toMatchObject({
      asked: [],
      again: false,
    });
    expect(await had({ changes: [aChange({ id: API.id, action: 'keep' })] })).toMatchObject({
      asked: [],
      again: false,
    });
  });

  it('are not looked for again once they are known, or are known to be missing', async () => {
    expect(await had({ changes: [work([use(PROMPT)])], known: [PROMPT] })).toMatchObject({
      asked: [],
      again: false,
    });
    const fault = new Map([[secretSourceText(UNSET), { kind: 'unset' } as const]]);
    const missing = await had({ changes: [work([use(UNSET)])], seen: { secrets: fault } });
    expect({ again: missing.again, answer: missing.answer(UNSET) }).toEqual({ again: false, answer: null });
  });

  it('that are missing end the questions before they begin, unless another may do', async () => {
    const both = await had({ changes: [work([use(PROMPT), use(UNSET)])] });
    expect(both).toMatchObject({ asked: [], again: true });
    expect(both.answer(UNSET)).toEqual({ ok: false, fault: { kind: 'unset' } });
    const spare = await had({ changes: [work([use(PROMPT), use(UNSET, { isSpare: true })])] });
    expect(spare).toMatchObject({ asked: ['prompt'], again: true });
  });

  it('show more where a file was left closed until now, and are opened from then on', async () => {
    const known = { known: [PROMPT], changes: [work([use(PROMPT)])] };
    expect((await had({ ...known, opens: ['servers/other'] })).again).toBe(false);
    const file = { kind: 'env', name: 'PATH' } as const;
    const changes = [work([use(file)])];
    expect(await had({ changes })).toMatchObject({ asked: [], again: false });
    const some = await had({ changes, opens: ['servers/other'] });
    expect(some.again).toBe(true);
    expect(some.reader.secretsFor(API.id)).toBeDefined();
    expect(some.reader.secretsFor('servers/third')).toBeUndefined();
  });

  it('come from commands, which are remembered before they run', async () => {
    const errand = (source: SecretSource) =>
      source.kind === 'command' ? [{ argv: source.argv, purpose: 'passphrase', isNew: true }] : [];
    const errands = [...errand(PRINTS), ...errand(FAILS)];
    const found = await had({ changes: [work([use(PRINTS), use(FAILS)], { errands })] });
    expect(found.again).toBe(true);
    expect(found.answer(PRINTS)).toEqual({ ok: true, value: 'secret' });
    expect(found.answer(FAILS)).toEqual({
      ok: false,
      fault: { kind: 'command', fault: { kind: 'exit', code: 3 } },
    });
    expect(found.commands).toEqual(errands.map(({ argv }) => argvKey(argv)));
    const one = await had({ changes: [work([use(PRINTS)], { errands: errand(PRINTS) })] });
    expect(one.commands).toEqual(errand(PRINTS).map(({ argv }) => argvKey(argv)));
    expect((await had({ changes: [work([use(PROMPT)])] })).commands).toEqual([]);
  });
});

describe('a key that is closed', () => {
  const withPassphrase = (passphrase: SecretSource) =>
    aServer({ name: 'api', passphrase, previousPassphrase: OTHER });

  it('is opened by what the manifest states, and by what it stated before', async () => {
    const entity = withPassphrase(PROMPT);
    expect(await had({ entity, withheld: [refused(ENCRYPTED)] })).toMatchObject({
      asked: ['prompt', 'prompt:other'],
      again: true,
    });
  });

  it('of an entity that is refused for anything else, or without consent, stays so', async () => {
    const entity = withPassphrase(PROMPT);
    const others = [
      refused({ kind: 'unfinished', entity: API.id, why: 'x' }),
      work([]),
      aChange({ id: API.id, action: 'remove' }),
    ];
    for (const change of others)
      expect(await had({ entity, withheld: [change] })).toMatchObject({ asked: [], again: false });
  });

  it('is opened by a command only where that ran before', async () => {
    const entity = withPassphrase(PRINTS);
    const withheld = [refused(ENCRYPTED)];
    const never = await had({ entity, withheld });
    expect([never.asked, never.answer(PRINTS)]).toEqual([['prompt:other'], null]);
    if (PRINTS.kind !== 'command') throw new Error('it is one');
    const commands = new Set([argvKey(PRINTS.argv)]);
    const before = await had({ entity, withheld, seen: { commands } });
    expect([before.asked, before.answer(PRINTS)]).toEqual([['prompt:other'], { ok: true, value: 'secret' }]);
  });

  it('without a passphrase in the manifest has nothing to be asked for', async () => {
    expect(await had({ entity: aServer({ name: 'api' }), withheld: [refused(ENCRYPTED)] })).toMatchObject({
      asked: [],
      again: false,
    });
  });
});

it('a command sees no variable that holds a secret', async () => {
  const root = memoryFolder();
  const secrets = new Secrets(root, { output: '.' });
  const source: SecretSource = { kind: 'command', argv: ['sh', '-c', 'echo "[$HOME] $PATH"'] };
  const holder = aServer({ passphrase: { kind: 'env', name: 'HOME' } });
  await settleAll([use(source)], [holder], { secrets } as never);
  expect(secrets.read(source)).toEqual({ ok: true, value: `[] ${process.env['PATH']}` });
});
