/** Addresses of entries that serve nothing. */
import type { Report } from '../manifest/report.ts';
import { type Draft, draftText } from './draft.ts';

/** Reports an address of what is no server. */
export function checkAddresses(drafts: readonly Draft[], report: Report): void {
  for (const draft of drafts) {
    if (draft.kind === 'server' || draft.kind === 'peer' || draft.kind === 'authority') continue;
    if (draft.settings.address === undefined) continue;
    report.error({
      code: 'url',
      at: draft.at('address'),
      message: `${draftText(draft)} has an "address", and listens nowhere`,
      hint: 'leave it out: it is of servers and peers, for "pki check --all"',
    });
  }
}
