/** Deliveries into a cluster that is a table of answers: what is asked of it, in which order, and what is made of each answer. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FilterOptions, FilterRun } from '../../src/engine/filter.ts';
import { type Argv, argvKey } from '../../src/pki/argv.ts';
import type { EndEntity } from '../../src/pki/entity.ts';
import { type DeliverOptions, deliverAll } from '../../src/run/deliver.ts';
import { readCommands } from '../../src/store/commands.ts';
import { anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { keyPem, smallCertificate } from '../helpers/small-certificates.ts';

const TO = { context: 'prod', namespace: 'shop', name: 'api-tls' };
const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api', deliver: [TO] });
const CA = smallCertificate('root');
const LEAF = smallCertificate('api', { issuer: CA, isAuthority: false });

const WHERE = ['kubectl', '--context=prod', '--namespace=shop'];
const MANAGER = ['--server-side', '--field-manager=pki-apply', '--filename=-'];
const DIFF = [...WHERE, 'diff', ...MANAGER];
const APPLY = [...WHERE, 'apply', ...MANAGER];
const get = (output: string): Argv => [
  ...WHERE,
  'get',
  'secret',
  'api-tls',
  '--ignore-not-found',
  `--output=${output}`,
];
const NAMED = get('name');
const READ = get('jsonpath={.data.tls\\.crt} {.data.ca\\.crt}');
const CONSENT = argvKey([...WHERE, 'apply', 'secret/api-tls']);

const good = (output = ''): FilterRun => ({ output, words: '', fault: null });
const ended = (code: number, { output = '', words = '' } = {}): FilterRun => ({
  output,
  words,
  fault: { kind: 'exit', code },
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PLACED = `${base64(LEAF.pem)} ${base64(CA.pem)}\n`;
const CHANGES = ended(1, {
  output: '+  tls.key: "***"\n+  tls.crt: "***"\n-  tls.crt: "***"\n+  tls.crt: "***"\n+  other: 1\n',
});

interface Asked {
  readonly argv: Argv;
  readonly options: FilterOptions;
}

interface Given extends Partial<DeliverOptions> {
  readonly entity?: EndEntity;
  readonly files?: Readonly<Record<string, string>>;
  /** Where it was delivered before. */
  readonly folder?: string;
}

const FILES = { 'key.pem': keyPem(LEAF.key), 'fullchain.pem': LEAF.pem, 'ca.pem': CA.pem };

function folderOf(entity: EndEntity, files: Readonly<Record<string, string>> = FILES): string {
  const root = memoryFolder();
  mkdirSync(join(root, entity.id), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, entity.id, name), text);
  return root;
}

/** What becomes of all deliveries where the cluster answers so, what it was asked, and what is remembered. */
async function delivered(answers: readonly FilterRun[], given: Given = {}) {
  const { entity = API, files, folder = folderOf(entity, files), ...options } = given;
  const asked: Asked[] = [];
  const all = await deliverAll(
    anInventory(ROOT, entity),
    { root: folder, consent: true, ...options },
    (argv, how) => {
      const answer = answers[asked.push({ argv, options: how }) - 1];
      if (answer === undefined) throw new Error(`not expected: ${argv.join(' ')}`);
      return Promise.resolve(answer);
    },
  );
  expect(asked).toHaveLength(answers.length);
  return {
    outcomes: all.map(({ outcome }) => outcome),
    all,
    argvs: asked.map(({ argv }) => argv),
    inputs: asked.map(({ options: { input } }) => input),
    asked,
    known: [...readCommands(folder)],
    folder,
  };
}

describe('a delivery', () => {
  it('is nothing to do where the cluster has it', async () => {
    const { all, argvs, inputs, known, asked } = await delivered([good()]);
    expect(all).toEqual([{ entity: API.id, to: TO, outcome: { kind: 'current' } }]);
    expect([argvs, known]).toEqual([[DIFF], []]);
    expect(inputs[0]).toContain(base64(LEAF.pem));
    expect(asked[0]?.options).toMatchObject({ cwd: '.', seconds: 60 });
  });

  it('is made, agreed to from then on, and read back', async () => {
    const { outcomes, argvs, inputs, known } = await delivered([
      CHANGES,
      good('\n'),
      good(),
      good(PLACED),
      good(),
    ]);
    expect(outcomes).toEqual([{ kind: 'made', keys: ['tls.crt', 'tls.key'] }]);
    expect(argvs).toEqual([DIFF, NAMED, APPLY, READ, DIFF]);
    expect(inputs).toEqual([inputs[0], '', inputs[0], '', inputs[0]]);
    expect(known).toEqual([CONSENT]);
  });

  it('changes a Secret that is there', async () => {
    const named = good('secret/api-tls\n');
    const { outcomes } = await delivered([CHANGES, named, good(), good(PLACED), good()]);
    expect(outcomes).toEqual([{ kind: 'changed', keys: ['tls.crt', 'tls.key'] }]);
  });

  it.each<[string, readonly FilterRun[]]>([
    ['another certificate is read back', [good(`${base64(CA.pem)} ${base64(CA.pem)}`)]],
    ['other roots are read back', [good(`${base64(LEAF.pem)} ${base64(LEAF.pem)}`)]],
    ['nothing is read back', [good()]],
    ['reading fails', [ended(1, { output: PLACED })]],
    ['the key differs still', [good(PLACED), CHANGES]],
  ])('is not believed where %s', async (_, answers) => {
    const { outcomes } = await delivered([CHANGES, good(), good(), ...answers]);
    expect(outcomes).toEqual([{ kind: 'not-read-back' }]);
  });

  it('changes nothing on trial, nor remembers anything', async () => {
    const { outcomes, argvs, known } = await delivered([CHANGES, good()], { dryRun: true });
    expect([outcomes, argvs, known]).toEqual([
      [{ kind: 'made', keys: ['tls.crt', 'tls.key'] }],
      [DIFF, NAMED],
      [],
    ]);
  });

  it('waits for a consent, once for each Secret', async () => {
    for (const consent of [false, undefined])
      expect((await delivered([], { consent } as Given)).outcomes).toEqual([{ kind: 'no-consent' }]);
    const { folder } = await delivered([CHANGES, good(), good(), good(PLACED), good()]);
    expect((await delivered([good()], { folder, consent: false })).outcomes).toEqual([{ kind: 'current' }]);
    for (const other of [{ name: 'b' }, { namespace: 'b' }, { context: 'b' }]) {
      const entity = { ...API, deliver: [{ ...TO, ...other }] };
      expect((await delivered([], { folder, entity, consent: false })).outcomes).toEqual([
        { kind: 'no-consent' },
      ]);
    }
  });
});

describe('what fails is named', () => {
  const CONFLICT = 'Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.tls.crt';
  it.each<[string, readonly FilterRun[], unknown]>([
    [
      'a cluster that cannot be asked',
      [ended(2, { output: 'x', words: 'one\ntwo\nthree\nfour' })],
      { kind: 'failed', fault: { kind: 'exit', code: 2 }, words: 'two\nthree\nfour' },
    ],
    [
      'a difference without any',
      [ended(1, { words: 'no such context' })],
      { kind: 'failed', fault: { kind: 'exit', code: 1 }, words: 'no such context' },
    ],
    [
      'a program that is not there, whatever it printed',
      [{ output: 'x', words: '', fault: { kind: 'not-begun', code: 'ENOENT' } }],
      { kind: 'failed', fault: { kind: 'not-begun', code: 'ENOENT' }, words: '' },
    ],
    [
      'a look for the Secret',
      [CHANGES, ended(1, { words: 'forbidden' })],
      { kind: 'failed', fault: { kind: 'exit', code: 1 }, words: 'forbidden' },
    ],
    [
      'an apply, without what its words quote of a Secret',
      [CHANGES, good(), ended(1, { words: `invalid: ${'Ab1+/=_-'.repeat(5)} of ${'x'.repeat(39)}` })],
      { kind: 'failed', fault: { kind: 'exit', code: 1 }, words: `invalid: … of ${'x'.repeat(39)}` },
    ],
    [
      'another manager, with what it has set',
      [CHANGES, good(), ended(1, { words: `first\n${CONFLICT}\nsecond conflicts with "helm": .type\nlast` })],
      { kind: 'conflict', words: `${CONFLICT}\nsecond conflicts with "helm": .type` },
    ],
    [
      'a conflict with no one',
      [CHANGES, good(), ended(1, { words: 'a conflict with nothing\nmyconflict with "x"' })],
      {
        kind: 'failed',
        fault: { kind: 'exit', code: 1 },
        words: 'a conflict with nothing\nmyconflict with "x"',
      },
    ],
  ])('%s', async (_, answers, outcome) => expect((await delivered(answers)).outcomes).toEqual([outcome]));
});

describe('an entity that has nothing to deliver', () => {
  const pin = { kind: 'prompt', label: null } as const;
  it.each<[string, Given, unknown]>([
    ['no files', { files: {} }, { kind: 'files' }],
    ['no roots', { files: { ...FILES, 'ca.pem': '' } }, null],
    ['the key of another', { files: { ...FILES, 'key.pem': keyPem(CA.key) } }, { kind: 'pair' }],
    ['a key under a passphrase', { entity: { ...API, passphrase: pin } }, { kind: 'passphrase', of: API.id }],
    [
      'a key on a token',
      { entity: { ...API, token: { uri: 'pkcs11:', pin } } },
      { kind: 'token', of: API.id },
    ],
  ])('%s', async (_, given, cause) => {
    const found = await delivered(cause === null ? [good()] : [], given);
    expect(found.outcomes).toEqual([cause === null ? { kind: 'current' } : { kind: 'no-files', cause }]);
  });
});

describe('a revoked entity', () => {
  const gone = { ...API, revoked: { reason: null, at: NOW } } as never as EndEntity;
  it('is delivered nowhere, and its Secret stays until its programs can do without', async () => {
    const { folder } = await delivered([CHANGES, good(), good(), good(PLACED), good()]);
    const asked = async (...answers: readonly FilterRun[]) => delivered(answers, { folder, entity: gone });
    const there = await asked(good('secret/api-tls\n'));
    expect([there.outcomes, there.argvs, there.inputs]).toEqual([[{ kind: 'revoked' }], [NAMED], ['']]);
    expect((await asked(good(' \n'))).outcomes).toEqual([{ kind: 'absent' }]);
    expect((await asked(ended(1, { words: 'forbidden' }))).outcomes).toEqual([
      { kind: 'failed', fault: { kind: 'exit', code: 1 }, words: 'forbidden' },
    ]);
    expect((await delivered([], { entity: gone })).outcomes).toEqual([{ kind: 'absent' }]);
  });
});

describe('of several deliveries', () => {
  const [one, two] = [
    { ...TO, name: 'one' },
    { ...TO, name: 'two' },
  ];
  const entity = { ...API, deliver: [one, two] };

  it('each has an outcome of its own, and those of other entities are left alone', async () => {
    const { all } = await delivered([ended(2), good()], { entity });
    expect(all.map(({ to, outcome }) => [to, outcome.kind])).toEqual([
      [one, 'failed'],
      [two, 'current'],
    ]);
    expect((await delivered([], { entity, only: new Set(['servers/web']) })).all).toEqual([]);
    expect((await delivered([good(), good()], { entity, only: new Set([API.id]) })).all).toHaveLength(2);
    expect((await delivered([], { entity: aServer({ name: 'api' }) })).all).toEqual([]);
  });

  it('none begins after an interruption', async () => {
    expect((await delivered([], { entity, signal: AbortSignal.abort() })).all).toEqual([]);
  });
});

it('kubectl sees no variable that holds a secret, and ends with the run', async () => {
  const { signal } = new AbortController();
  const pin = { kind: 'env', name: 'HOME' } as const;
  const holder = aServer({ name: 'other', passphrase: pin });
  const seen: FilterOptions[] = [];
  await deliverAll(
    anInventory(ROOT, API, holder),
    { root: folderOf(API), consent: true, signal },
    (_, how) => {
      seen.push(how);
      return Promise.resolve(good());
    },
  );
  expect(seen[0]?.signal).toBe(signal);
  expect(seen[0]?.env).toMatchObject({ PATH: process.env['PATH'] });
  expect(seen[0]?.env).not.toHaveProperty('HOME');
});
