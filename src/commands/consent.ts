/** Asking at the terminal before something that is in use is broken. */

import { createInterface } from 'node:readline';
import type { Consent, EntityId, Plan } from '../index.ts';
import {
  type Allowance,
  allowanceIn,
  allowancesFor,
  isGiven,
  type NamedAllowance,
} from '../plan/allowance.ts';
import { consentsIn } from '../plan/consent.ts';
import { allowanceText, consentQuestion } from '../report/consent.ts';
import { planText } from '../report/plan.ts';
import type { Console } from './console.ts';

/** What `--allow` was given: a consent, or one for an entity by name. */
export type Allowed = Consent | NamedAllowance;

/** Those for all that needs them. */
export function unnamed(allowed: readonly Allowed[]): ReadonlySet<Allowance> {
  return new Set(allowed.flatMap((one) => (typeof one === 'string' ? [one] : [])));
}

/**
 * The consents given: those on the command line, and those typed at a terminal if there is one on both ends. The plan
 * comes first, because the answer depends on it; after anything but yes nothing else is asked.
 */
export async function askForConsents(
  plan: Plan,
  allowed: readonly Allowed[],
  { isSilent, rotated }: { readonly isSilent: boolean; readonly rotated: ReadonlySet<EntityId> },
  console: Console,
  signal: AbortSignal,
): Promise<ReadonlySet<Allowance>> {
  const given = new Set([...unnamed(allowed), ...named(plan, allowed, console)]);
  if (isSilent || !process.stdin.isTTY || !process.stderr.isTTY) return given;
  const needed = [...consentsIn(plan)].flatMap(([consent, ids]) => {
    const lacking = ids.filter((id) => !isGiven(given, consent, id, rotated));
    return lacking.length === 0 ? [] : [[consent, lacking] as const];
  });
  if (needed.length > 0)
    process.stderr.write(`${planText(plan, { style: console.errorStyle, verbose: false })}\n`);
  for (const [consent, ids] of needed) {
    const answer = await answerTo(consentQuestion(consent, ids, plan), signal);
    if (answer?.trim() !== 'yes') break;
    // The question had the names.
    for (const one of [consent, ...allowancesFor(consent, ids)]) given.add(one);
  }
  return given;
}

/** A name that means nothing here agrees to nothing: the same command may have done all there was to do. */
function named(plan: Plan, allowed: readonly Allowed[], console: Console): readonly Allowance[] {
  return allowed.flatMap((one) => {
    if (typeof one === 'string') return [];
    const found = allowanceIn(plan.changes, one);
    if (found.kind === 'found') return [found.allowance];
    console.say({ kind: 'warning', text: allowanceText(found) });
    return [];
  });
}

const END = new Error('the input has ended');

/** What is typed, or `null` at the end of the input (Ctrl-D), after which no more can be asked. */
export async function answerTo(text: string, signal: AbortSignal): Promise<string | null> {
  signal.throwIfAborted();
  const terminal = createInterface({ input: process.stdin, output: process.stderr, prompt: text });
  try {
    return await new Promise<string>((answer, fail) => {
      terminal.once('line', answer);
      terminal.once('close', () => fail(END));
      // While a line is edited Ctrl-C is a key like any other: it should interrupt as everywhere else.
      terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      signal.addEventListener('abort', () => fail(signal.reason));
      terminal.prompt();
    });
  } catch (error) {
    process.stderr.write('\n');
    if (error === END) return null;
    throw error;
  } finally {
    terminal.close();
  }
}
