/** The OCSP responses in `pki status`. */
import type { ResponseRow, ResponseState } from '../plan/status-responses.ts';
import { isoTime } from '../plan/validity.ts';
import { bar, daysText } from './days.ts';
import { countedStates, paintOfState } from './states.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

/** A line per authority below an empty one, or nothing where none has responses in the output folder. */
export function responseLines(rows: readonly ResponseRow[], style: Style): readonly string[] {
  if (rows.length === 0) return [];
  const head = ['OCSP responses', 'number', 'revoked', 'left', '', 'state'].map((text) => style.faint(text));
  return ['', ...tableLines([head, ...rows.map((row) => cells(row, style))])];
}

function cells(row: ResponseRow, style: Style): readonly string[] {
  const { authority, responses, revoked, thisUpdate, nextUpdate, secondsLeft } = row;
  const paint = paintOfState(row.state, style);
  const length = thisUpdate === null || nextUpdate === null ? null : nextUpdate - thisUpdate;
  return [
    style.strong(authority),
    String(responses),
    String(revoked),
    length === null ? '' : paint(bar(length, secondsLeft ?? 0)),
    secondsLeft === null ? '' : daysText(secondsLeft).padStart(7),
    paint(wordsOf(row)),
  ];
}

function wordsOf({ state, due }: ResponseRow): string {
  if (state === 'ok') return state;
  return state === 'ended' ? 'ended: run "pki ocsp"' : `due: "pki ocsp" would sign ${due}`;
}

const STATES: readonly ResponseState[] = ['ok', 'due', 'ended'];

/** `; responses: 2 ok, 1 due`, by authority, for the summary. */
export function responseSummary(rows: readonly ResponseRow[]): string {
  const counted = countedStates(rows, STATES);
  return counted === '' ? '' : `; responses: ${counted}`;
}

/** docs/json.md */
export function responseJson({ thisUpdate, nextUpdate, ...row }: ResponseRow): unknown {
  return {
    ...row,
    thisUpdate: thisUpdate === null ? null : isoTime(thisUpdate),
    nextUpdate: nextUpdate === null ? null : isoTime(nextUpdate),
  };
}
