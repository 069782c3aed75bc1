// The scripts by which shells complete, as whole texts of a few commands that have options of every form.
// After a deliberate change: `npx vitest run test/report/completion -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CompletedCommand } from '../../src/report/completion.ts';
import { bashCompletion } from '../../src/report/completion-bash.ts';
import { fishCompletion } from '../../src/report/completion-fish.ts';
import { zshCompletion } from '../../src/report/completion-zsh.ts';

const COMMANDS: readonly CompletedCommand[] = [
  {
    name: 'plan',
    says: "shows what apply's work would be: [all] of it",
    argument: 'file',
    options: [
      { long: '--only', short: null, says: 'these alone', value: 'free' },
      { long: '--verbose', short: '-v', says: 'more\\', value: null },
      { long: '--allow', short: '-a', says: 'consent', value: ['trust', 'run'] },
    ],
  },
  {
    name: 'adopt',
    says: 'describes a folder',
    argument: 'folder',
    options: [
      { long: '--write', short: '-w', says: 'to a file', value: 'file' },
      { long: '--to', short: null, says: 'to a folder', value: 'folder' },
    ],
  },
  { name: 'rotate', says: 'renews', argument: 'free', options: [] },
  { name: 'export', says: 'for others', argument: ['vault', 'step-ca'], options: [] },
  { name: 'version', says: 'says which', argument: null, options: [] },
];

it.each([
  ['bash', bashCompletion],
  ['fish', fishCompletion],
  ['zsh', zshCompletion],
])('%s completes commands, options and values by this script', async (shell, made) => {
  await expect(made(COMMANDS)).toMatchFileSnapshot(
    join(import.meta.dirname, `expected/completion-${shell}.txt`),
  );
});
