/** Commands of the manifest that an apply runs, in words. */
import { shownWord } from '../openssl/shell.ts';
import type { Change } from '../plan/change.ts';
import { commandsIn, type PlannedCommand } from '../plan/commands.ts';
import type { Errand } from '../plan/errand.ts';
import { few } from '../words/few.ts';

const FOR: Readonly<Record<Errand['purpose'], string>> = {
  password: 'for the password of',
  passphrase: 'for the passphrase of',
};

/** A line for each, in the plan. */
export function commandTexts(changes: readonly Change[]): readonly string[] {
  return commandsIn(changes).map(commandText);
}

/** Those that take consent. */
export function newCommandTexts(changes: readonly Change[]): readonly string[] {
  return commandsIn(changes)
    .filter(({ isNew }) => isNew)
    .map(commandText);
}

/** Words are shown as a shell would take them, though none ever does. */
function commandText({ argv, purpose, entities, isNew }: PlannedCommand): string {
  const words = argv.map(shownWord).join(' ');
  return `runs: ${words} ${FOR[purpose]} ${few(entities)}${isNew ? ' (never run here)' : ''}`;
}
