/** What breaks something in use, as it is asked for at a terminal and as it is missed without one. */
import type { EntityId } from '../pki/entity.ts';
import { type Consent, isIssue } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';
import { adviceMessages, type Message } from './message.ts';

/** What each consent is about; completed by the entities concerned. */
const WORDS: Readonly<Record<Consent, string>> = {
  'rekey-ca': 're-keying an authority makes every copy of its certificate elsewhere obsolete',
  remove: 'files of entities that are no longer in the manifest are archived',
};

/** The question at a terminal; ends where the answer is typed. */
export function consentQuestion(consent: Consent, ids: readonly EntityId[], plan: Plan): string {
  return `pki: ${WORDS[consent]}: ${ids.join(', ')}${followersText(ids, plan)}\npki: type "yes" to continue, anything else to skip: `;
}

/** A consent that was not given, and how to give it. */
export function consentMessages(consent: Consent, ids: readonly EntityId[], plan: Plan): readonly Message[] {
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
