// `--to "$UNSET"`: an empty word in the place of a path, which would be the working directory.
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/table.ts';
import { aFolder, typed } from './typed.ts';

/** Something to write where an argument is asked for; no command gets as far as using it. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  rotate: ['app'],
  retire: ['root'],
  revoke: ['app'],
  request: ['folder'],
  sign: ['folder'],
  import: ['folder'],
  adopt: ['folder'],
  check: ['localhost:1'],
  export: ['kubernetes'],
  completion: ['bash'],
};

const REQUIRED: Readonly<Record<string, readonly string[]>> = { sign: ['--key', 'key.pem'] };

const options = COMMANDS.flatMap(({ name, options }) =>
  options.filter((one) => one.required).map((one) => [name, one.long ?? ''] as const),
);
const named = COMMANDS.filter(({ argument }) => !argument.variadic).map(({ name }) => name);

describe('an empty word', () => {
  let folder: string;
  beforeAll(() => {
    folder = aFolder();
  });

  async function refused(args: readonly string[]): Promise<string> {
    const before = readdirSync(folder, { recursive: true });
    const run = await typed(folder, args);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^pki: error: .*\npki: hint: .*\n$/);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    return run.stderr;
  }

  it('is looked for in all options that take a value', () => {
    expect(options.length).toBeGreaterThan(60);
    expect(named.length).toBeGreaterThan(15);
  });

  it.each(options)('is no value of "pki %s %s"', async (command, option) => {
    const given = [...(ARGUMENTS[command] ?? []), ...(REQUIRED[command] ?? [])];
    expect(await refused([command, ...given, option, ''])).toContain('""');
  });

  it.each(named)('is no argument of "pki %s"', async (command) => {
    expect(await refused([command, '', ...(REQUIRED[command] ?? [])])).toContain('error: "" is no ');
  });

  it('is what a variable leaves that is not set', async () => {
    expect(await refused(['export', 'kubernetes', '--to='])).toBe(
      'pki: error: "" is no value of "--to"\npki: hint: write one; where a variable stands for it, that is empty or not set\n',
    );
  });
});
