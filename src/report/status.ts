/** `pki status`: every certificate with the days it has left, for people and for cron. */
import { visible } from '../pki/printable.ts';
import { subjectText } from '../pki/subject.ts';
import type { State, StatusRow } from '../plan/status.ts';
import { isoTime, lifetime } from '../plan/validity.ts';
import { refusalText } from '../words/refusal.ts';
import { type NameAttribute, sanOf } from '../x509/facts.ts';
import { reasonJson, reasonText } from './reason.ts';
import type { Paint, Style } from './style.ts';
import { shorten, tableLines } from './table.ts';

const BAR = 10;
const DAY = 86400;

/** A line per row, in the order given, and a line that sums up; ends with a newline. */
export function statusText(rows: readonly StatusRow[], style: Style): string {
  const head = ['', 'subject', 'issuer', 'serial', 'left', '', 'state'].map(style.faint);
  const lines = tableLines([head, ...rows.map((row) => cells(row, style))]);
  return `${[...lines, '', summary(rows, style)].join('\n')}\n`;
}

function cells(row: StatusRow, style: Style): readonly string[] {
  const paint = paintOf(row.state, style);
  const { certificate, issuer } = row;
  const issuedBy = issuer === null ? withoutIssuer(row) : issuer.slice(issuer.indexOf('/') + 1);
  if (certificate === null) return [style.strong(row.id), '', issuedBy, '', '', '', paint(stateText(row))];
  return [
    style.strong(row.id),
    shorten(visible(subjectText(nameFirst(certificate.subject))), 40),
    issuedBy,
    shorten(certificate.serial, 13),
    paint(bar(certificate.notAfter - certificate.notBefore, row.secondsLeft ?? 0)),
    daysText(row.secondsLeft ?? 0).padStart(7),
    paint(stateText(row)),
  ];
}

/** What tells one from another must not be what is cut off. */
function nameFirst(subject: readonly NameAttribute[]): readonly NameAttribute[] {
  const isName = ({ type }: NameAttribute): boolean => type === 'CN';
  return [...subject.filter(isName), ...subject.filter((attribute) => !isName(attribute))];
}

/** The manifest says whose a root is; of what left the manifest it says nothing. */
function withoutIssuer({ reasons }: StatusRow): string {
  return reasons.some(({ kind }) => kind === 'not-in-manifest') ? '-' : 'self-signed';
}

function paintOf(state: State, style: Style): Paint {
  if (state === 'ok') return style.good;
  return state === 'due' || state === 'capped' ? style.warn : style.bad;
}

/** The share of its life that a certificate still has. */
function bar(length: number, left: number): string {
  const full = Math.max(0, Math.min(BAR, Math.round((left / length) * BAR)));
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** Days, or hours on the last two; negative once it is over. */
function daysText(seconds: number): string {
  return Math.abs(seconds) < 2 * DAY ? `${Math.trunc(seconds / 3600)}h` : `${Math.trunc(seconds / DAY)}d`;
}

function stateText({ state, reasons, refusal, issuer }: StatusRow): string {
  if (state === 'ok') return 'ok';
  if (state === 'capped') return `capped: ends with ${issuer}, which has to be renewed first`;
  const why = refusal === null ? reasons.map(reasonText).join('; ') : refusalText(refusal).problem;
  return why === '' ? state : `${state}: ${why}`;
}

function summary(rows: readonly StatusRow[], style: Style): string {
  const states: readonly State[] = ['ok', 'due', 'capped', 'expired', 'missing', 'refused'];
  const counted = states.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const next = rows.filter(({ secondsLeft }) => secondsLeft !== null).sort(bySecondsLeft)[0];
  const paint = rows.every(({ state }) => state === 'ok') ? style.good : style.warn;
  const ends = next?.certificate ? `; first to end: ${next.id}, ${isoTime(next.certificate.notAfter)}` : '';
  return paint(`status: ${counted.join(', ') || 'nothing in the manifest'}${ends}`);
}

function bySecondsLeft(a: StatusRow, b: StatusRow): number {
  return (a.secondsLeft ?? 0) - (b.secondsLeft ?? 0);
}

/** docs/json.md */
export function statusJson(rows: readonly StatusRow[], manifest: string, now: number): unknown {
  return {
    format: 'pki-status',
    version: 1,
    manifest,
    now: isoTime(now),
    due: rows.some(({ state }) => state !== 'ok'),
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
  };
}
