/** Files of revocation lists: whether there are lists to put in. */
import type { Report } from '../manifest/report.ts';
import type { Entity } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import { type ById, byIdOf } from '../pki/issuers.ts';
import { listSigners } from '../pki/list-signers.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/**
 * What checks all lists refuses what is below an authority without one (openssl-verification-options(1), -crl_check_all),
 * so a file of lists must have no gap that this program could fill.
 */
export function checkLists(entities: readonly Entity[], drafts: readonly Draft[], report: Report): void {
  const byId = byIdOf(entities);
  const seen = new Set<string>();
  for (const draft of drafts) {
    const entity = byId.get(draft.id);
    const place = String(draft.at('outputs').start);
    if (entity === undefined || seen.has(place)) continue;
    if (checkOwnList(draft, entity, report) || checkGap(draft, entity, byId, report)) seen.add(place);
  }
}

/** Whether something was reported. */
function checkOwnList(draft: Draft, entity: Entity, report: Report): boolean {
  const isAsked = draft.settings.outputs.files.includes('crl-der');
  if (!isAsked || makesList(entity) || entity.revoked !== undefined) return false;
  report.error({
    code: 'artifact',
    at: draft.at('outputs'),
    message: `${draftText(draft)} makes no revocation list, and "crl-der" is one`,
    hint:
      draft.kind === 'authority'
        ? 'add "crl: true", or leave "crl-der" out'
        : 'ask for "crl-der" in the authority; "crls" holds the lists of all that an entry trusts',
  });
  return true;
}

function checkGap(draft: Draft, entity: Entity, byId: ById, report: Report): boolean {
  const asked = (['crls', 'ca-crls'] as const).find((file) => draft.settings.outputs.files.includes(file));
  if (asked === undefined) return false;
  const gap = listSigners(entity, byId).find((one) => !makesList(one) && one.keyPlace === undefined);
  if (gap === undefined) return false;
  report.error({
    code: 'artifact',
    at: draft.at('outputs'),
    message: `${quote(asked)} of ${draftText(draft)} would lack the list of authority ${quote(gap.name)}, which makes none`,
    hint: `add "crl: true" to ${quote(gap.name)}: what checks all lists refuses everything below an authority without one`,
  });
  return true;
}
