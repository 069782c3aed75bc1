/** Who signs whom: every authority's issuer, its root, and how deep it stands. */
import type { Report } from '../manifest/report.ts';
import { compare } from '../pki/compare.ts';
import { isAnchor } from './anchor.ts';
import { type AuthorityDraft, draftText } from './draft.ts';
import type { Drafts } from './drafts.ts';
import { reportUnknownIssuer } from './issuer-name.ts';

/** An authority's place below its root. */
export interface Position {
  readonly authority: AuthorityDraft;
  readonly issuer: AuthorityDraft | null;
  readonly root: AuthorityDraft;
  /** 0 for a root. */
  readonly depth: number;
}

/** All authorities, each in its place. */
export interface Hierarchy {
  readonly drafts: Drafts;
  /** By name; an authority with a mistake above it has none. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Authorities before what they sign: by depth, then by name, whatever the order of the file. */
  readonly order: readonly Position[];
  /** Whether every authority of the manifest has a position. */
  readonly complete: boolean;
}

/** The authorities of a line, from one of them up to its root. */
export function lineOf(start: Position | undefined, { positions }: Hierarchy): readonly AuthorityDraft[] {
  const line: AuthorityDraft[] = [];
  for (let one = start; one !== undefined; one = positions.get(one.issuer?.name ?? ''))
    line.push(one.authority);
  return line;
}

/** Names the circle from its first member in the file: `a -> b -> a`. */
function reportCycle(cycle: readonly AuthorityDraft[], report: Report): void {
  const [first] = cycle;
  if (first === undefined) return;
  const at = first.at('issuer');
  const hint = first.inherits('issuer')
    ? 'write "issuer: null" in the authority that is the root: a root signs itself'
    : 'remove "issuer" from the authority that is the root: a root signs itself';
  if (cycle.length === 1) {
    report.error({ code: 'cycle', at, message: `${draftText(first)} names itself as its issuer`, hint });
    return;
  }
  const names = [...cycle, first].map(({ name }) => name);
  const shown = names.length > 12 ? [...names.slice(0, 6), '…', ...names.slice(-5)] : names;
  const message = `authorities sign each other in a circle: ${shown.join(' -> ')}`;
  report.error({ code: 'cycle', at, message, hint });
}

/** Every authority's issuer; `undefined` after a mistake, reported here or where the issuer is written. */
function issuersOf(drafts: Drafts, report: Report): Walk['issuers'] {
  const byName = new Map(drafts.authorities.map((authority) => [authority.name, authority]));
  const issuerOf = (authority: AuthorityDraft): AuthorityDraft | null | undefined => {
    if (authority.issuer === undefined) return null;
    const found = byName.get(authority.issuer);
    if (found === undefined) reportUnknownIssuer(authority, drafts, report);
    return found;
  };
  return new Map(drafts.authorities.map((authority) => [authority, issuerOf(authority)]));
}

type Mark = 'good' | 'lost';

interface Walk {
  readonly issuers: ReadonlyMap<AuthorityDraft, AuthorityDraft | null | undefined>;
  readonly rank: ReadonlyMap<AuthorityDraft, number>;
  readonly marks: Map<AuthorityDraft, Mark>;
  /** Filled issuers first. */
  readonly positions: Map<string, Position>;
}

/** From an authority towards its root, as far as no earlier walk came. Iterative: a chain may be long. */
function climb(start: AuthorityDraft, { issuers, marks }: Walk) {
  const path: AuthorityDraft[] = [];
  const seen = new Map<AuthorityDraft, number>();
  let at: AuthorityDraft | null | undefined = start;
  while (at && !marks.has(at) && !seen.has(at)) {
    seen.set(at, path.length);
    path.push(at);
    at = issuers.get(at);
  }
  const from = at ? seen.get(at) : undefined;
  const cycle = from === undefined ? [] : path.slice(from);
  // Below what is lost otherwise, or in a circle, there is no position to stand under.
  return { path, cycle, lost: at === undefined };
}

/** The circle, turned so that it begins with what comes first in the file. */
function turned(cycle: readonly AuthorityDraft[], rank: Walk['rank']): AuthorityDraft[] {
  const places = cycle.map((member) => rank.get(member) ?? 0);
  const first = places.indexOf(places.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/** Certificates in line: OpenSSL verifies 100, GnuTLS 16, Java 10; and each of them is in every chain below it. */
const DEPTH_LIMIT = 32;

function reportTooDeep(authority: AuthorityDraft, report: Report): void {
  const about = draftText(authority);
  report.error({
    code: 'path-length',
    at: authority.at('issuer'),
    about,
    message: `${about} has ${DEPTH_LIMIT} authorities above it, and fewer are allowed`,
    hint: 'let an authority nearer to the root sign it: Java verifies no more than 10 certificates in line',
  });
}

/** Gives an authority its position below that of its issuer; none where that has none, or the line is too long. */
function stand(authority: AuthorityDraft, { issuers, positions, marks }: Walk, report: Report): void {
  const issuer = issuers.get(authority) ?? null;
  const above = issuer === null ? undefined : positions.get(issuer.name);
  const depth = above === undefined ? 0 : above.depth + 1;
  const isLost = issuer !== null && above === undefined;
  if (depth === DEPTH_LIMIT) reportTooDeep(authority, report);
  if (isLost || depth === DEPTH_LIMIT) marks.set(authority, 'lost');
  else positions.set(authority.name, { authority, issuer, root: above?.root ?? authority, depth });
}

function reportNoRoot({ authorities: all, leaves, broken, sections }: Drafts, report: Report): void {
  const authorities = all.filter((authority) => !isAnchor(authority));
  const roots = authorities.some(({ issuer }) => issuer === undefined);
  const unknown = !sections.authorities.isReadable || broken.some(({ kind }) => kind === 'authority');
  if (roots || unknown) return;
  const known = new Set(all.map(({ name }) => name));
  const leaf = leaves.find(({ issuer }) => issuer === undefined || !known.has(issuer));
  if (authorities.length > 0) {
    const hint = 'remove "issuer" from the authority that is the root: a root signs itself';
    const message = 'no root: every authority has an issuer';
    report.error({ code: 'no-root', at: sections.authorities.at, message, hint });
  } else if (leaf) {
    const message = `no root: there is no authority to sign ${draftText(leaf)}`;
    const hint = 'add "authorities: { root: { commonName: Example Root CA } }"';
    report.error({ code: 'no-root', at: leaf.at(), message, hint });
  }
}

/** The forest of authorities; unknown issuers, circles and a missing root are reported. */
export function hierarchyOf(drafts: Drafts, report: Report): Hierarchy {
  const { authorities, sections } = drafts;
  const walk: Walk = {
    issuers: issuersOf(drafts, report),
    rank: new Map(authorities.map((authority, index) => [authority, index])),
    marks: new Map(),
    positions: new Map(),
  };
  let hasCycle = false;
  for (const authority of authorities) {
    const { path, cycle, lost } = climb(authority, walk);
    hasCycle ||= cycle.length > 0;
    if (cycle.length > 0) reportCycle(turned(cycle, walk.rank), report);
    for (const member of path) walk.marks.set(member, lost ? 'lost' : 'good');
    if (!lost) for (const member of path.toReversed()) stand(member, walk, report);
  }
  // Where authorities sign each other, that is why there is no root.
  if (!hasCycle) reportNoRoot(drafts, report);
  const order = [...walk.positions.values()].toSorted(
    (a, b) => a.depth - b.depth || compare(a.authority.name, b.authority.name),
  );
  const complete = order.length === sections.authorities.entries.size && sections.authorities.isReadable;
  return { drafts, positions: walk.positions, order, complete };
}
