/** `pki history`: every certificate ever issued, oldest first. */
import type { LedgerEntry } from '../store/ledger.ts';
import type { Advice } from '../words/advice.ts';
import { recordedText } from './reason.ts';
import type { Style } from './style.ts';
import { tableLines, visibleWidth, wrapped } from './table.ts';

/**
 * A line per entry, in the order given, or three where the terminal has not as many columns: a serial number is whole, or
 * of no use. Ends with a newline. @param columns of the terminal; 0 where there is none, or one that
 * does not say
 */
export function historyText(entries: readonly LedgerEntry[], style: Style, columns = 0): string {
  if (entries.length === 0) return 'history: nothing issued yet\n';
  const table = tableOf(entries, style);
  const isWide = columns === 0 || table.every((line) => visibleWidth(line) <= columns);
  const lines = isWide ? table : entries.flatMap((entry) => paragraph(entry, style, columns));
  return `${lines.join('\n')}\n`;
}

function tableOf(entries: readonly LedgerEntry[], style: Style): readonly string[] {
  const head = ['time', '', 'serial', 'until', 'why'].map(style.faint);
  const rows = entries.map(({ time, entity, serial, notAfter, reasons }) => [
    time,
    style.strong(entity),
    serial,
    notAfter,
    whyOf(reasons),
  ]);
  return tableLines([head, ...rows]);
}

function whyOf(reasons: LedgerEntry['reasons']): string {
  return reasons.map(recordedText).join('; ');
}

function paragraph(entry: LedgerEntry, style: Style, columns: number): readonly string[] {
  const { time, entity, serial, notAfter, reasons } = entry;
  return [
    `${time}  ${style.strong(entity)}`,
    ...[`${serial}, until ${notAfter}`, ...wrapped(whyOf(reasons), columns - 2)].map((line) => `  ${line}`),
  ];
}

/** For a name that is in no line of it. */
export function neverIssued(name: string): Advice {
  return { problem: `nothing was ever issued for "${name}"`, hint: '"pki history" lists everything' };
}

/** docs/json.md */
export function historyJson(entries: readonly LedgerEntry[]): unknown {
  return { format: 'pki-history', version: 1, entries };
}
