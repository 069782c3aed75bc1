/** Lines for stderr, before they are coloured and written. */
import type { Advice } from '../words/advice.ts';

/** One line of this program's; a hint belongs to the error or note before it. */
export interface Message {
  readonly kind: 'error' | 'warning' | 'note' | 'hint';
  readonly text: string;
}

/** What is wrong, and what to do about it. */
export function adviceMessages({ problem, hint }: Advice): readonly Message[] {
  return [
    { kind: 'error', text: problem },
    { kind: 'hint', text: hint },
  ];
}
