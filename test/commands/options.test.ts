/** What every command takes: the document about them and the table of them say the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesOption } from '../../src/commands/options.ts';
import { COMMANDS, EXAMPLES } from '../../src/commands/table.ts';
import { REPOSITORY } from '../helpers/cli.ts';

/** `plan` → what its row says. */
const DOCUMENTED = new Map(
  readFileSync(join(REPOSITORY, 'docs/commands.md'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, name, argument = '', flags = ''] =
        /^\| `pki ([a-z]+)([^`]*)` +\|[^|]*\|(.*)\|$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, { argument: argument.trim(), flags }] as const];
    }),
);

it('every command is documented, and none that is not there', () => {
  expect([...DOCUMENTED.keys()].sort()).toEqual([...COMMANDS.map(({ name }) => name), 'help'].sort());
});

describe.each(COMMANDS)('$name', ({ name, says, argument, options, examples }) => {
  it('takes the options that are documented, with the values that are', () => {
    const documented = [...(DOCUMENTED.get(name)?.flags ?? '').matchAll(/`(--[a-z-]+)( [A-Z:]+)?`/g)];
    const taken = options.map(({ long, flags }) => `${long}${/ <(.*)>/.exec(flags)?.[0] ?? ''}`);
    expect(taken.sort()).toEqual(
      documented.map(([, long, value]) => `${long}${value ? ` <${value.trim().toLowerCase()}>` : ''}`).sort(),
    );
  });

  it('takes the argument that is documented', () => {
    const words = argument.name().toUpperCase();
    const shown = argument.required ? `${words}${argument.variadic ? '…' : ''}` : `[${argument.name()}]`;
    // Without a server to ask there is --all.
    const documented = name === 'check' ? '[host:port]' : DOCUMENTED.get(name)?.argument;
    expect(shown).toBe(documented);
  });

  it('says what each of them is, in one line without a full stop', () => {
    const texts = [says, argument.description, ...options.map(({ description }) => description)];
    for (const text of [...texts, ...examples.map(([, does]) => does)]) expect(text).toMatch(/^\S.{5,}[^.]$/);
    for (const [command] of examples) expect(command).toMatch(new RegExp(`\\bpki ${name}\\b`));
  });

  it('has no option twice', () => {
    const all = options.flatMap(({ long, short }) => [long, short ?? []].flat());
    expect(new Set(all).size).toBe(all.length);
  });
});

it('a PKI is begun with init, plan and apply', () => {
  expect(EXAMPLES.map(([command]) => command)).toEqual(['pki init', 'pki plan', 'pki apply']);
  for (const [, does] of EXAMPLES) expect(does).toMatch(/\w/);
});

it.each<[name: string, short: string, long: string]>([
  ['plan', '-v', '--verbose'],
  ['apply', '-v', '--verbose'],
  ['apply', '-q', '--quiet'],
  ['rotate', '-m', '--manifest'],
  ['check', '-m', '--manifest'],
  ['adopt', '-w', '--write'],
])('%s %s is %s', (name, short, long) => {
  const row = COMMANDS.find((one) => one.name === name);
  expect(row?.options.find((one) => one.short === short)?.long).toBe(long);
});

describe('a value', () => {
  const option = (command: string, long: string) =>
    COMMANDS.find(({ name }) => name === command)?.options.find((one) => one.long === long);

  it('of names is split at commas, and spaces around them do not count', () => {
    expect(namesOption('--only <names>', '').parseArg?.('api, clients/app ,root', undefined)).toEqual([
      'api',
      'clients/app',
      'root',
    ]);
  });

  it('of --allow-path is one more of them each time', () => {
    const { parseArg } = option('plan', '--allow-path') ?? {};
    const first = parseArg?.('/run/a', undefined);
    expect(first).toEqual(['/run/a']);
    expect(parseArg?.('/run/b,c', first)).toEqual(['/run/a', '/run/b,c']);
  });

  it('of --allow is one more, by itself or for one entity', () => {
    const { parseArg } = option('apply', '--allow') ?? {};
    const first = parseArg?.('rekey-ca, trust', undefined);
    expect(first).toEqual(['rekey-ca', 'trust']);
    expect(parseArg?.('remove=a=b,revoke=clients/bob,remove', first)).toEqual([
      'rekey-ca',
      'trust',
      { consent: 'remove', name: 'a=b' },
      { consent: 'revoke', name: 'clients/bob' },
      'remove',
    ]);
  });

  const ALL = 'agree to one or more of "rekey-ca", "trust", "revoke", "remove", "prune" or "run"';
  const NAMED = 'the name of an entity goes with "rekey-ca", "remove" or "revoke" alone';
  it.each([
    ['', ALL],
    ['remove,', ALL],
    ['Remove', ALL],
    ['all', ALL],
    ['=api', ALL],
    ['remove=', ALL],
    ['trust=root', NAMED],
    ['run=api', NAMED],
  ])('of --allow is not %j', (text, hint) => {
    expect(() => option('apply', '--allow')?.parseArg?.(text, undefined)).toThrow(hint);
  });

  it.each([
    ['apply', '--engine', ['auto', 'openssl', 'node']],
    ['plan', '--engine', ['auto', 'openssl', 'node']],
    ['apply', '--verify', ['all', 'touched']],
    ['apply', '--allow', ['rekey-ca', 'trust', 'revoke', 'remove', 'prune', 'run']],
    ['verify', '--against', ['step-ca', 'vault', 'cert-manager']],
    ['check', '--starttls', ['smtp', 'imap', 'pop3', 'postgres', 'mysql', 'ldap']],
    ['plan', '--only', undefined],
  ])('of %s %s is one of %j', (name, long, choices) => {
    expect(option(name, long)?.argChoices).toEqual(choices);
  });

  it('that has to be given is the key to sign with, and nothing else', () => {
    const mandatory = COMMANDS.flatMap(({ name, options }) =>
      options.filter((one) => one.mandatory).map(({ long }) => `${name} ${long}`),
    );
    expect(mandatory).toEqual(['sign --key']);
  });
});
