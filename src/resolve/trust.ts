/** Which roots an entity trusts: the content of its `ca.pem`. */
import type { Finding, Report } from '../manifest/report.ts';
import { choice, didYouMean } from '../manifest/suggest.ts';
import type { EntityId } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import type { LeafDraft } from './draft.ts';
import type { Hierarchy } from './hierarchy.ts';
import { authorityNames } from './issuer-name.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** The roots that each leaf trusts. */
export type Trusts = (leaf: SignedLeaf) => readonly EntityId[];

/**
 * The roots of `ca.pem`, the entry's own root first where it is among them; that root alone by default. A list that many
 * inherit is read once, and put into order once for each of its roots.
 */
export function trustsIn(hierarchy: Hierarchy, report: Report): Trusts {
  const lists = new Map<readonly string[], List>();
  return ({ leaf, issuer }) => {
    const own = issuer?.root.id;
    const { trust } = leaf.settings;
    if (trust === undefined || !leaf.isKnown('trust')) return own === undefined ? [] : [own];
    const list = lists.get(trust) ?? { ids: idsOf(leaf, trust, hierarchy, report), byRoot: new Map() };
    lists.set(trust, list);
    // Roots times leaves: not where bundles.ts has refused as many.
    return own === undefined || report.failed() ? list.ids : ownFirst(list, own);
  };
}

/** A list of `trust`, as ids. */
interface List {
  readonly ids: readonly EntityId[];
  /** With this one first. */
  readonly byRoot: Map<EntityId, readonly EntityId[]>;
}

function ownFirst({ ids, byRoot }: List, own: EntityId): readonly EntityId[] {
  const known = byRoot.get(own);
  if (known !== undefined) return known;
  const ordered = ids[0] !== own && ids.includes(own) ? [own, ...ids.filter((id) => id !== own)] : ids;
  byRoot.set(own, ordered);
  return ordered;
}

function idsOf(
  leaf: LeafDraft,
  trust: readonly string[],
  hierarchy: Hierarchy,
  report: Report,
): readonly EntityId[] {
  return trust.flatMap((name, item) => {
    const found = hierarchy.positions.get(name);
    if (found?.depth === 0) return [found.authority.id];
    const mistake = mistakeIn(name, hierarchy);
    if (mistake) report.error({ code: 'trust', at: leaf.at('trust', item), ...mistake });
    return [];
  });
}

/** What is wrong with a name that is not a root's; `undefined` where that is reported elsewhere. */
function mistakeIn(name: string, hierarchy: Hierarchy): Pick<Finding, 'message' | 'hint'> | undefined {
  const { positions, order, drafts } = hierarchy;
  const found = positions.get(name);
  if (found) {
    const message = `${quote(name)} in "trust" is not a root`;
    const hint = `ca.pem holds only roots: name ${quote(found.root.name)}, the root of ${quote(name)}`;
    return { message, hint };
  }
  const { entries, isReadable } = drafts.sections.authorities;
  if (entries.has(name) || !isReadable) return undefined;
  const hint = (): string | undefined => {
    const roots = order.filter(({ depth }) => depth === 0).map(({ authority }) => authority.name);
    return didYouMean(name, authorityNames(drafts)) ?? choice('root', 'roots', roots);
  };
  return { message: `unknown authority ${quote(name)} in "trust"`, hint };
}
