/** What the authorities above a bridge allow below them: the same as of their own line, for all that the bridge leads to. */
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { type Bridge, bridgeId } from './bridges.ts';
import { type AuthorityDraft, type Draft, draftText } from './draft.ts';
import { type Hierarchy, lineOf } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** Reports bridges from which chains would be longer than an authority above allows (RFC 5280 §4.2.1.9). */
export function checkBridgeLengths(bridges: readonly Bridge[], hierarchy: Hierarchy, report: Report): void {
  for (const { authority, by, item } of bridges) {
    const below = levelsBelow(authority, hierarchy);
    for (const [distance, above] of lineOf(by, hierarchy).entries()) {
      const { pathLength } = above.settings;
      // The bridge itself, those between it and the one above, and those below it.
      if (pathLength == null || distance + 1 + below <= pathLength) continue;
      report.error({
        code: 'path-length',
        about: draftText(authority),
        at: authority.at('crossSignedBy', item),
        message: `${draftText(authority)} cannot be signed by ${quote(by.authority.name)}: pathLength ${pathLength} of ${quote(above.name)} allows fewer authorities below it than the ${distance + 1 + below} that there would be`,
        hint: `raise the pathLength of ${quote(above.name)}, or cross-sign an authority nearer to the leaves`,
        related: [{ at: above.at('pathLength'), message: 'the path length' }],
      });
      break;
    }
  }
}

/** Levels of authorities below one. */
function levelsBelow(authority: AuthorityDraft, hierarchy: Hierarchy): number {
  const depth = hierarchy.positions.get(authority.name)?.depth ?? 0;
  const below = hierarchy.order.filter((one) => lineOf(one, hierarchy).includes(authority));
  return Math.max(0, ...below.map((one) => one.depth - depth));
}

/** An entry below a bridge, or the bridge itself with the draft of its authority. */
export interface BridgeLine {
  readonly id: string;
  readonly draft: Draft;
  /** The authorities above the bridge. */
  readonly above: readonly AuthorityDraft[];
  readonly bridge: Bridge;
}

/** Each entry below a bridge, and the authorities above it there; `draft` of the bridge itself is its authority's. */
export function bridgedLines(
  bridges: readonly Bridge[],
  leaves: readonly SignedLeaf[],
  hierarchy: Hierarchy,
): readonly BridgeLine[] {
  return bridges.flatMap((bridge) => {
    const above = lineOf(bridge.by, hierarchy);
    const isBelow = (line: readonly AuthorityDraft[]): boolean => line.includes(bridge.authority);
    const authorities = hierarchy.order
      .filter((one) => one.authority !== bridge.authority && isBelow(lineOf(one, hierarchy)))
      .map(({ authority }): Draft => authority);
    const below = leaves
      .filter(({ issuer }) => issuer !== undefined && isBelow(lineOf(issuer, hierarchy)))
      .map(({ leaf }): Draft => leaf);
    return [
      { id: bridgeId(bridge), draft: bridge.authority, above, bridge },
      ...[...authorities, ...below].map((draft) => ({ id: draft.id, draft, above, bridge })),
    ];
  });
}
