/** What an apply left waiting for keys on other machines. */
import { groupBy } from '../pki/group.ts';
import { type Change, waitingOf } from '../plan/change.ts';
import { isKeyLost } from '../plan/reason.ts';
import { few } from '../words/few.ts';
import { waitingText } from '../words/waiting.ts';
import type { Message } from './message.ts';

/** Whether what is awaited is for a new key, only because that of a certificate which serves is not in its place. */
export function asksForKey(change: Change): boolean {
  const waiting = waitingOf(change);
  if (waiting === null || !waiting.serves || waiting.elsewhere || waiting.on === change.id) return false;
  return waiting.reasons.some(isKeyLost);
}

/** Before another machine is asked: what helps at once, where the key is not lost. */
export const PUT_BACK = 'put key.pem back, if it is not lost: what is asked for has a new one';

/** Once for each key and for what has no certificate that serves until then, which is an error. */
export function waitingMessages(changes: readonly Change[]): readonly Message[] {
  const all = changes.flatMap((change) => {
    const waiting = waitingOf(change);
    return waiting === null ? [] : [{ id: change.id, ...waiting }];
  });
  const groups = groupBy(all, ({ id, on, shows, serves }) => `${on} ${on === id} ${shows} ${serves}`);
  return [...groups.values()].flatMap(([first, ...others]): readonly Message[] => {
    if (first === undefined) return [];
    const { problem, hint } = waitingText(first.id, first);
    const more =
      others.length === 0
        ? ''
        : `; so ${others.length === 1 ? 'does' : 'do'} ${few(others.map(({ id }) => id))}`;
    return [
      { kind: first.serves ? 'note' : 'error', text: `${problem}${more}` },
      ...(changes.some(
        (change) => [first, ...others].some(({ id }) => id === change.id) && asksForKey(change),
      )
        ? [{ kind: 'hint', text: PUT_BACK } as const]
        : []),
      { kind: 'hint', text: hint },
    ];
  });
}
