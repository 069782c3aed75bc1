/** Which authority signs a leaf: the one it names, or the only one that could. */
import type { Report } from '../manifest/report.ts';
import { listed } from '../manifest/suggest.ts';
import { isAnchor } from './anchor.ts';
import { draftText, type LeafDraft } from './draft.ts';
import type { Hierarchy, Position } from './hierarchy.ts';
import { reportUnknownIssuer } from './issuer-name.ts';

/** A leaf and who signs it; `undefined` after a mistake. */
export interface SignedLeaf {
  readonly leaf: LeafDraft;
  readonly issuer: Position | undefined;
}

/** Every leaf with its issuer. */
export function signedLeaves(hierarchy: Hierarchy, report: Report): readonly SignedLeaf[] {
  const candidates = candidatesIn(hierarchy);
  const issuerOf = (leaf: LeafDraft): Position | undefined =>
    leaf.issuer !== undefined
      ? namedIssuer(leaf, hierarchy, report)
      : leaf.isKnown('issuer')
        ? onlyIssuer(leaf, candidates, report)
        : undefined;
  return hierarchy.drafts.leaves.map((leaf) => ({ leaf, issuer: issuerOf(leaf) }));
}

/**
 * The authorities that could sign a leaf without `issuer`: those that sign no other authority. Where one has a mistake it is
 * not known which: none.
 */
function issuingAuthorities({ complete, order }: Hierarchy): readonly Position[] {
  const above = new Set(order.map(({ issuer }) => issuer));
  return complete ? order.filter(({ authority }) => !above.has(authority) && !isAnchor(authority)) : [];
}

function namedIssuer(leaf: LeafDraft, hierarchy: Hierarchy, report: Report): Position | undefined {
  const found = hierarchy.positions.get(leaf.issuer ?? '');
  if (found === undefined) reportUnknownIssuer(leaf, hierarchy.drafts, report);
  return found;
}

/** Who could sign a leaf without `issuer`, and what to say where it is not one; the same for all of them. */
interface Candidates {
  readonly only: Position | undefined;
  readonly words: { readonly names: string; readonly hint: string } | undefined;
}

function candidatesIn(hierarchy: Hierarchy): Candidates {
  const [only, ...others] = issuingAuthorities(hierarchy);
  if (only === undefined || others.length === 0) return { only, words: undefined };
  const names = [only, ...others].map(({ authority }) => authority.name);
  return { only: undefined, words: { names: listed(names), hint: issuerHint(names) } };
}

function issuerHint([first = '', second, ...more]: readonly string[]): string {
  if (second === undefined || more.length > 0)
    return `name the one that signs it, such as "issuer: ${first}"`;
  return `add "issuer: ${first}" or "issuer: ${second}"`;
}

function onlyIssuer(leaf: LeafDraft, { only, words }: Candidates, report: Report): Position | undefined {
  if (words === undefined) return only;
  const { names, hint } = words;
  const message = `${draftText(leaf)} has no issuer, and could be signed by ${names}`;
  report.error({ code: 'issuer', at: leaf.at(), about: draftText(leaf), message, hint });
  return undefined;
}
