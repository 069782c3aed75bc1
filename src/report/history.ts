/** `pki history`: every certificate ever issued, oldest first. */
import type { LedgerEntry } from '../store/ledger.ts';
import type { Advice } from '../words/advice.ts';
import { recordedText } from './reason.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

/** A line per entry, in the order given; ends with a newline. */
export function historyText(entries: readonly LedgerEntry[], style: Style): string {
  if (entries.length === 0) return 'history: nothing issued yet\n';
  const head = ['time', '', 'serial', 'until', 'why'].map(style.faint);
  const rows = entries.map(({ time, entity, serial, notAfter, reasons }) => [
    time,
    style.strong(entity),
    serial,
    notAfter,
    reasons.map(recordedText).join('; '),
  ]);
  return `${tableLines([head, ...rows]).join('\n')}\n`;
}

/** For a name that is in no line of it. */
export function neverIssued(name: string): Advice {
  return { problem: `nothing was ever issued for "${name}"`, hint: '"pki history" lists everything' };
}

/** docs/json.md */
export function historyJson(entries: readonly LedgerEntry[]): unknown {
  return { format: 'pki-history', version: 1, entries };
}
