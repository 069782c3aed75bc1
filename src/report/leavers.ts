/** What left the manifest is not locked out by that: how long it is let in, and what ends it before. */
import type { Change } from '../plan/change.ts';
import { leaversIn } from '../plan/removal.ts';
import { isoTime } from '../plan/validity.ts';
import { few } from '../words/few.ts';
import type { Message } from './message.ts';

/** For a plan and an apply. */
export const REVOKE_INSTEAD =
  'to have it refused before that, put its entry back with "revoked: true", below an authority with "crl: true"';

/** Said by every apply that leaves its files, and by the one that does not. */
export function leaverMessages(changes: readonly Change[]): readonly Message[] {
  const leavers = leaversIn(changes);
  if (leavers.size === 0) return [];
  const last = isoTime(Math.max(...leavers.values()));
  const names = few([...leavers.keys()]);
  return [
    { kind: 'note', text: `valid until ${last} at the latest, for anyone with the key: ${names}` },
    { kind: 'hint', text: REVOKE_INSTEAD },
  ];
}
