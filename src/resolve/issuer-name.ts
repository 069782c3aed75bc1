/** What to say about an `issuer` that names no authority. */
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import { choice, didYouMean } from '../manifest/suggest.ts';
import { nodeAt } from '../manifest/tree.ts';
import { KINDS } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { brokenEntries, draftText, fieldSpan, type Named, sectionsNaming } from './draft.ts';

/** Names of all authorities, good or not. */
export function authorityNames({ tree }: ParsedManifest): string[] {
  const node = nodeAt(tree, ['authorities']);
  return node?.kind === 'map' ? [...node.entries.keys()] : [];
}

function authoritiesHint(names: readonly string[]): string | undefined {
  return choice('authority', 'authorities', names);
}

/** Reports the name, unless it belongs to an entry that is broken in itself or to a section that cannot be read. */
export function unknownIssuer(draft: Named, issuer: string, parsed: ParsedManifest, report: Report): void {
  const sections = sectionsNaming(parsed.tree, issuer);
  if (sections.includes('authorities') || parsed.broken.has('authorities')) return;
  const at = fieldSpan(parsed.tree, draft, 'issuer');
  const names = authorityNames(parsed);
  const [section] = sections;
  if (draft.kind !== 'authority' && draft.name === issuer) {
    const message = `${draftText(draft)} names itself as its issuer`;
    report.error({ code: 'issuer', at, message, hint: authoritiesHint(names) ?? 'add an authority' });
  } else if (section !== undefined) {
    const message = `issuer ${quote(issuer)} is a ${KINDS[section]}, not an authority`;
    report.error({
      code: 'issuer',
      at,
      message,
      hint: () => didYouMean(issuer, names) ?? authoritiesHint(names),
    });
  } else {
    const message = `unknown issuer ${quote(issuer)}`;
    report.error({
      code: 'issuer',
      at,
      message,
      hint: () => didYouMean(issuer, names) ?? authoritiesHint(names),
    });
  }
}

/** An entry with a mistake in itself may have a wrong issuer as well: all mistakes are told at once. */
export function checkBrokenEntries(parsed: ParsedManifest, report: Report): void {
  for (const entry of brokenEntries(parsed)) {
    const issuer = nodeAt(parsed.tree, [...entry.path, 'issuer']);
    if (issuer?.kind === 'scalar' && typeof issuer.value === 'string') {
      unknownIssuer(entry, issuer.value, parsed, report);
    }
  }
}
