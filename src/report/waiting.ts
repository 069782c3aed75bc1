/** What an apply left waiting for keys on other machines. */
import { groupBy } from '../pki/group.ts';
import { type Change, waitingOf } from '../plan/change.ts';
import { few } from '../words/few.ts';
import { waitingText } from '../words/waiting.ts';
import type { Message } from './message.ts';

/** Once for each key and for what has no certificate that serves until then, which is an error. */
export function waitingMessages(changes: readonly Change[]): readonly Message[] {
  const all = changes.flatMap((change) => {
    const waiting = waitingOf(change);
    return waiting === null ? [] : [{ id: change.id, ...waiting }];
  });
  const groups = groupBy(all, ({ id, on, serves }) => `${on} ${on === id} ${serves}`);
  return [...groups.values()].flatMap(([first, ...others]): readonly Message[] => {
    if (first === undefined) return [];
    const { problem, hint } = waitingText(first.id, first);
    const more =
      others.length === 0
        ? ''
        : `; so ${others.length === 1 ? 'does' : 'do'} ${few(others.map(({ id }) => id))}`;
    return [
      { kind: first.serves ? 'note' : 'error', text: `${problem}${more}` },
      { kind: 'hint', text: hint },
    ];
  });
}
