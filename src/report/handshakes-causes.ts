/** One cause, one paragraph: a wrong trust bundle or chain makes many handshakes fail, and is one thing to repair. */
import type { Side } from '../handshake/case.ts';
import type { Outcome } from '../handshake/outcome.ts';
import type { EntityId } from '../pki/entity.ts';

/** Handshakes that failed by one cause: what one party refuses, or why one party is refused. */
export interface Cause {
  /** The side that refused, and its code. */
  readonly side: Side;
  readonly code: string;
  /** What all of these have in common: who refused, or who was refused. */
  readonly role: 'refuser' | 'refused';
  readonly party: EntityId;
  /** The other ends, each once; a stand-in client of the proof has no name. */
  readonly others: readonly (EntityId | null)[];
  readonly outcomes: readonly Outcome[];
}

/** Causes, and what has none in common with others. */
export interface Causes {
  readonly causes: readonly Cause[];
  readonly rest: readonly Outcome[];
}

interface Refusal {
  readonly outcome: Outcome;
  readonly side: Side;
  readonly code: string;
  readonly refuser: EntityId | null;
  readonly refused: EntityId | null;
}

/** Codes for one and the same: which of them OpenSSL gives depends on what the other side showed. */
const NO_WAY_TO_A_ROOT: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

function familyOf(code: string): string {
  return NO_WAY_TO_A_ROOT.has(code) ? 'no way to a root' : code;
}

/** Takes the cause that explains most handshakes, then that of most of what is left, while one explains several. */
export function causesOf(failed: readonly Outcome[]): Causes {
  const causes: Cause[] = [];
  let left = failed.flatMap((outcome) => refusalOf(outcome) ?? []);
  for (;;) {
    const cause = widest(left);
    if (cause === undefined) break;
    causes.push(cause);
    const explained = new Set(cause.outcomes);
    left = left.filter(({ outcome }) => !explained.has(outcome));
  }
  const explained = new Set(causes.flatMap(({ outcomes }) => outcomes));
  return { causes, rest: failed.filter((outcome) => !explained.has(outcome)) };
}

function refusalOf(outcome: Outcome): Refusal | undefined {
  const { case: tried, finding } = outcome;
  if (finding.kind !== 'refused' && finding.kind !== 'refused-otherwise') return undefined;
  const { side, code } = finding;
  const [refuser, refused] = side === 'client' ? [tried.client, tried.server] : [tried.server, tried.client];
  return { outcome, side, code, refuser, refused };
}

/** Of more than one check; `undefined` where none is left. */
function widest(left: readonly Refusal[]): Cause | undefined {
  const found = [...causesBy('refuser', left), ...causesBy('refused', left)];
  const checks = ({ outcomes }: Cause): number =>
    new Set(outcomes.map(({ case: { server, client, check } }) => `${server} ${client} ${check}`)).size;
  return found
    .filter((cause) => checks(cause) > 1)
    .sort((a, b) => b.others.length - a.others.length || b.outcomes.length - a.outcomes.length)[0];
}

function causesBy(role: Cause['role'], left: readonly Refusal[]): readonly Cause[] {
  const groups = new Map<string, Refusal[]>();
  for (const refusal of left) {
    const key = `${refusal.side} ${familyOf(refusal.code)} ${refusal[role]}`;
    groups.set(key, [...(groups.get(key) ?? []), refusal]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const party = first?.[role];
    if (first === undefined || party === null || party === undefined) return [];
    const others = [...new Set(group.map((one) => one[role === 'refuser' ? 'refused' : 'refuser']))];
    return [
      {
        side: first.side,
        code: first.code,
        role,
        party,
        others,
        outcomes: group.map(({ outcome }) => outcome),
      },
    ];
  });
}
