/** What was agreed to and what is still due, as `.pki` has it: read with no trust in what stands there. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { argvKey } from '../../src/pki/argv.ts';
import { readCommands, rememberCommands } from '../../src/store/commands.ts';
import { Folder } from '../../src/store/folder.ts';
import { readHooks, saveHooks } from '../../src/store/hooks.ts';
import { fieldsOf, isInside, jsonIn, textsIn } from '../../src/store/json.ts';
import { observeCommands } from '../../src/store/observe/commands.ts';
import { aServer } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

/** An output folder. @param files of `.pki`, by name. */
function folder(files: Readonly<Record<string, unknown>> = {}): string {
  const root = temporaryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(root, '.pki', name), text, { mode: 0o600 });
  }
  return root;
}

async function inOwn(root: string, use: (own: Folder) => Promise<void>): Promise<void> {
  using own = Folder.open(join(root, '.pki'));
  await use(own);
}

const RELOAD = ['systemctl', 'reload', 'nginx'];
const keys = (...argvs: readonly (readonly string[])[]): ReadonlySet<string> =>
  new Set(argvs.map((argv) => argvKey(argv as never)));
const commandsIn = (commands: unknown, format: unknown = 1): ReadonlySet<string> =>
  readCommands(folder({ 'commands.json': { format, commands } }));

describe('commands that were agreed to', () => {
  it.each<[string, ReadonlySet<string>, ReadonlySet<string>]>([
    ['none where there is no file', readCommands(folder()), keys()],
    ['none in what is no JSON', readCommands(folder({ 'commands.json': '{' })), keys()],
    ['none of another format', commandsIn([RELOAD], 2), keys()],
    ['none in what is no list', commandsIn({ 0: RELOAD }), keys()],
    ['all in a list', commandsIn([RELOAD, ['true']]), keys(RELOAD, ['true'])],
    ['not what is no command', commandsIn([[], 'rm', ['rm', 1], null, RELOAD]), keys(RELOAD)],
  ])('are %s', (_, found, expected) => expect(found).toEqual(expected));

  it('are added to, each once, and written for no other user', async () => {
    const root = folder();
    const path = join(root, '.pki/commands.json');
    const remember = (...argvs: readonly (readonly string[])[]) =>
      inOwn(root, (own) => rememberCommands(root, own, argvs as never));
    await remember(RELOAD);
    await remember(['true'], RELOAD);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ format: 1, commands: [RELOAD, ['true']] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { ino } = statSync(path);
    await remember(RELOAD);
    await remember();
    expect(statSync(path).ino).toBe(ino);
    await remember(RELOAD, ['false']);
    expect(readCommands(root)).toEqual(keys(RELOAD, ['true'], ['false']));
  });

  it('are not believed where another user may have written them', () => {
    const root = folder({ 'commands.json': { format: 1, commands: [RELOAD] } });
    chmodSync(join(root, '.pki'), 0o777);
    expect(() => readCommands(root)).toThrow();
  });
});

describe('hooks that are still due', () => {
  const due = (pending: unknown, format: unknown = 1) => [
    ...readHooks(folder({ 'hooks.json': { format, pending } })),
  ];
  it.each<[string, unknown, unknown]>([
    ['none where there is no file', [...readHooks(folder())], []],
    ['none of another format', due({ a: ['x'] }, 2), []],
    ['none in what is no JSON', [...readHooks(folder({ 'hooks.json': 'x' }))], []],
    ['none where nothing is due', due({}), []],
    [
      'those of each entity',
      due({ a: ['x', 'y'], b: [] }),
      [
        ['a', ['x', 'y']],
        ['b', []],
      ],
    ],
    [
      'not what is no path',
      due({ a: ['x', 1], b: 'x' }),
      [
        ['a', ['x']],
        ['b', []],
      ],
    ],
  ])('are %s', (_, found, expected) => expect(found).toEqual(expected));

  it('are written where some are, or were before', async () => {
    const root = folder();
    const save = (pending: ReadonlyMap<string, readonly string[]>) =>
      inOwn(root, (own) => saveHooks(own, pending));
    await save(new Map());
    expect(() => statSync(join(root, '.pki/hooks.json'))).toThrow();
    await save(new Map([['servers/api', ['key.pem']]]));
    expect(readHooks(root)).toEqual(new Map([['servers/api', ['key.pem']]]));
    await save(new Map());
    expect(readHooks(root)).toEqual(new Map());
  });
});

it('nothing of both is looked at where the manifest names no command', () => {
  const root = folder({
    'commands.json': { format: 1, commands: [RELOAD] },
    'hooks.json': { format: 1, pending: { 'servers/api': ['key.pem'] } },
  });
  const hooked = { ...aServer({ name: 'api' }), onChange: { run: RELOAD } } as never;
  expect(observeCommands(root, [aServer({ name: 'api' })])).toEqual({});
  expect(observeCommands(root, [hooked])).toEqual({
    commands: keys(RELOAD),
    hooks: new Map([['servers/api', ['key.pem']]]),
  });
  expect(observeCommands(folder(), [hooked])).toEqual({ commands: keys() });
});

it('what JSON does not have is not there', () => {
  expect([jsonIn('{"a":1}'), jsonIn('null'), jsonIn('{'), jsonIn('')]).toEqual([
    { a: 1 },
    null,
    undefined,
    undefined,
  ]);
  expect([textsIn(['a', 1, null, 'b']), textsIn('a'), textsIn({ 0: 'a' }), textsIn(undefined)]).toEqual([
    ['a', 'b'],
    [],
    [],
    [],
  ]);
  expect([fieldsOf({ a: 1 }), fieldsOf(null), fieldsOf('a'), fieldsOf(undefined)]).toEqual([
    { a: 1 },
    {},
    {},
    {},
  ]);
});

it.each([
  ['a', true],
  ['a/b.pem', true],
  ['..data/x', true],
  ['', false],
  ['.', false],
  ['..', false],
  ['/a', false],
  ['a/', false],
  ['a//b', false],
  ['a/./b', false],
  ['a/../b', false],
  ['../a', false],
  ['a\0b', false],
  [7, false],
  [undefined, false],
])('whether the path %j stays below where it is taken from: %s', (path, expected) => {
  expect(isInside(path)).toBe(expected);
});
