/** Which roots an entity trusts: the content of its `ca.pem`. */
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import { choice, didYouMean } from '../manifest/suggest.ts';
import { nodeAt, valueSpan } from '../manifest/tree.ts';
import type { EntityId } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, inherits, isGuessed } from './draft.ts';
import type { Hierarchy, Position } from './hierarchy.ts';
import { authorityNames } from './issuer-name.ts';

/** The id of a root by its name; reports what is no root. */
function rootId(draft: Draft, index: number, hierarchy: Hierarchy, parsed: ParsedManifest, report: Report) {
  const name = draft.trust?.[index] ?? '';
  const path = inherits(parsed.tree, draft, 'trust') ? ['defaults'] : draft.path;
  const at = valueSpan(parsed.tree, [...path, 'trust', index]);
  const found = hierarchy.positions.get(name);
  if (found?.depth === 0) return found.authority.id;
  if (found) {
    const message = `${quote(name)} in "trust" is not a root`;
    const hint = `ca.pem holds roots: name ${quote(found.root.name)}, which ${quote(name)} is under`;
    report.error({ code: 'trust', at, message, hint });
  } else if (nodeAt(parsed.tree, ['authorities', name]) === undefined && !parsed.broken.has('authorities')) {
    const hint = (): string | undefined => {
      const roots = hierarchy.order.filter(({ depth }) => depth === 0).map(({ authority }) => authority.name);
      return didYouMean(name, authorityNames(parsed)) ?? choice('root', 'roots', roots);
    };
    report.error({ code: 'trust', at, message: `unknown authority ${quote(name)} in "trust"`, hint });
  }
  return undefined;
}

/** The roots of `ca.pem`, own root first where it is among them; the own root where nothing is said. */
export function trustOf(
  draft: Draft,
  position: Position | undefined,
  hierarchy: Hierarchy,
  parsed: ParsedManifest,
  report: Report,
): readonly EntityId[] {
  const own = position?.root.id;
  if (draft.trust === undefined || isGuessed(parsed, draft, 'trust')) return own === undefined ? [] : [own];
  const ids = draft.trust.flatMap((_, index) => rootId(draft, index, hierarchy, parsed, report) ?? []);
  return own !== undefined && ids.includes(own) ? [own, ...ids.filter((id) => id !== own)] : ids;
}
