/** An adopted folder as text: the manifest with its comments, what would change, and what is left out. */

import type { LeftOut, Note } from '../adopt/left-out.ts';
import type { Adoption } from '../index.ts';
import { schemaComment } from '../manifest/starter.ts';
import { type Comments, manifestText } from '../manifest/write.ts';
import { shownPath } from '../openssl/shell.ts';
import type { EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { visible } from '../pki/printable.ts';
import { type Change, reasonsOf } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';
import type { Reason } from '../plan/reason.ts';
import type { Remark } from '../plan/remark.ts';
import { isoTime } from '../plan/validity.ts';
import type { Advice } from '../words/advice.ts';
import { refusalText } from '../words/refusal.ts';
import { remarkText } from '../words/remark.ts';
import { countText } from './count.ts';
import { noteText } from './entry-note.ts';
import { leftOutHint, leftOutJson, leftOutText } from './left-out.ts';
import { planText } from './plan.ts';
import { NAMED, quotedText } from './quoted.ts';
import { reasonJson, reasonText } from './reason.ts';
import type { Style } from './style.ts';

/** The manifest, with a comment on each entry that apply would change. */
export function adoptionManifest(adoption: Adoption): string {
  const due = changesOf(adoption);
  const renamed = [...renamedIn(adoption)].map(([entity, names]) => {
    return [
      entity,
      names.map(({ reason }) => `does not conform: ${reasonText(reason)}, at the next renewal`),
    ] as const;
  });
  const entries = new Map([...renamed, ...due.map((change) => [change.id, commentsOf(change)] as const)]);
  return manifestText(adoption.description.manifest, { head: headOf(adoption, due), entries });
}

function headOf(adoption: Adoption, due: readonly Change[]): Comments['head'] {
  const { folder, schema, plan, inventory } = adoption;
  const later = [...renamedIn(adoption).keys()].filter((entity) => !due.some(({ id }) => id === entity));
  const conform = inventory.entities.length - due.length - later.length;
  return [
    ...(schema === null ? [] : [schemaComment(schema)]),
    `Written by "pki adopt" from "${visible(folder)}" on ${isoTime(plan.now).slice(0, 10)}: ${countText(inventory.entities)}.`,
    due.length === 0
      ? asDescribed(later.length)
      : `${conform} of ${inventory.entities.length} are as described here. "pki plan" shows what apply would do about the others.`,
  ];
}

function asDescribed(renamed: number): string {
  const rest =
    renamed === 0 ? '' : ` before ${renamed === 1 ? 'a certificate is' : 'certificates are'} renewed`;
  return `Everything is as described here: "pki apply" would change nothing${rest}.`;
}

function changesOf({ plan }: Adoption): readonly Change[] {
  return plan.changes.filter(({ action }) => action !== 'keep');
}

function commentsOf(change: Change): readonly string[] {
  if (change.action === 'refuse')
    return [`does not conform: ${visible(refusalText(change.refusal).problem)}`];
  return reasonsOf(change).flatMap((reason) => {
    const words = WHY[reason.kind] ?? 'does not conform';
    return reason.kind === 'keeps-trust' ? [] : [`${words}: ${reasonText(reason)}`];
  });
}

/** Reasons that are no objection to the certificate itself. */
const WHY: Readonly<Partial<Record<Reason['kind'], string>>> = {
  'issuer-changes': 'follows its issuer',
  expires: 'due for renewal',
  expired: 'due for renewal',
};

/** The report beside the manifest. */
export function adoptionText(adoption: Adoption, style: Style): string {
  const { plan, description, inventory } = adoption;
  const kept = plan.changes.filter(({ action }) => action === 'keep').map(({ id }) => id);
  const renamed = renamedIn(adoption);
  const conform = kept.filter((id) => !renamed.has(id));
  const parts = [
    style.strong(`adopted: ${countText(inventory.entities)}`),
    ...(conform.length === 0 ? [] : [`${style.good('conform:')} ${listText(conform)}`]),
    ...(kept.length === plan.changes.length ? [] : [changesText(plan, style)]),
    ...notesText(adoption, style),
    // Notes say already which extensions the next certificate will not have.
    ...plan.remarks
      .filter(({ kind }) => kind !== 'differs')
      .map((remark) => `${style.warn('note:')} ${remarkText(remark)}`),
    ...leftOutBlock(description.leftOut, style),
    ...ignoredText(adoption),
  ];
  return `${parts.join('\n')}\n`;
}

/** Remarks follow below, each once. */
function changesText(plan: Plan, style: Style): string {
  return planText({ ...plan, remarks: [] }, { style, verbose: false }).trimEnd();
}

function listText(names: readonly string[]): string {
  const more = names.length - NAMED;
  return visible([...names.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(', '));
}

/** Identifying parts of a certificate that the next one would not have. */
const IDENTITY: readonly Note['kind'][] = ['attribute', 'common-name', 'names'];

function notesText({ description: { notes }, plan }: Adoption, style: Style): readonly string[] {
  const due = new Set(plan.changes.flatMap(({ id, action }) => (action === 'keep' ? [] : [id])));
  const groups = groupBy(notes, ({ note }) => noteText(note));
  return [...groups].map(([text, group]) => {
    const isWarning = group.some(({ id, note }) => due.has(id) && IDENTITY.includes(note.kind));
    const label = style.warn(isWarning ? 'warning:' : 'note:');
    return `${label} ${listText(group.map(({ id }) => id))}: ${text}`;
  });
}

/** Names that a renewal would write differently: the manifest does not describe them as they are. */
function renamedIn({ plan: { remarks } }: Adoption): ReadonlyMap<EntityId, readonly Renamed[]> {
  const all = remarks.flatMap((remark): readonly Renamed[] => {
    if (remark.kind === 'renamed') return [remark];
    if (remark.kind !== 'differs' || remark.reason.field !== 'san') return [];
    return remark.entities.map((entity) => ({ entity, reason: remark.reason }));
  });
  return groupBy(all, ({ entity }) => entity);
}

/** An entity, and which of its names is meant. */
type Renamed = Pick<Extract<Remark, { kind: 'renamed' }>, 'entity' | 'reason'>;

function leftOutBlock(leftOut: readonly LeftOut[], style: Style): readonly string[] {
  if (leftOut.length === 0) return [];
  const groups = groupBy(leftOut, ({ why }) => leftOutText(why));
  const lines = [...groups].flatMap(([text, group]) => {
    const hints = new Set(group.flatMap(({ why }) => leftOutHint(why) ?? []));
    return [
      `  ${listText(group.map(whatText))}: ${text}`,
      ...[...hints].slice(0, NAMED).map((hint) => style.faint(`    hint: ${hint}`)),
    ];
  });
  return [style.warn('left out:'), ...lines];
}

/** How many files of one certificate are named. */
const FILES = 3;

function whatText({ paths, subject }: LeftOut): string {
  const named = quotedText(paths.length === 0 ? [''] : paths, paths.length > FILES ? FILES - 1 : FILES);
  return subject === null ? named : `${named} (${subject})`;
}

function ignoredText({ description: { ignored } }: Adoption): readonly string[] {
  if (ignored.length === 0) return [];
  return [`${ignored.length} unrelated ${ignored.length === 1 ? 'file' : 'files'} ignored`];
}

/** What keeps out a certificate whose key is here, and what its hint changes. */
const CURABLE: readonly LeftOut['why']['kind'][] = [
  'bundle',
  'together',
  'foreign-key',
  'encrypted-key',
  'unread-key',
];

/** For a folder in which nothing can be described. */
export function nothingToAdopt({ folder, description: { leftOut } }: Adoption): Advice {
  if (leftOut.some(({ why }) => CURABLE.includes(why.kind)))
    return {
      problem: `nothing of "${folder}" can be adopted as it is`,
      hint: 'follow the hints on what is left out, and adopt again',
    };
  return {
    problem: `"${folder}" holds no authority with its key, and nothing that one of its authorities signed`,
    hint: 'adopt the folder that holds the key and the certificate of the root',
  };
}

/** Where a printed manifest belongs. */
export function placeText({ place }: Adoption): string {
  return `save it in "${place}", for example as pki.yaml`;
}

/** Next steps with a manifest that was written. */
export function writtenText(path: string): string {
  return `wrote "${path}"; "pki plan ${shownPath(path)}" shows what apply would do`;
}

/** For a file that exists already. */
export function takenText(path: string): Advice {
  return {
    problem: `"${path}" is there already, and is not overwritten`,
    hint: 'name a new file, or move the old one away',
  };
}

function conformityJson(change: Change | undefined, isRenamed: boolean) {
  return {
    conforms: change?.action === 'keep' && !isRenamed,
    action: change?.action,
    reasons: (change === undefined ? [] : reasonsOf(change)).map(reasonJson),
    refusal: change?.action === 'refuse' ? refusalText(change.refusal) : null,
  };
}

/** docs/json.md */
export function adoptionJson(adoption: Adoption, manifest: string | null): unknown {
  const { folder, place, description, inventory, plan } = adoption;
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  const notes = groupBy(description.notes, ({ id }) => id);
  const renamed = renamedIn(adoption);
  return {
    format: 'pki-adopt',
    version: 1,
    folder,
    place,
    manifest,
    text: adoptionManifest(adoption),
    now: isoTime(plan.now),
    entities: inventory.entities.map(({ id, kind }) => ({
      id,
      kind,
      ...conformityJson(changes.get(id), renamed.has(id)),
      notes: (notes.get(id) ?? []).map(({ note }) => ({ ...note, text: noteText(note) })),
    })),
    removals: plan.changes.flatMap(({ id, action }) => (action === 'remove' ? [id] : [])),
    leftOut: description.leftOut.map(({ paths, subject, why }) => ({
      paths,
      subject,
      why: leftOutJson(why),
    })),
    ignored: description.ignored,
  };
}
