/** The revocation lists in `pki status`. */
import type { ListRow, ListState } from '../plan/status-lists.ts';
import { isoTime } from '../plan/validity.ts';
import { bar, daysText } from './days.ts';
import { countedStates, paintOfState } from './states.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

/** A line per list below an empty one, or nothing where no authority makes one. */
export function listLines(rows: readonly ListRow[], style: Style): readonly string[] {
  if (rows.length === 0) return [];
  const head = ['revocation list', 'number', 'revoked', 'left', '', 'state'].map((text) => style.faint(text));
  return ['', ...tableLines([head, ...rows.map((row) => cells(row, style))])];
}

function cells({ authority, list, secondsLeft, state }: ListRow, style: Style): readonly string[] {
  const paint = paintOfState(state, style);
  const length = list === null || list.nextUpdate === null ? null : list.nextUpdate - list.thisUpdate;
  return [
    style.strong(authority),
    list?.number ?? '',
    list === null ? '' : String(list.revoked),
    length === null ? '' : paint(bar(length, secondsLeft ?? 0)),
    secondsLeft === null ? '' : daysText(secondsLeft).padStart(7),
    paint(wordsOf(state)),
  ];
}

function wordsOf(state: ListState): string {
  return state === 'ended' ? 'ended: what reads it refuses everyone' : state;
}

const STATES: readonly ListState[] = ['ok', 'due', 'ended', 'missing'];

/** `; lists: 2 ok, 1 due`, for the summary. */
export function listSummary(rows: readonly ListRow[]): string {
  const counted = countedStates(rows, STATES);
  return counted === '' ? '' : `; lists: ${counted}`;
}

/** docs/json.md */
export function listJson({ authority, state, list, secondsLeft }: ListRow): unknown {
  return {
    authority,
    state,
    number: list?.number ?? null,
    revoked: list?.revoked ?? null,
    thisUpdate: list === null ? null : isoTime(list.thisUpdate),
    nextUpdate: list === null || list.nextUpdate === null ? null : isoTime(list.nextUpdate),
    secondsLeft,
  };
}
