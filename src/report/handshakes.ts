/** The proof: as text a table, what went wrong, and a summary; as JSON everything. */
import {
  type CheckKind,
  type Side,
  type SkipCause,
  type SkippedCheck,
  type TlsVersion,
  versionText,
} from '../handshake/case.ts';
import type { Outcome, Verdict } from '../handshake/outcome.ts';
import type { EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { few } from '../words/few.ts';
import { plural } from './count.ts';
import { failureLines } from './handshakes-failures.ts';
import { gridLines, gridOf, type Mark, symbol, type TableOptions } from './handshakes-table.ts';
import {
  checkText,
  expectationText,
  outcomeHint,
  outcomeText,
  pairText,
  skipText,
  versionsText,
} from './handshakes-words.ts';

/** How the proof is drawn, and how much of it. */
export interface HandshakesTextOptions extends TableOptions {
  /** Lists every case in a line of its own. */
  readonly verbose: boolean;
  /** Behind the summary: ` (1.2s)`, or nothing. */
  readonly took?: string;
}

/** Everything about the proof, as lines that end with the summary. */
export function handshakesText(
  outcomes: readonly Outcome[],
  skipped: readonly SkippedCheck[],
  options: HandshakesTextOptions,
): string {
  const summary = summaryLine(handshakeSummary(outcomes, skipped), options);
  const grid = gridOf(outcomes, skipped);
  if (grid.rows.length === 0) return `${[...skipLines(skipped, options), summary].join('\n')}\n`;
  const blocks = [
    [title(outcomes, options), '', ...gridLines(grid, options), '', ...legend(grid, outcomes, options)],
    options.verbose ? outcomes.map((outcome) => caseLine(outcome, options)) : [],
    failureLines(outcomes, options),
    skipLines(skipped, options),
    [summary],
  ];
  const shown = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${shown.join('\n\n')}\n`;
}

/** `24 handshakes accepted, 16 refused, as expected`: the result in one line. */
function handshakesLine(summary: HandshakeSummary): string {
  const { total, accepted, refused, wrong, skipped } = summary;
  const untested = skipped === 0 ? '' : `; ${plural(skipped, 'check')} could not be made`;
  if (total === 0) return `no handshakes: no server of the manifest can be tried${untested}`;
  if (wrong > 0) return `${wrong} of ${plural(total, 'handshake')} went wrong${untested}`;
  return `${plural(accepted, 'handshake')} accepted, ${refused} refused, as expected${untested}`;
}

function summaryLine(summary: HandshakeSummary, { style, took = '' }: HandshakesTextOptions): string {
  const paint = summary.wrong > 0 ? style.bad : style.good;
  return summary.total === 0 ? handshakesLine(summary) : `${paint(handshakesLine(summary))}${took}`;
}

function title(outcomes: readonly Outcome[], { style, unicode }: HandshakesTextOptions): string {
  const tls = versionsText(outcomes.map((outcome) => outcome.case.version));
  return `${style.strong('Handshakes')}  servers ${unicode ? '×' : 'x'} clients${tls === '' ? '' : `, ${tls}`}`;
}

const LEGEND: readonly (readonly [Mark, string])[] = [
  ['accepted', 'as expected'],
  ['refused', 'refused as expected: no shared trust'],
  ['wrong', 'not as expected'],
  ['untested', 'not tested'],
];

/** What the headings right of the bar stand for. */
const REFUSES = [
  'is refused: no client certificate, a client of a foreign CA,',
  '            a wrong server name, a client that trusts another root',
];

/** Only the marks that are there. */
function legend(
  grid: ReturnType<typeof gridOf>,
  outcomes: readonly Outcome[],
  options: HandshakesTextOptions,
): readonly string[] {
  const { faint } = options.style;
  const present = new Set(
    grid.rows.flatMap(({ clients, refusals }) => [...clients, ...refusals.map(asShown)]),
  );
  const more = outcomes.some(({ case: { check } }) => check === 'revoked') ? ', or revoked' : '';
  const marks = LEGEND.filter(([mark]) => present.has(mark)).map(
    ([mark, words]) => `${symbol(mark, options)} ${faint(words + (mark === 'refused' ? more : ''))}`,
  );
  return [marks.join('   '), ...REFUSES.map(faint)];
}

function asShown(mark: Mark): Mark {
  return mark === 'refused' ? 'accepted' : mark;
}

function caseLine(outcome: Outcome, options: HandshakesTextOptions): string {
  const { version } = outcome.case;
  const mark = outcome.ok ? (outcome.connected ? 'accepted' : 'refused') : 'wrong';
  const who = `${pairText(outcome.case, options.unicode)}, ${versionText(version)}`;
  return `${symbol(mark, options)} ${who}, ${expectationText([outcome.case])}: ${outcomeText(outcome)}`;
}

/** A paragraph for each cause, with everyone that it keeps from the same checks. */
function skipLines(skipped: readonly SkippedCheck[], options: HandshakesTextOptions): readonly string[] {
  const servers = groupBy(skipped, ({ server, cause }) => JSON.stringify([server, cause]));
  const untested = [...servers.values()].map((group) => ({
    group,
    checks: group.map(({ check }) => checkText(check)).join(', '),
  }));
  const causes = groupBy(untested, ({ group, checks }) => {
    const [cause] = group.map((one) => one.cause);
    return JSON.stringify([checks, cause?.kind === 'no-asker' ? cause.kind : cause]);
  });
  const shown = options.verbose ? (names: readonly string[]) => names.join(', ') : few;
  return [...causes.values()].flatMap((same) => {
    const members = same.flatMap(({ group }) => group);
    const who = shown([...new Set(members.map(({ server }) => server))]);
    return [
      `${symbol('untested', options)} ${who}, not tested: ${same[0]?.checks ?? ''}`,
      ...joined(members.map(({ cause }) => cause)).map((cause) => `    ${skipText(cause)}`),
    ];
  });
}

/** One cause for all: only names that nothing asks for differ. */
function joined(causes: readonly SkipCause[]): readonly SkipCause[] {
  const names = causes.flatMap((cause) => (cause.kind === 'no-asker' ? cause.names : []));
  return names.length === 0 ? causes.slice(0, 1) : [{ kind: 'no-asker', names: [...new Set(names)] }];
}

/** Handshakes by outcome: `total` is those accepted, refused and wrong. */
export interface HandshakeSummary {
  /** Everything that was tried went as expected. */
  readonly ok: boolean;
  readonly total: number;
  /** Connected as expected. */
  readonly accepted: number;
  /** Refused as expected, and for the reason expected. */
  readonly refused: number;
  readonly wrong: number;
  /** Checks that could not be made. */
  readonly skipped: number;
}

interface HandshakeRecord {
  readonly id: string;
  readonly server: EntityId;
  /** `null`: a stand-in without a certificate of the manifest. */
  readonly client: EntityId | null;
  readonly tls: TlsVersion;
  readonly check: CheckKind;
  /** The name or address that the client insisted on. */
  readonly name: string | null;
  readonly expect: 'accept' | 'refuse';
  /** Which sides had to refuse; empty where the two had to connect. */
  readonly refusedBy: readonly Side[];
  readonly ok: boolean;
  readonly connected: boolean;
  readonly reason: string;
  readonly hint: string | null;
  readonly code: string | null;
  /** What each side found; `null` when the handshake could not be tried. */
  readonly verdicts: { readonly server: Verdict; readonly client: Verdict } | null;
  readonly milliseconds: number;
}

interface SkipRecord {
  readonly server: EntityId;
  readonly check: CheckKind;
  readonly reason: string;
}

/** docs/json.md, `pki-handshakes`; `version` grows when a field changes its meaning or goes away. */
export interface HandshakesJson {
  readonly format: 'pki-handshakes';
  readonly version: 1;
  readonly summary: HandshakeSummary;
  readonly cases: readonly HandshakeRecord[];
  readonly skipped: readonly SkipRecord[];
}

/** Counts: a case is accepted, refused or wrong. */
function handshakeSummary(outcomes: readonly Outcome[], skipped: readonly SkippedCheck[]): HandshakeSummary {
  const good = outcomes.filter(({ ok }) => ok);
  const accepted = good.filter((outcome) => outcome.case.expect === 'accept').length;
  const wrong = outcomes.length - good.length;
  const counts = { accepted, refused: good.length - accepted, wrong, skipped: skipped.length };
  return { ok: wrong === 0, total: outcomes.length, ...counts };
}

/** The whole proof as a documented structure, ready for JSON.stringify. */
export function handshakesJson(
  outcomes: readonly Outcome[],
  skipped: readonly SkippedCheck[],
): HandshakesJson {
  return {
    format: 'pki-handshakes',
    version: 1,
    summary: handshakeSummary(outcomes, skipped),
    cases: outcomes.map(record),
    skipped: skipped.map(({ server, check, cause }) => ({ server, check, reason: skipText(cause) })),
  };
}

function record(outcome: Outcome): HandshakeRecord {
  const { id, server, client, version: tls, check, serverName: name, expect } = outcome.case;
  const refusedBy = outcome.case.expect === 'refuse' ? outcome.case.by : [];
  const { ok, connected, code, transcript } = outcome;
  const words = { reason: outcomeText(outcome), hint: outcomeHint(outcome) };
  const verdicts = transcript === null ? null : { server: transcript.server, client: transcript.client };
  const milliseconds = Math.round(outcome.milliseconds * 10) / 10;
  const result = { ok, connected, ...words, code, verdicts, milliseconds };
  return { id, server, client, tls, check, name, expect, refusedBy, ...result };
}
