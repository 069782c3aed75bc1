/** A plan as text: one line per change, its reasons, and what follows from it. */
import { shownPath, shownWord } from '../openssl/shell.ts';
import type { EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { visible } from '../pki/printable.ts';
import {
  type Action,
  alterationsOf,
  type Change,
  type Consent,
  consentsOf,
  type Issuance,
  isIssue,
  reasonsOf,
  replacedBy,
  waitingOf,
} from '../plan/change.ts';
import { countActions } from '../plan/count.ts';
import type { Exposure } from '../plan/exposure.ts';
import { isDue, type Plan } from '../plan/plan.ts';
import { isUrgent } from '../plan/remark.ts';
import { leaversIn } from '../plan/removal.ts';
import type { CertificateSummary } from '../plan/summary.ts';
import { isoTime, lengthText, lifetime } from '../plan/validity.ts';
import { few } from '../words/few.ts';
import { refusalText } from '../words/refusal.ts';
import { remarkText } from '../words/remark.ts';
import { awaitedText, waitingText } from '../words/waiting.ts';
import { commandTexts, pendingHookTexts } from './commands.ts';
import { lacksKey } from './consent.ts';
import { REVOKE_INSTEAD } from './leavers.ts';
import { pruneTexts } from './prune.ts';
import { alterationText, reasonText } from './reason.ts';
import { laterTexts, notesOf } from './remarks.ts';
import type { Paint, Style } from './style.ts';
import { summaryLines } from './summary.ts';
import { asksForKey, PUT_BACK } from './waiting.ts';

/** One sign per action, as terraform's users know them. */
const MARKS: Readonly<Record<Action, string>> = {
  create: '+',
  issue: '~',
  rekey: '±',
  refresh: '*',
  revoke: '-',
  remove: '-',
  keep: '=',
  wait: '?',
  refuse: '!',
};

/** How the plan is drawn, and how much of it. */
export interface PlanTextOptions {
  readonly style: Style;
  /** Shows what stays, too. */
  readonly verbose: boolean;
}

/** What changes or is refused, and a line that sums up; ends with a newline. */
export function planText(plan: Plan, { style, verbose }: PlanTextOptions): string {
  const shown = plan.changes.filter(({ action }) => verbose || action !== 'keep');
  const width = Math.max(0, ...shown.map(({ id }) => id.length));
  const blocks = [
    ...(plan.pending.length === 0 ? [] : [pendingText(plan.pending)]),
    ...shown.map((change) => changeText(change, width, plan, style)),
    ...hintLines(plan.changes),
    ...pruneTexts(plan.prunes),
    ...commandTexts(plan),
    ...pendingHookTexts(plan),
    ...[...laterTexts(plan), ...notesOf(plan, verbose)].map((text) => `note: ${text}`),
  ];
  const left = plan.left.length === 0 ? [] : [leftText(plan)];
  return [...blocks, ...(blocks.length > 0 ? [''] : []), summaryText(plan, style), ...left, ''].join('\n');
}

/** The plan is about files in place; what an interrupted run has prepared is seen only once it is there. */
export function pendingText(pending: readonly EntityId[]): string {
  return `an interrupted apply is not finished: the next one begins with ${pending.join(', ')}, and looks again`;
}

/** Where a plan is that was saved. */
export function savedText(path: string): string {
  return `saved: "pki apply ${shownPath(path)}" does this, or says what has changed since`;
}

/** What is due beside what was asked for by name. */
export function leftText({ left }: Pick<Plan, 'left'>): string {
  return `still due, and not part of this: ${few(left)}`;
}

/** For a proof that succeeds though the files do not match the manifest. */
export const DUE_TEXT = 'the files do not match the manifest: run "pki plan" to see how';

/** Warnings, whether the plan is shown or not. @param root the output folder. */
export function warningTexts(plan: Pick<Plan, 'exposed' | 'remarks'>, root: string): readonly string[] {
  return [...exposedTexts(plan, root), ...plan.remarks.filter(isUrgent).map(remarkText)];
}

/** Warnings about folders in which others may replace files. @param root the output folder. */
function exposedTexts({ exposed }: Pick<Plan, 'exposed'>, root: string): readonly string[] {
  const open = exposed.filter(({ uid }) => uid === null).map(({ folder }) => openText(pathOf(root, folder)));
  const foreign = groupBy(
    exposed.filter(({ uid }) => uid !== null),
    ({ uid }) => String(uid),
  );
  return [...open, ...[...foreign].map(([uid, folders]) => foreignText(uid, folders, root))];
}

function pathOf(root: string, folder: string): string {
  return folder === '.' ? root : `${root}/${folder}`;
}

function openText(path: string): string {
  const shown = visible(path);
  return `"${shown}" is writable by others, who could replace even private keys: run "chmod go-w ${shownWord(path)}"`;
}

/** One line for each user: the folders of many services may be one user's. */
function foreignText(uid: string, folders: readonly Exposure[], root: string): string {
  const paths = folders.map(({ folder }) => `"${visible(pathOf(root, folder))}"`);
  const what = paths.length === 1 ? 'belongs' : 'belong';
  return `${paths.join(', ')} ${what} to another user (uid ${uid}), who could replace even private keys there: run "chown" unless that is intended`;
}

function changeText(change: Change, width: number, { wanted }: Plan, style: Style): string {
  const paint = paintOf(change.action, style);
  const head = `${paint(MARKS[change.action])} ${style.strong(change.id.padEnd(width))}  ${paint(change.action.padEnd(7))}`;
  const [first, ...more] = detailsOf(change, wanted.get(change.id));
  const indent = ' '.repeat(width + 13);
  return [`${head}  ${first ?? ''}`.trimEnd(), ...more.map((line) => `${indent}${line}`)].join('\n');
}

function paintOf(action: Action, style: Style): Paint {
  if (action === 'create') return style.good;
  if (action === 'refuse' || action === 'remove' || action === 'revoke') return style.bad;
  return action === 'keep' ? style.faint : style.warn;
}

function detailsOf(change: Change, wanted: CertificateSummary | undefined): readonly string[] {
  if (change.action === 'refuse') {
    const { problem, hint } = refusalText(change.refusal);
    return [problem, `hint: ${hint}`];
  }
  return [
    ...(change.action === 'create' ? [] : reasonsOf(change).map(reasonText)),
    ...alterationsOf(change).map(alterationText),
    ...(isIssue(change) ? [validText(change.issuance, change.action === 'create')] : []),
    ...(change.action === 'create' && wanted !== undefined ? summaryLines(wanted) : []),
    ...waitingLines(change),
    ...(asksForKey(change) ? [`hint: ${PUT_BACK}`] : []),
    ...replacedBy(change).map((path) => visible(`replaces "${path}", which is there`)),
    ...(change.action === 'revoke' && change.deletes.length > 0 ? ['its files go to the archive'] : []),
    ...(change.affects.length === 0 ? [] : [affectsText(change.affects)]),
    ...(lacksKey(change)
      ? [
          'hint: put key.pem back, or declare it offline ("key: offline"); only if it is lost, a new one is made',
        ]
      : []),
    ...consentTexts(consentsOf(change)),
  ];
}

function waitingLines(change: Change): readonly string[] {
  const waiting = waitingOf(change);
  return waiting === null ? [] : [awaitedText(change.id, waiting)];
}

/** How keys that are elsewhere come to sign, once for all that waits. */
function hintLines(changes: readonly Change[]): readonly string[] {
  const hints = changes.flatMap((change) => {
    const waiting = waitingOf(change);
    return waiting === null ? [] : [`hint: ${waitingText(change.id, waiting).hint}`];
  });
  const left = leaversIn(changes).size === 0 ? [] : [`hint: ${REVOKE_INSTEAD}`];
  return [...new Set(hints), ...left];
}

/** @param isFirst no reason says how long, so this does. */
function validText(issuance: Issuance, isFirst: boolean): string {
  const { notAfter, cappedBy } = issuance;
  const length = isFirst ? `for ${lengthText(lifetime(issuance))}, ` : '';
  return `valid ${length}until ${isoTime(notAfter)}${cappedBy === null ? '' : `, the end of ${cappedBy}`}`;
}

function consentTexts(consents: readonly Consent[]): readonly string[] {
  return consents.length === 0 ? [] : [`needs consent: --allow ${consents.join(',')}`];
}

/** The count, and a handful of names. */
function affectsText(affects: readonly EntityId[]): string {
  return `${affects.length} ${affects.length === 1 ? 'entity follows' : 'entities follow'}: ${few(affects)}`;
}

const VERBS: readonly (readonly [Action, string])[] = [
  ['create', 'to create'],
  ['issue', 'to issue'],
  ['rekey', 'to re-key'],
  ['refresh', 'to refresh'],
  ['revoke', 'to revoke'],
  ['remove', 'to remove'],
  ['wait', 'waiting'],
  ['refuse', 'refused'],
  ['keep', 'unchanged'],
];

function summaryText(plan: Plan, style: Style): string {
  const counts = countActions(plan);
  const listed = VERBS.filter(([action]) => counts[action] > 0).map(
    ([action, verb]) => `${counts[action]} ${verb}`,
  );
  if (plan.prunes.length > 0) listed.push(`${plan.prunes.length} to prune`);
  const text = `plan: ${listed.length === 0 ? 'nothing in the manifest' : listed.join(', ')}`;
  return isDue(plan) ? style.strong(`${text}${engineText(plan)}`) : style.good(`${text}, nothing to do`);
}

/** openssl is the expected engine, and not mentioned. */
function engineText({ engine, changes }: Plan): string {
  return engine === 'node' && changes.some(isIssue) ? '; by the OpenSSL inside node (--engine)' : '';
}
