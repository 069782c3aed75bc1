/** How a run ended, in words. */

import { groupBy } from '../pki/group.ts';
import { visible } from '../pki/printable.ts';
import type { Change } from '../plan/change.ts';
import type { StepFailure } from '../run/events.ts';
import type { Execution } from '../run/execute.ts';
import { few } from '../words/few.ts';
import { plural } from './count.ts';
import { DONE, STEP_WORDS } from './run-words.ts';

/** What went wrong in one step: the entity, the command, and openssl's own words. */
export function failureText({ entity, step, problem, command, stderr }: StepFailure): string {
  const lines = [`"${entity}": could not ${STEP_WORDS[step].verb}: ${problem}`];
  if (command !== null) lines.push(`  command: ${command}`);
  const said = stderr.trim();
  if (said === '') return lines.join('\n');
  return [...lines, ...lastLines(said).map((line) => `  openssl: ${visible(line)}`)].join('\n');
}

/** As many as fit on a screen. */
const LINES = 20;

function lastLines(text: string): readonly string[] {
  const lines = text.split('\n');
  const before = lines.length - LINES;
  return before > 0 ? [`(${plural(before, 'line')} before these)`, ...lines.slice(-LINES)] : lines;
}

/** Each cause once, with all entities that it affects: a full disk need not be reported for two hundred leaves. */
export function failureTexts(failures: readonly StepFailure[]): readonly string[] {
  return [...groupBy(failures, causeOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const same = others.length === 0 ? [] : [`  the same for ${few(others.map(({ entity }) => entity))}`];
    return [[failureText(first), ...same].join('\n')];
  });
}

/** A failure without its entity; the first number in a line of openssl's is the thread, which differs in every call. */
function causeOf({ entity, step, problem, stderr }: StepFailure): string {
  const said = stderr.replaceAll(/^[0-9A-F]+:error:/gm, '');
  return [step, problem, said]
    .map((text) => text.replaceAll(entity, '').replaceAll(entity.replace('/', '.'), ''))
    .join('\n');
}

/** What to do where an openssl lacks an algorithm: each algorithm once, as openssl spells it. */
export function lackTexts(failures: readonly StepFailure[]): readonly string[] {
  const texts = failures.flatMap(({ lacks }) =>
    lacks === undefined
      ? []
      : `"${visible(lacks.program)}" has no ${visible(lacks.algorithm)}: name another openssl in PKI_OPENSSL, or give another key in the manifest`,
  );
  return [...new Set(texts)];
}

/** `applied: 3 created, 1 issued in pki/`. @param place the output folder, as a user would name it. */
export function executionText({ published }: Execution, changes: readonly Change[], place: string): string {
  const done = new Set(published);
  const parts = [...DONE].flatMap(([action, verb]) => {
    const count = changes.filter((change) => change.action === action && done.has(change.id)).length;
    return count === 0 ? [] : [`${count} ${verb}`];
  });
  return parts.length === 0 ? 'applied: nothing' : `applied: ${parts.join(', ')} in ${visible(place)}/`;
}

/** `3 entities were not finished because of that: servers/a, …`, or nothing. */
export function skippedText({ skipped }: Execution): string | undefined {
  if (skipped.length === 0) return undefined;
  const count = skipped.length === 1 ? '1 entity was' : `${skipped.length} entities were`;
  return `${count} not finished because of that: ${few(skipped)}`;
}
