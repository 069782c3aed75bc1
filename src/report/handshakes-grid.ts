/** The outcomes as a grid of servers × clients and servers × refusals: what the table shows, before any text. */

import { type CheckKind, REFUSALS, type Refusal, type SkippedCheck } from '../handshake/case.ts';
import type { Outcome } from '../handshake/outcome.ts';
import type { EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';

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

/** Servers and clients come in the order in which the outcomes name them. */
export function gridOf(outcomes: readonly Outcome[], skipped: readonly SkippedCheck[]): Grid {
  const servers = new Set([
    ...outcomes.map((outcome) => outcome.case.server),
    ...skipped.map(({ server }) => server),
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
  return check === 'pair' || check === 'name';
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
