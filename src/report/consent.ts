/** Consents to what breaks something in use: the question at a terminal, and the error without one. */
import type { SecretQuestion } from '../index.ts';
import type { EntityId } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import { type Found, NAMED_CONSENTS, type NamedConsent } from '../plan/allowance.ts';
import { type Change, type Consent, consentsOf, isIssue, reasonsOf } from '../plan/change.ts';
import type { PlannedCommand } from '../plan/commands.ts';
import type { Plan } from '../plan/plan.ts';
import { isKeyLost, type Reason } from '../plan/reason.ts';
import { entitiesOf, isUrgent } from '../plan/remark.ts';
import { few } from '../words/few.ts';
import { remarkText } from '../words/remark.ts';
import { commandText, newCommandTexts } from './commands.ts';
import { adviceMessages, type Message } from './message.ts';

/** What each consent is about; completed by the entities concerned. */
const WORDS: Readonly<Record<Consent, string>> = {
  'rekey-ca': 're-keying an authority makes every copy of its certificate elsewhere obsolete',
  revoke: 'certificates are revoked for good: what has the list refuses them',
  trust: 'peers of an authority will trust more than today',
  prune: 'private keys that were replaced are deleted from the archive for good',
  remove: 'files of entities that are no longer in the manifest are archived',
  run: 'the manifest names commands that were never run here',
};

/** The question at a terminal; ends where the answer is typed. */
export function consentQuestion(consent: Consent, ids: readonly EntityId[], plan: Plan): string {
  const first = FIRST[consent].flatMap(({ isIt, question }) => {
    const found = idsOf(plan.changes, isIt).filter((id) => ids.includes(id));
    return found.length === 0 ? [] : [`pki: ${question}: ${found.join(', ')}\n`];
  });
  const warnings = plan.remarks
    .filter(
      (remark) =>
        consent === 'rekey-ca' && isUrgent(remark) && entitiesOf(remark).some((id) => ids.includes(id)),
    )
    .map((remark) => `pki: warning: ${remarkText(remark)}\n`);
  const commands = consent === 'run' ? newCommandTexts(plan) : [];
  return `${[...first, ...warnings, ...commands.map((text) => `pki: ${text}\n`)].join('')}pki: ${WORDS[consent]}: ${ids.join(', ')}${followersText(ids, plan)}\npki: type "yes" to continue, anything else to skip: `;
}

/** Asks for a password; what is typed stands behind it, unseen. */
export function secretQuestion({ source, what, entities, isRepeated }: SecretQuestion): string {
  const label = source.includes(':') ? ` "${source.slice(source.indexOf(':') + 1)}"` : '';
  return `pki: ${isRepeated ? 'the same again' : `${what}${label} for ${few(entities)}`}: `;
}

/** What may be wrong with an entity, so that consent is not the first thing to consider. */
interface First {
  readonly isIt: (change: Change) => boolean;
  readonly question: string;
  readonly problem: string;
  /** What is true until then. */
  readonly until: string;
  readonly hint: string;
}

const LOST: First = {
  isIt: (change) => lacksKey(change) && !isSpoiled(change),
  question: 'put key.pem back, if it is not lost',
  problem: 'the private key is missing',
  until: 'nothing new is signed with it',
  hint: 'put key.pem back, and run again, or declare it offline ("key: offline"); if it is lost for good, "--allow rekey-ca=NAME" makes a new one',
};

/** Such as one that a full disk cut off: what is there is no key for any program. */
const SPOILED: First = {
  ...LOST,
  isIt: (change) => lacksKey(change) && isSpoiled(change),
  problem: 'the private key is not readable',
};

const REPLACED: First = {
  isIt: (change) => hasReason(change, 'unknown-key'),
  question: 'another hand replaced the key or certificate; put the old ones back, unless that was you',
  problem: 'the key or certificate was replaced by another hand',
  until: 'nothing below it is issued or changed',
  hint: 'put the old key.pem and cert.pem back, and run again; if you replaced them yourself, pass "--allow rekey-ca=NAME"',
};

const PLANTED: First = {
  isIt: (change) => hasReason(change, 'unknown-trust'),
  question: 'another hand added a root to previous.pem; take it out, unless that was you',
  problem: 'another hand added a root to previous.pem',
  until: 'it gains no trust',
  hint: 'take it out of previous.pem, and run again; if you added it yourself, pass "--allow trust"',
};

const FIRST: Readonly<Record<Consent, readonly First[]>> = {
  'rekey-ca': [LOST, SPOILED, REPLACED],
  trust: [PLANTED],
  revoke: [],
  remove: [],
  prune: [],
  run: [],
};

function idsOf(changes: readonly Change[], isIt: First['isIt']): readonly EntityId[] {
  return changes.filter(isIt).map(({ id }) => id);
}

function hasReason(change: Change, kind: Reason['kind']): boolean {
  return reasonsOf(change).some((reason) => reason.kind === kind);
}

/** Whether what is in the place of its key is no key. */
function isSpoiled(change: Change): boolean {
  return reasonsOf(change).some((reason) => reason.kind === 'unreadable' && isKeyLost(reason));
}

/** Whether to look for a key first. */
export function lacksKey(change: Change): boolean {
  return consentsOf(change).includes('rekey-ca') && reasonsOf(change).some(isKeyLost);
}

/**
 * A consent that was not given, and how to give it, or what to do first.
 * @param withheld the changes that lack it, where they are not part of the plan that was carried out.
 */
export function consentMessages(
  consent: Consent,
  ids: readonly EntityId[],
  plan: Plan,
  withheld: readonly Change[] = plan.changes,
): readonly Message[] {
  let others = ids;
  const first = FIRST[consent].flatMap(({ isIt, problem, until, hint }) => {
    const found = idsOf(withheld, isIt).filter((id) => others.includes(id));
    others = others.filter((id) => !found.includes(id));
    return found.length === 0
      ? []
      : adviceMessages({
          problem: `${problem}: ${found.join(', ')}; ${until}${followersText(found, plan)}`,
          hint,
        });
  });
  return [...first, ...(others.length === 0 ? [] : neededMessages(consent, others, plan, withheld))];
}

function neededMessages(
  consent: Consent,
  ids: readonly EntityId[],
  plan: Plan,
  withheld: readonly Change[],
): readonly Message[] {
  const commands = consent === 'run' ? newCommandTexts({ changes: withheld, hooks: [] }) : [];
  const notes = commands.map((text): Message => ({ kind: 'note', text }));
  const advice = adviceMessages({
    problem: `${WORDS[consent]}, and needs consent: ${ids.join(', ')}${followersText(ids, plan)}`,
    hint: `to consent, pass "--allow ${consent}"${isNamed(consent) && ids.length > 1 ? `, or "--allow ${consent}=NAME" for one of them` : ''}`,
  });
  return [...notes, ...advice];
}

/** The same of a command that changes nothing, and has no plan to show. */
export function newCommandMessages(commands: readonly PlannedCommand[]): readonly Message[] {
  const notes = commands.map((command): Message => ({ kind: 'note', text: commandText(command) }));
  const ids = [...new Set(commands.flatMap(({ entities }) => entities))];
  const problem = `${WORDS.run}, and needs consent: ${ids.join(', ')}`;
  return [...notes, ...adviceMessages({ problem, hint: 'to consent, pass "--allow run"' })];
}

function isNamed(consent: Consent): boolean {
  return NAMED_CONSENTS.some((one) => one === consent);
}

const DONE: Readonly<Record<NamedConsent, string>> = {
  'rekey-ca': 're-keyed',
  remove: 'removed',
  revoke: 'revoked',
};

/** What `--allow remove=NAME` named in vain. */
export function allowanceText({ kind, asked, ids }: Exclude<Found, { kind: 'found' }>): string {
  const { consent, name } = asked;
  const given = visible(`"--allow ${consent}=${name}"`);
  if (kind === 'several') return `${given} could mean ${ids.join(' or ')}, so it agrees to neither`;
  const others = ids.length === 0 ? '' : `; what needs it: ${few(ids)}`;
  return `${given} agrees to nothing: nothing of that name is to be ${DONE[consent]}${others}`;
}

/** How many others change because these do. */
function followersText(ids: readonly EntityId[], plan: Plan): string {
  const affected = new Set(
    plan.changes.filter(({ id }) => ids.includes(id)).flatMap(({ affects }) => affects),
  );
  const follow = plan.changes.filter((change) => isIssue(change) && affected.has(change.id)).length;
  return follow === 0 ? '' : ` (${follow} below ${follow === 1 ? 'is' : 'are'} issued again)`;
}
