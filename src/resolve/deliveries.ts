/** Secrets of clusters that files are delivered to: each is one entry's, and takes a key that is here and open. */
import type { Report } from '../manifest/report.ts';
import { deliveryText } from '../pki/delivery.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/** Errors at `deliver`. */
export function checkDeliveries(drafts: readonly Draft[], report: Report): void {
  const owners = new Map<string, Draft>();
  for (const draft of drafts) {
    if (draft.kind === 'authority') continue;
    const deliveries = draft.settings.deliver ?? [];
    if (deliveries.length > 0) checkKey(draft, report);
    for (const [item, delivery] of deliveries.entries()) {
      const place = JSON.stringify(delivery);
      const owner = owners.get(place);
      owners.set(place, owner ?? draft);
      if (owner === undefined) continue;
      report.error({
        code: 'artifact',
        at: draft.at('deliver', item),
        message: `${draftText(draft)} goes into the Secret ${quote(deliveryText(delivery))}, as ${draftText(owner)} does`,
        hint: 'give each a Secret of its own',
      });
    }
  }
}

/** A Secret holds the key as it is. */
function checkKey(draft: Draft, report: Report): void {
  const why = keyProblem(draft);
  if (why === undefined) return;
  report.error({
    code: 'artifact',
    at: draft.at('deliver'),
    message: `${draftText(draft)} ${why}, and a Secret holds it as it is`,
    hint: 'leave "deliver" out',
  });
}

function keyProblem({ keyPlace, token, settings }: Draft): string | undefined {
  if (token !== undefined) return 'has its key on a token';
  if (keyPlace !== undefined) return 'has its key elsewhere';
  return settings.passphrase === undefined ? undefined : 'has its key under a passphrase';
}
