/** Commands of the manifest that an apply runs, in words. */
import { shownWord } from '../openssl/shell.ts';
import { commandsIn, type Planned, type PlannedCommand } from '../plan/commands.ts';
import type { Errand } from '../plan/errand.ts';
import { few } from '../words/few.ts';

const FOR: Readonly<Record<Errand['purpose'], string>> = {
  password: 'for the password of',
  passphrase: 'for the passphrase of',
  pin: 'for the PIN of the token of',
  'on-change': 'once the files are in place of',
};

/** A line for each, in the plan. */
export function commandTexts(plan: Planned): readonly string[] {
  return commandsIn(plan).map(commandText);
}

/** Those that take consent. */
export function newCommandTexts(plan: Planned): readonly string[] {
  return commandsIn(plan)
    .filter(({ isNew }) => isNew)
    .map(commandText);
}

/** Words are shown as a shell would take them, though none ever does. */
/** One of them. */
export function commandText({ argv, purpose, entities, isNew }: PlannedCommand): string {
  const words = argv.map(shownWord).join(' ');
  return `runs: ${words} ${FOR[purpose]} ${few(entities)}${isNew ? ' (never run here)' : ''}`;
}

/** Hooks that are due because of an earlier run. */
export function pendingHookTexts({ hooks }: Planned): readonly string[] {
  const late = hooks.filter(({ why }) => why === 'pending').map(({ entity }) => entity);
  if (late.length === 0) return [];
  return [`hook due: files changed in an earlier run, after which it did not succeed: ${few(late)}`];
}
