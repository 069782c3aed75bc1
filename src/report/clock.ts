/** What a plan reports about its clock, on stderr. */
import type { Plan } from '../plan/plan.ts';
import { clockAheadText, clockBehindText } from '../words/clock.ts';
import { adviceMessages, type Message } from './message.ts';

/** An error where the clock is behind, a warning where it was ahead. */
export function clockMessages({ doubt }: Pick<Plan, 'doubt'>): readonly Message[] {
  if (doubt === null) return [];
  return doubt.kind === 'behind'
    ? adviceMessages(clockBehindText(doubt))
    : [{ kind: 'warning', text: clockAheadText(doubt) }];
}
