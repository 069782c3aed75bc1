/** Asking at the terminal before something that is in use is broken. */

import { createInterface } from 'node:readline';
import type { Consent, EntityId, Plan } from '../index.ts';
import { isIssue } from '../plan/change.ts';
import { consentsNeeded } from '../plan/plan.ts';

/** What each consent is about; completed by the entities concerned. */
export const CONSENT_WORDS: Readonly<Record<Consent, string>> = {
  'rekey-ca': 'a new key for an authority puts the copies of its certificate elsewhere out of date',
  remove: 'an entity that left the manifest loses its files',
};

/** The consents given: those on the command line, and those typed at a terminal if there is one on both ends. */
export async function askForConsents(
  plan: Plan,
  allowed: ReadonlySet<Consent>,
  isSilent: boolean,
  signal: AbortSignal,
): Promise<ReadonlySet<Consent>> {
  const given = new Set(allowed);
  if (isSilent || !process.stdin.isTTY || !process.stderr.isTTY) return given;
  for (const [consent, ids] of consentsNeeded(plan.changes)) {
    if (given.has(consent)) continue;
    const answer = await answerTo(question(consent, ids, plan), signal);
    if (answer === null) break;
    if (answer.trim().toLowerCase() === 'yes') given.add(consent);
  }
  return given;
}

function question(consent: Consent, ids: readonly EntityId[], plan: Plan): string {
  return `pki: ${CONSENT_WORDS[consent]}: ${ids.join(', ')}${followersText(ids, plan)}\npki: type "yes" to do it: `;
}

/** How many others change because these do. */
export function followersText(ids: readonly EntityId[], plan: Plan): string {
  const affected = new Set(
    plan.changes.filter(({ id }) => ids.includes(id)).flatMap(({ affects }) => affects),
  );
  const follow = plan.changes.filter((change) => isIssue(change) && affected.has(change.id)).length;
  return follow === 0 ? '' : ` (${follow} below ${follow === 1 ? 'is' : 'are'} issued anew)`;
}

const END = new Error('the input has ended');

/** What is typed, or `null` at the end of the input (Ctrl-D), after which there is nobody to ask. */
async function answerTo(text: string, signal: AbortSignal): Promise<string | null> {
  signal.throwIfAborted();
  const terminal = createInterface({ input: process.stdin, output: process.stderr, prompt: text });
  try {
    return await new Promise<string>((answer, fail) => {
      terminal.once('line', answer);
      terminal.once('close', () => fail(END));
      // While a line is edited Ctrl-C is a key like any other: it shall mean what it means everywhere else.
      terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
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
