/** Secrets of requests: each is had before anything is made, and commands of the manifest run with consent alone. */
import { describe, expect, it } from 'vitest';
import { argvKey } from '../../src/pki/argv.ts';
import type { Entity } from '../../src/pki/entity.ts';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { lacksSecrets } from '../../src/run/request-secrets.ts';
import { readCommands } from '../../src/store/commands.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const PROMPT = { kind: 'prompt', label: null } as const;
const UNSET = { kind: 'env', name: 'PKI_TEST_NO_SUCH_VARIABLE' } as const;
const ARGV = ['printf', 'secret'];
const COMMAND: SecretSource = { kind: 'command', argv: ARGV };
const api = (passphrase: SecretSource) => aServer({ name: 'api', passphrase });
const web = (passphrase: SecretSource) => aServer({ name: 'web', passphrase });

interface Given {
  readonly mayRun?: boolean;
  readonly newKey?: boolean;
  readonly commands?: ReadonlySet<string>;
  readonly answers?: readonly (string | null)[];
  readonly written?: ReadonlyMap<string, string>;
}

/** Why nothing is asked of another machine, what the user was asked, and which commands are remembered. */
async function lacking(entities: readonly Entity[], given: Given = {}, all: readonly Entity[] = entities) {
  const { mayRun = false, newKey = true, commands, answers = ['x', 'x'], written } = given;
  const root = memoryFolder();
  using output = await OutputFolder.open(root);
  const secrets = new Secrets(root, { output: '.' });
  const asked: boolean[] = [];
  const ask = ({ isRepeated }: { readonly isRepeated: boolean }) =>
    Promise.resolve(answers[asked.push(isRepeated) - 1] ?? null);
  const inventory = { ...anInventory(...all), ...(written === undefined ? {} : { written }) };
  const seen: Observation = {
    entities: new Map(),
    orphans: [],
    ...(commands === undefined ? {} : { commands }),
  };
  const result = await lacksSecrets(
    entities.map((entity) => ({ entity, newKey })),
    inventory as never,
    seen,
    { root, output, secrets, reader: new Reader(secrets), ask, mayRun },
  );
  return { result, asked, known: [...readCommands(root)] };
}

const noSecret = (source: string, kind: string, at = 'servers/api') => ({
  kind: 'refused',
  refusal: { kind: 'no-secret', entity: 'servers/api', artifact: 'key', source, fault: { kind }, at },
});

it('nothing is lacking where no key is under a passphrase', async () => {
  expect(await lacking([aServer({ name: 'api' })])).toEqual({ result: undefined, asked: [], known: [] });
});

describe('a passphrase', () => {
  it('of a new key is typed twice, of one that is there once', async () => {
    expect(await lacking([api(PROMPT)])).toEqual({ result: undefined, asked: [false, true], known: [] });
    expect(await lacking([api(PROMPT)], { newKey: false })).toEqual({
      result: undefined,
      asked: [false],
      known: [],
    });
  });

  it('that is not answered is a refusal', async () => {
    const { result } = await lacking([api(PROMPT)], { answers: [null] });
    expect(result).toEqual(noSecret('prompt', 'no-answer'));
  });

  it('that is missing is a refusal before anything is asked or run, where the manifest has it', async () => {
    expect(await lacking([web(PROMPT), api(UNSET)])).toEqual({
      result: noSecret(`env:${UNSET.name}`, 'unset'),
      asked: [],
      known: [],
    });
    const both = await lacking([web(COMMAND), api(UNSET)], { mayRun: true });
    expect([both.result, both.known]).toEqual([noSecret(`env:${UNSET.name}`, 'unset'), []]);
    const written = new Map([['servers/api passphrase', 'servers.api.passphrase']]);
    expect((await lacking([api(UNSET)], { written })).result).toEqual(
      noSecret(`env:${UNSET.name}`, 'unset', 'servers.api.passphrase'),
    );
  });
});

describe('a command that was never run here', () => {
  it('waits for consent, with all that need it', async () => {
    const { result, known } = await lacking([api(COMMAND), web(COMMAND)]);
    expect(result).toEqual({
      kind: 'consent',
      commands: [
        { argv: ARGV, purpose: 'passphrase', isNew: true, entities: ['servers/api', 'servers/web'] },
      ],
    });
    expect(known).toEqual([]);
  });

  it('runs with consent, and is remembered', async () => {
    const { result, known } = await lacking([api(COMMAND), web(PROMPT)], { mayRun: true });
    expect([result, known]).toEqual([undefined, [argvKey(ARGV)]]);
  });

  it('is not one that ran before', async () => {
    const commands = new Set([argvKey(ARGV)]);
    expect((await lacking([api(COMMAND)], { commands })).result).toBeUndefined();
    const other: SecretSource = { kind: 'command', argv: ['other'] };
    expect((await lacking([api(COMMAND), web(other)], { commands })).result).toEqual({
      kind: 'consent',
      commands: [{ argv: ['other'], purpose: 'passphrase', isNew: true, entities: ['servers/web'] }],
    });
  });
});

it('the request of a bridge is signed by the key of its authority', async () => {
  const of = anAuthority({ name: 'of', passphrase: PROMPT });
  const bridge = anAuthority({ name: 'bridge', keyPlace: { kind: 'bridge', of: of.id } });
  const { asked, result } = await lacking([bridge], { newKey: false }, [of, bridge]);
  expect([asked, result]).toEqual([[false], undefined]);
});
