/** What became of hooks, in words. */
import type { HookOutcome } from '../index.ts';
import { shownWord } from '../openssl/shell.ts';
import { hookFaultText, hookHint } from '../words/hook.ts';
import type { Message } from './message.ts';

/** As many lines of its output as fit on a screen. */
const LINES = 20;

/** What each printed, and what is wrong with those that failed. */
export function hookMessages(hooks: readonly HookOutcome[]): readonly Message[] {
  return hooks.flatMap((outcome) => [...outputMessages(outcome), ...endMessages(outcome)]);
}

function outputMessages({ entity, output }: HookOutcome): readonly Message[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const left = lines.length - LINES;
  const shown = left > 0 ? [`(${left} lines before these)`, ...lines.slice(-LINES)] : lines;
  return shown.map((line) => ({ kind: 'note', text: `hook of ${entity}: ${line}` }));
}

function endMessages({ entity, run, fault }: HookOutcome): readonly Message[] {
  const words = run.map(shownWord).join(' ');
  if (fault === null) return [{ kind: 'note', text: `ran the hook of ${entity}: ${words}` }];
  return [
    { kind: 'error', text: `the hook of ${entity} (${words}) ${hookFaultText(fault)}` },
    { kind: 'hint', text: hookHint(fault) },
  ];
}

/** docs/json.md */
export function hookJson({ entity, run, output, fault }: HookOutcome): unknown {
  return { entity, run, output, fault: fault && { ...fault, text: hookFaultText(fault) } };
}
