/** Which roots an entity trusts: the content of its `ca.pem`. */
import type { Finding, Report } from '../manifest/report.ts';
import { choice, didYouMean } from '../manifest/suggest.ts';
import type { EntityId } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import type { Hierarchy } from './hierarchy.ts';
import { authorityNames } from './issuer-name.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** The roots of `ca.pem`, the entry's own root first where it is among them; that root alone by default. */
export function trustOf(
  { leaf, issuer }: SignedLeaf,
  hierarchy: Hierarchy,
  report: Report,
): readonly EntityId[] {
  const own = issuer?.root.id;
  const { trust } = leaf.settings;
  if (trust === undefined || !leaf.isKnown('trust')) return own === undefined ? [] : [own];
  const ids = trust.flatMap((name, item) => {
    const found = hierarchy.positions.get(name);
    if (found?.depth === 0) return [found.authority.id];
    const mistake = mistakeIn(name, hierarchy);
    if (mistake) report.error({ code: 'trust', at: leaf.at('trust', item), ...mistake });
    return [];
  });
  return own !== undefined && ids.includes(own) ? [own, ...ids.filter((id) => id !== own)] : ids;
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
