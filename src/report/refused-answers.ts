/** Certificates from another machine that are not taken, and why. */
import type { RefusedAnswer } from '../index.ts';
import { visible } from '../pki/printable.ts';
import { objectionText } from '../words/objection.ts';
import { adviceMessages, type Message } from './message.ts';

/** One error for each. */
export function refusedMessages(refused: readonly RefusedAnswer[]): readonly Message[] {
  return refused.flatMap(({ entity, why }) =>
    adviceMessages({
      problem: visible(`the certificate for "${entity}" is not taken: ${whyText(why)}`),
      hint: hintFor(why),
    }),
  );
}

function whyText(why: RefusedAnswer['why']): string {
  if (why.kind === 'garbage') return why.detail;
  if (why.kind === 'not-asked') return 'nothing is asked for here';
  return why.objections.map(objectionText).join('; ');
}

function hintFor({ kind }: RefusedAnswer['why']): string {
  return kind === 'not-asked'
    ? 'an earlier answer is in place already; "pki status" says what still waits'
    : 'run "pki request" again, and sign what it asks for';
}
