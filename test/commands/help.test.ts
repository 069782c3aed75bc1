// The help of the program and of every command, as it is printed: expected/help.txt.
// After a deliberate change: `npx vitest run test/commands/help -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/table.ts';
import { folderWith, typed } from './typed.ts';

it('every command says what it does, and with which options', async () => {
  const folder = folderWith({});
  const parts: string[] = [];
  for (const args of [['--help'], ...COMMANDS.map(({ name }) => [name, '--help'])]) {
    const { code, stdout, stderr } = await typed(folder, args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    parts.push(`=== pki ${args.join(' ')}\n${stdout}`);
  }
  await expect(parts.join('')).toMatchFileSnapshot(join(import.meta.dirname, 'expected/help.txt'));
});

it.each(['bash', 'fish', 'zsh'])(
  'the script by which %s completes is made of all commands',
  async (shell) => {
    const { stdout } = await typed(folderWith({}), ['completion', shell]);
    await expect(stdout).toMatchFileSnapshot(join(import.meta.dirname, `expected/completion-${shell}.txt`));
  },
);
