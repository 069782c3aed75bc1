/** The outcomes as a grid of servers × clients and servers × refusals, and its text: a table, or a line per server. */
import { stripVTControlCharacters } from 'node:util';
import {
  type CheckKind,
  REFUSALS,
  type Refusal,
  type SkipCause,
  type SkippedCheck,
} from '../handshake/case.ts';
import type { Outcome } from '../handshake/outcome.ts';
import { type EntityId, unreachable } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import type { Style } from './style.ts';

/** `untested`: left out with a reason. `none`: these two never meet (a peer and itself). */
export type Mark = 'accepted' | 'refused' | 'wrong' | 'untested' | 'none';

/** One server's marks, from left to right. */
export interface GridRow {
  readonly server: EntityId;
  /** One per client, in the order of the grid's clients. */
  readonly clients: readonly Mark[];
  /** One per kind of refusal, in the order of REFUSALS. */
  readonly refusals: readonly Mark[];
}

/** Columns and rows; the columns of refusals are the same in every grid. */
export interface Grid {
  readonly clients: readonly EntityId[];
  readonly rows: readonly GridRow[];
}

/** Of parties that take no part at all, servers or not. */
const OF_PARTIES: readonly SkipCause['kind'][] = [
  'key-elsewhere',
  'key-on-token',
  'list-elsewhere',
  'not-archived',
  'former-issuer',
  'too-many',
  'no-ml-dsa',
];

/** Servers and clients come in the order in which the outcomes name them. */
export function gridOf(outcomes: readonly Outcome[], skipped: readonly SkippedCheck[]): Grid {
  const servers = new Set([
    ...outcomes.map((outcome) => outcome.case.server),
    ...skipped.filter(({ cause }) => !OF_PARTIES.includes(cause.kind)).map(({ server }) => server),
  ]);
  const clients = clientsOf(outcomes, servers);
  const cells = cellsOf(outcomes);
  const left = new Set(skipped.map(({ server, check }) => cellKey(server, check)));
  const rows = [...servers].map((server) => ({
    server,
    clients: clients.map((client) => markOf(cells.get(cellKey(server, client)))),
    refusals: REFUSALS.map((refusal) => refusalMark(server, refusal, cells, left)),
  }));
  return { clients, rows };
}

/** No peer meets itself, so the first peer comes late: peers are put into the order that they have as servers. */
function clientsOf(outcomes: readonly Outcome[], servers: ReadonlySet<EntityId>): readonly EntityId[] {
  const pairs = outcomes.filter((outcome) => isMeeting(outcome.case.check));
  const met = new Set(pairs.flatMap((outcome) => outcome.case.client ?? []));
  const peers = [...servers].filter((id) => met.has(id)).values();
  return [...met].map((id) => (servers.has(id) ? (peers.next().value ?? id) : id));
}

function isMeeting(check: CheckKind): boolean {
  return check === 'pair' || check === 'name' || check === 'revoked';
}

type Cells = ReadonlyMap<string, readonly Outcome[]>;

function cellsOf(outcomes: readonly Outcome[]): Cells {
  return groupBy(outcomes, ({ case: { server, client, check } }) =>
    cellKey(server, isMeeting(check) ? (client ?? '') : check),
  );
}

/** An entity's id has a slash and a refusal has none, so the two never meet in one key. */
function cellKey(server: EntityId, column: string): string {
  return `${server} ${column}`;
}

function refusalMark(server: EntityId, refusal: Refusal, cells: Cells, left: ReadonlySet<string>): Mark {
  const key = cellKey(server, refusal);
  return left.has(key) ? 'untested' : markOf(cells.get(key));
}

/** A cell is as its cases are: one that went wrong makes it wrong. */
function markOf(outcomes: readonly Outcome[] | undefined): Mark {
  const first = outcomes?.[0];
  if (outcomes === undefined || first === undefined) return 'none';
  if (outcomes.some(({ ok }) => !ok)) return 'wrong';
  return first.case.expect === 'accept' ? 'accepted' : 'refused';
}

/** The width, the characters and the colours that a table may use. */
export interface TableOptions {
  /** The width of the terminal. */
  readonly columns: number;
  /** Plain ASCII otherwise. */
  readonly unicode: boolean;
  readonly style: Style;
}

/** The headings of one table, as wide as their columns. */
interface Layout {
  readonly servers: readonly string[];
  readonly clients: readonly string[];
  readonly refusals: readonly string[];
}

const SERVER = 'server';
/** Over the halves: a tick left of the bar is an acceptance, right of it a refusal. */
const HALVES = { clients: 'connects', refusals: 'is refused' } as const;
const FULL = ['no cert', 'foreign CA', 'wrong name', 'other root'];
const SHORT = ['cert', 'CA', 'name', 'root'];

/** Longest name shown in full, and the refusals' headings: from roomy to tight; the first that fits is taken. */
const SIZES: readonly (readonly [number, readonly string[]])[] = [
  [24, FULL],
  [24, SHORT],
  [16, SHORT],
  [10, SHORT],
  [7, SHORT],
];

/** The table's lines, or one line per server where a table would be too wide. */
export function gridLines(grid: Grid, options: TableOptions): readonly string[] {
  const layouts = SIZES.map(([names, refusals]) => layoutOf(grid, names, refusals, options));
  const layout = layouts.find((candidate) => widthOf(candidate) <= options.columns);
  return layout === undefined ? compactLines(grid, options) : tableLines(grid, layout, options);
}

/** One character per mark, coloured. */
export function symbol(mark: Mark, { unicode, style }: TableOptions): string {
  switch (mark) {
    case 'accepted':
      return style.good(unicode ? '✓' : '+');
    case 'refused':
      return unicode ? '–' : '-';
    case 'wrong':
      return style.bad(unicode ? '✗' : 'X');
    case 'untested':
      return style.warn('?');
    case 'none':
      return ' ';
    default:
      return unreachable(mark);
  }
}

function layoutOf(grid: Grid, names: number, refusals: readonly string[], { unicode }: TableOptions): Layout {
  const cut = (ids: readonly EntityId[]) => labels(ids).map((name) => shorten(name, names, unicode));
  return { servers: cut(grid.rows.map(({ server }) => server)), clients: cut(grid.clients), refusals };
}

/** Names without their folder, unless two of them would look alike (`servers/a` and `peers/a`). */
function labels(ids: readonly EntityId[]): readonly string[] {
  const bare = ids.map((id) => id.slice(id.indexOf('/') + 1));
  const clash = new Set(bare.filter((name, index) => bare.indexOf(name) !== index));
  return ids.map((id, index) => (clash.has(bare[index] ?? id) ? id : (bare[index] ?? id)));
}

/** Cut in the middle: names of one family differ at their ends (`worker-eu-west-17`). */
function shorten(name: string, length: number, unicode: boolean): string {
  if (name.length <= length) return name;
  const dots = unicode ? '…' : '..';
  const head = Math.ceil((length - dots.length) / 2);
  const tail = length - dots.length - head;
  return `${name.slice(0, head)}${dots}${name.slice(name.length - tail)}`;
}

function widthOf({ servers, clients, refusals }: Layout): number {
  const halves = halfText(clients, HALVES.clients).length + halfText(refusals, HALVES.refusals).length;
  return serverWidth(servers) + halves + '  |'.length;
}

/** Cells side by side, with room for the heading of the half where there are any. */
function halfText(cells: readonly string[], heading: string): string {
  const text = cells.map((cell) => `  ${cell}`).join('');
  const room = cells.length === 0 ? 0 : `  ${heading}`.length;
  return text + ' '.repeat(Math.max(0, room - stripVTControlCharacters(text).length));
}

function serverWidth(servers: readonly string[]): number {
  return Math.max(SERVER.length, ...servers.map(({ length }) => length));
}

function tableLines(grid: Grid, layout: Layout, options: TableOptions): readonly string[] {
  const width = serverWidth(layout.servers);
  const bar = options.style.faint(options.unicode ? '│' : '|');
  const line = (server: string, clients: readonly string[], refusals: readonly string[]) =>
    `${server.padEnd(width)}${halfText(clients, HALVES.clients)}  ${bar}${halfText(refusals, HALVES.refusals)}`.trimEnd();
  const marks = (row: readonly Mark[], heads: readonly string[]) =>
    heads.map((head, column) => centred(row[column] ?? 'none', head.length, options));
  const rows = grid.rows.map(({ server, clients, refusals }, index) =>
    line(
      layout.servers[index] ?? server,
      marks(clients, layout.clients),
      marks(refusals.map(tick), layout.refusals),
    ),
  );
  const halves = line(
    '',
    grid.clients.length === 0 ? [] : [HALVES.clients.padEnd(halfText(layout.clients, '').length - 2)],
    [HALVES.refusals],
  );
  return [halves, line(SERVER, layout.clients, layout.refusals), ...rows];
}

/** Among the refusals, being refused is what was wanted: it gets the tick. */
function tick(mark: Mark): Mark {
  return mark === 'refused' ? 'accepted' : mark;
}

/** Padded around the bare character: colours have no width. */
function centred(mark: Mark, width: number, options: TableOptions): string {
  const before = Math.floor((width - 1) / 2);
  return ' '.repeat(before) + symbol(mark, options) + ' '.repeat(width - 1 - before);
}

function compactLines(grid: Grid, options: TableOptions): readonly string[] {
  const names = labels(grid.rows.map(({ server }) => server));
  const width = Math.min(serverWidth(names), Math.max(SERVER.length, options.columns - 50));
  return grid.rows.map((row, index) => {
    const name = shorten(names[index] ?? row.server, width, options.unicode).padEnd(width);
    return `${symbol(rowMark(row), options)} ${name}  ${countsText(row)}`;
  });
}

function rowMark({ clients, refusals }: GridRow): Mark {
  const marks = [...clients, ...refusals];
  if (marks.includes('wrong')) return 'wrong';
  return marks.includes('untested') ? 'untested' : 'accepted';
}

/** `19/21 clients accepted, 1 refused, 1 wrong; refuses 4/4`. */
function countsText({ clients, refusals }: GridRow): string {
  const count = (marks: readonly Mark[], wanted: Mark) => marks.filter((mark) => mark === wanted).length;
  const met = clients.length - count(clients, 'none');
  const more = (['refused', 'wrong'] as const)
    .map((mark) => ({ mark, times: count(clients, mark) }))
    .filter(({ times }) => times > 0)
    .map(({ mark, times }) => `, ${times} ${mark}`);
  const accepted = `${count(clients, 'accepted')}/${met} clients accepted${more.join('')}`;
  return `${accepted}; refuses ${count(refusals, 'refused')}/${refusals.length}`;
}
