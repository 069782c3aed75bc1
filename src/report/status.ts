/** `pki status`: every certificate with the days it has left, for the terminal and for cron. */
import { visible } from '../pki/printable.ts';
import { subjectText } from '../pki/subject.ts';
import type { Reason } from '../plan/reason.ts';
import type { Remark } from '../plan/remark.ts';
import { isWell, type State, type StatusRow } from '../plan/status.ts';
import type { ListRow } from '../plan/status-lists.ts';
import type { ResponseRow } from '../plan/status-responses.ts';
import { isoTime, lifetime } from '../plan/validity.ts';
import { few } from '../words/few.ts';
import { refusalText } from '../words/refusal.ts';
import { type CertificateFacts, type NameAttribute, sanOf } from '../x509/facts.ts';
import { bar, daysText } from './days.ts';
import { reasonJson, reasonText } from './reason.ts';
import { remarkJson } from './remarks.ts';
import { countedStates } from './states.ts';
import { listJson, listLines, listSummary } from './status-lists.ts';
import { responseJson, responseLines, responseSummary } from './status-responses.ts';
import type { Paint, Style } from './style.ts';
import { shorten, tableLines, visibleWidth, wrapped } from './table.ts';

/** What a row has, from left to right. */
type Column = 'id' | 'subject' | 'issuer' | 'serial' | 'bar' | 'left' | 'state';

/** From roomy to tight: what a terminal has no room for is left out, as far as possible on the side of what can be missed. */
const LAYOUTS: readonly Layout[] = [
  { columns: ['id', 'subject', 'issuer', 'serial', 'bar', 'left', 'state'], subject: 40 },
  { columns: ['id', 'subject', 'issuer', 'bar', 'left', 'state'], subject: 40 },
  { columns: ['id', 'subject', 'issuer', 'bar', 'left', 'state'], subject: 24 },
  { columns: ['id', 'issuer', 'bar', 'left', 'state'], subject: 0 },
  { columns: ['id', 'issuer', 'left', 'state'], subject: 0 },
  { columns: ['id', 'left', 'state'], subject: 0 },
];

/** @param subject its longest in full. */
interface Layout {
  readonly columns: readonly Column[];
  readonly subject: number;
}

/** How the table is drawn; `columns` is the width of the terminal, none elsewhere. */
export interface StatusOptions {
  readonly style: Style;
  readonly columns?: number | undefined;
  readonly lists?: readonly ListRow[];
  readonly responses?: readonly ResponseRow[];
}

/**
 * A line per row, in the order given, and a summary; ends with a newline. Where why something is due makes lines too
 * long for a terminal, it stands below them.
 */
export function statusText(
  rows: readonly StatusRow[],
  { style, columns, lists = [], responses = [] }: StatusOptions,
): string {
  const width = columns ?? Number.POSITIVE_INFINITY;
  const tables = LAYOUTS.flatMap((layout) => [
    tableOf(rows, layout, style),
    tableBelow(rows, layout, style, width),
  ]);
  const fits = (lines: readonly string[]): boolean => lines.every((line) => visibleWidth(line) <= width);
  const table = tables.find(fits) ?? tables.at(-1) ?? [];
  const below = [...listLines(lists, style), ...responseLines(responses, style)];
  return `${[...table, ...below, '', summary(rows, lists, responses, style)].join('\n')}\n`;
}

function tableOf(rows: readonly StatusRow[], layout: Layout, style: Style): readonly string[] {
  return tableLines([headOf(layout, style), ...rows.map((row) => cells(row, stateText(row), layout, style))]);
}

/** The state is one word; the reasons follow in lines of their own. */
function tableBelow(
  rows: readonly StatusRow[],
  layout: Layout,
  style: Style,
  width: number,
): readonly string[] {
  const [head = '', ...lines] = tableLines([
    headOf(layout, style),
    ...rows.map((row) => cells(row, row.state, layout, style)),
  ]);
  const below = (row: StatusRow): readonly string[] => wrapped(whyText(row), width - INDENT.length);
  return [
    head,
    ...lines.flatMap((line, i) => {
      const row = rows[i];
      return [line, ...(row === undefined ? [] : below(row).map((text) => style.faint(INDENT + text)))];
    }),
  ];
}

const INDENT = '    ';

const HEADS: Readonly<Record<Column, string>> = {
  id: '',
  subject: 'subject',
  issuer: 'issuer',
  serial: 'serial',
  bar: 'left',
  left: '',
  state: 'state',
};

function headOf({ columns }: Layout, style: Style): readonly string[] {
  const bare = columns.includes('bar') ? HEADS : { ...HEADS, left: '   left' };
  return columns.map((column) => style.faint(bare[column]));
}

function cells(row: StatusRow, state: string, { columns, subject }: Layout, style: Style): readonly string[] {
  const paint = paintOf(row.state, style);
  const { certificate, issuer } = row;
  const seconds = row.secondsLeft ?? 0;
  const all: Readonly<Record<Column, () => string>> = {
    id: () => style.strong(row.id),
    subject: () => (certificate === null ? '' : shorten(visible(nameOf(certificate)), subject)),
    issuer: () => (issuer === null ? withoutIssuer(row) : issuer.slice(issuer.indexOf('/') + 1)),
    serial: () => (certificate === null ? '' : shorten(certificate.serial, 13)),
    bar: () =>
      certificate === null ? '' : paint(bar(certificate.notAfter - certificate.notBefore, seconds)),
    left: () => (certificate === null ? '' : daysText(seconds).padStart(7)),
    state: () => paint(state),
  };
  return columns.map((column) => all[column]());
}

/** The subject; of a certificate without one what else names its owner. */
function nameOf(certificate: CertificateFacts): string {
  const { subject } = certificate;
  return subject.length === 0 ? few(sanOf(certificate)) : subjectText(nameFirst(subject));
}

/** The distinguishing part of a name must not be cut off. */
function nameFirst(subject: readonly NameAttribute[]): readonly NameAttribute[] {
  const isName = ({ type }: NameAttribute): boolean => type === 'CN';
  return [...subject.filter(isName), ...subject.filter((attribute) => !isName(attribute))];
}

/** A root signs itself; the issuer of an entity that left the manifest is not known. */
function withoutIssuer({ reasons }: StatusRow): string {
  return reasons.some(({ kind }) => kind === 'not-in-manifest') ? '-' : 'self-signed';
}

function paintOf(state: State, style: Style): Paint {
  if (isWell({ state })) return style.good;
  return ['due', 'capped', 'waiting', 'unknown'].includes(state) ? style.warn : style.bad;
}

function stateText(row: StatusRow): string {
  const why = whyText(row);
  return why === '' ? row.state : `${row.state}: ${why}`;
}

/** Why the state is what it is; nothing where all is well. */
function whyText({ id, state, reasons, refusal, issuer, waitsFor }: StatusRow): string {
  if (isWell({ state })) return '';
  if (state === 'capped') return `ends with ${issuer}, which has to be renewed first`;
  if (refusal !== null) return refusalText(refusal).problem;
  const awaited = waitsFor === null ? [] : [`waits for ${waitsFor === id ? 'its key' : waitsFor}`];
  return [...reasons.map((reason) => reasonBeside(state, reason)), ...awaited].join('; ');
}

/** Without the word that the state is. */
function reasonBeside(state: State, reason: Reason): string {
  const isSaid = state === 'expired' && reason.kind === 'expired';
  return isSaid ? `since ${isoTime(reason.notAfter)}` : reasonText(reason);
}

function summary(
  rows: readonly StatusRow[],
  lists: readonly ListRow[],
  responses: readonly ResponseRow[],
  style: Style,
): string {
  const states: readonly State[] = [
    'ok',
    'revoked',
    'unknown',
    'due',
    'capped',
    'waiting',
    'expired',
    'missing',
    'refused',
  ];
  const counted = countedStates(rows, states);
  const next = rows.filter(({ secondsLeft }) => secondsLeft !== null).sort(bySecondsLeft)[0];
  const isGood = rows.every(isWell) && [...lists, ...responses].every(({ state }) => state === 'ok');
  const paint = isGood ? style.good : style.warn;
  const ends = next?.certificate ? `; first to end: ${next.id}, ${isoTime(next.certificate.notAfter)}` : '';
  const more = `${listSummary(lists)}${responseSummary(responses)}`;
  return paint(`status: ${counted || 'nothing in the manifest'}${more}${ends}`);
}

function bySecondsLeft(a: StatusRow, b: StatusRow): number {
  return (a.secondsLeft ?? 0) - (b.secondsLeft ?? 0);
}

/** docs/json.md */
export function statusJson(
  rows: readonly StatusRow[],
  manifest: string,
  now: number,
  lists: readonly ListRow[] = [],
  later: readonly Remark[] = [],
  responses: readonly ResponseRow[] = [],
): unknown {
  return {
    format: 'pki-status',
    version: 1,
    manifest,
    now: isoTime(now),
    due: !rows.every(isWell) || [...lists, ...responses].some(({ state }) => state !== 'ok'),
    certificates: rows.map(({ certificate, reasons, refusal, ...row }) => ({
      ...row,
      refusal: refusal && refusalText(refusal).problem,
      subject: certificate === null ? null : subjectText(certificate.subject),
      san: certificate === null ? [] : sanOf(certificate),
      serial: certificate?.serial ?? null,
      fingerprint: certificate?.fingerprint ?? null,
      notBefore: certificate === null ? null : isoTime(certificate.notBefore),
      notAfter: certificate === null ? null : isoTime(certificate.notAfter),
      lifetime: certificate === null ? null : lifetime(certificate),
      reasons: reasons.map(reasonJson),
    })),
    lists: lists.map(listJson),
    responses: responses.map(responseJson),
    remarks: later.map(remarkJson),
  };
}
