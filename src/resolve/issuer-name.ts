/** What to say about an `issuer` that names no authority. */
import type { Report } from '../manifest/report.ts';
import { choice, didYouMean } from '../manifest/suggest.ts';
import { KINDS, SECTIONS } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { draftText, type Entry } from './draft.ts';
import type { Drafts } from './drafts.ts';

/** Names of all authorities, good or not. */
export function authorityNames({ sections }: Drafts): readonly string[] {
  return [...sections.authorities.entries.keys()];
}

function authoritiesHint(names: readonly string[]): string | undefined {
  return choice('authority', 'authorities', names);
}

/** Reports the name, unless it belongs to an entry that is broken in itself or to a section that cannot be read. */
export function reportUnknownIssuer(entry: Entry, drafts: Drafts, report: Report): void {
  const { issuer = '' } = entry;
  const { sections } = drafts;
  if (sections.authorities.entries.has(issuer) || !sections.authorities.isReadable) return;
  const at = entry.at('issuer');
  const section = SECTIONS.find((name) => sections[name].entries.has(issuer));
  if (entry.kind !== 'authority' && entry.name === issuer) {
    const message = `${draftText(entry)} names itself as its issuer`;
    const hint = (): string => authoritiesHint(authorityNames(drafts)) ?? 'add an authority';
    report.error({ code: 'issuer', at, message, hint });
    return;
  }
  const message =
    section === undefined
      ? `unknown issuer ${quote(issuer)}`
      : `issuer ${quote(issuer)} is a ${KINDS[section]}, not an authority`;
  const hint = (): string | undefined => {
    const names = authorityNames(drafts);
    return didYouMean(issuer, names) ?? authoritiesHint(names);
  };
  report.error({ code: 'issuer', at, message, hint });
}

/** An entry with a mistake in itself may have a wrong issuer as well: all mistakes are reported at once. */
export function checkBrokenEntries(drafts: Drafts, report: Report): void {
  for (const entry of drafts.broken) {
    if (entry.issuer !== undefined) reportUnknownIssuer(entry, drafts, report);
  }
}
