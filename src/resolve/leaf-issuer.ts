/** Which authority signs a leaf: the one it names, or the only one that can be meant. */
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import { listed } from '../manifest/suggest.ts';
import { draftText, entrySpan, type LeafDraft } from './draft.ts';
import type { Hierarchy, Position } from './hierarchy.ts';
import { unknownIssuer } from './issuer-name.ts';

/** The authorities that a leaf without `issuer` can mean: those that sign no other authority. */
export function issuingAuthorities(hierarchy: Hierarchy): readonly Position[] {
  const above = new Set(hierarchy.order.map(({ issuer }) => issuer));
  return hierarchy.order.filter(({ authority }) => !above.has(authority));
}

function reportAmbiguous(
  leaf: LeafDraft,
  candidates: readonly Position[],
  parsed: ParsedManifest,
  report: Report,
): void {
  const names = candidates.map(({ authority }) => authority.name);
  report.error({
    code: 'issuer',
    at: entrySpan(parsed.tree, leaf),
    message: `${draftText(leaf)} has no issuer, and ${listed(names)} could be meant`,
    hint: `add "issuer: ${names[0]}" or another of them`,
  });
}

/** Who signs a leaf; `undefined` after a mistake. */
export function leafIssuer(
  leaf: LeafDraft,
  hierarchy: Hierarchy,
  candidates: readonly Position[],
  parsed: ParsedManifest,
  report: Report,
): Position | undefined {
  const { issuer } = leaf.written;
  if (issuer !== undefined) {
    const found = hierarchy.positions.get(issuer);
    if (found === undefined) unknownIssuer(leaf, issuer, parsed, report);
    return found;
  }
  const [only] = candidates;
  // among authorities with mistakes nobody can say which one is meant
  if (!hierarchy.complete || only === undefined) return undefined;
  if (candidates.length > 1) reportAmbiguous(leaf, candidates, parsed, report);
  return candidates.length === 1 ? only : undefined;
}
