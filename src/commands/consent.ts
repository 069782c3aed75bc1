/** Asking at the terminal before something that is in use is broken. */

import { createInterface } from 'node:readline';
import type { Consent, Plan } from '../index.ts';
import { consentsNeeded } from '../plan/plan.ts';
import { consentQuestion } from '../report/consent.ts';

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
    const answer = await answerTo(consentQuestion(consent, ids, plan), signal);
    if (answer === null) break;
    if (answer.trim().toLowerCase() === 'yes') given.add(consent);
  }
  return given;
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
