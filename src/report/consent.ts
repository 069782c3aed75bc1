/** What breaks something in use, as it is asked for at a terminal and as it is missed without one. */
import type { EntityId } from '../pki/entity.ts';
import { type Change, type Consent, consentsOf, isIssue, reasonsOf } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';
import type { Reason } from '../plan/reason.ts';
import type { Advice } from '../words/advice.ts';
import { adviceMessages, type Message } from './message.ts';

/** What each consent is about; completed by the entities concerned. */
const WORDS: Readonly<Record<Consent, string>> = {
  'rekey-ca': 're-keying an authority makes every copy of its certificate elsewhere obsolete',
  trust: 'an authority will vouch for more than its certificate of today allows',
  remove: 'files of entities that are no longer in the manifest are archived',
};

/** The question at a terminal; ends where the answer is typed. */
export function consentQuestion(consent: Consent, ids: readonly EntityId[], plan: Plan): string {
  const lost = withoutKey(ids, plan.changes);
  const first = lost.length === 0 ? '' : `pki: put key.pem back, if it is not lost: ${lost.join(', ')}\n`;
  return `${first}pki: ${WORDS[consent]}: ${ids.join(', ')}${followersText(ids, plan)}\npki: type "yes" to continue, anything else to skip: `;
}

/** Authorities whose key is not there, though they have signed something with it: it may only be somewhere else. */
function withoutKey(ids: readonly EntityId[], changes: readonly Change[]): readonly EntityId[] {
  const lost = new Set(changes.filter(lacksKey).map(({ id }) => id));
  return ids.filter((id) => lost.has(id));
}

/** Whether the first thing to do is to look for a key. */
export function lacksKey(change: Change): boolean {
  const isMissing = (reason: Reason): boolean => reason.kind === 'missing' && reason.artifact === 'key';
  return consentsOf(change).includes('rekey-ca') && reasonsOf(change).some(isMissing);
}

/**
 * A consent that was not given, and how to give it; for a key that is missing, what to do before.
 * @param withheld the changes that lack it, where they are no part of the plan that was carried out.
 */
export function consentMessages(
  consent: Consent,
  ids: readonly EntityId[],
  plan: Plan,
  withheld: readonly Change[] = plan.changes,
): readonly Message[] {
  const lost = withoutKey(ids, withheld);
  const others = ids.filter((id) => !lost.includes(id));
  return [
    ...(lost.length === 0 ? [] : adviceMessages(lostKeyText(lost, plan))),
    ...(others.length === 0 ? [] : neededMessages(consent, others, plan)),
  ];
}

function lostKeyText(ids: readonly EntityId[], plan: Plan): Advice {
  return {
    problem: `the private key is missing: ${ids.join(', ')}; nothing new is signed with it${followersText(ids, plan)}`,
    hint: 'put key.pem back, and run again; if it is lost for good, "--allow rekey-ca" makes a new one',
  };
}

function neededMessages(consent: Consent, ids: readonly EntityId[], plan: Plan): readonly Message[] {
  return adviceMessages({
    problem: `${WORDS[consent]}, and needs consent: ${ids.join(', ')}${followersText(ids, plan)}`,
    hint: `to consent, pass "--allow ${consent}"`,
  });
}

/** How many others change because these do. */
function followersText(ids: readonly EntityId[], plan: Plan): string {
  const affected = new Set(
    plan.changes.filter(({ id }) => ids.includes(id)).flatMap(({ affects }) => affects),
  );
  const follow = plan.changes.filter((change) => isIssue(change) && affected.has(change.id)).length;
  return follow === 0 ? '' : ` (${follow} below ${follow === 1 ? 'is' : 'are'} issued anew)`;
}
