/** Asking at the terminal before something that is in use is broken. */
import { createInterface } from 'node:readline/promises';
import type { Consent, EntityId, Plan } from '../index.ts';
import { consentsNeeded } from '../plan/plan.ts';

/** What each consent is about; completed by the entities concerned. */
export const CONSENT_WORDS: Readonly<Record<Consent, string>> = {
  'rekey-ca': 'a new key for an authority breaks trust in what was issued below it',
  remove: 'an entity that left the manifest loses its files',
};

/** The consents given: those on the command line, and those typed at a terminal if there is one on both ends. */
export async function askForConsents(
  plan: Plan,
  allowed: ReadonlySet<Consent>,
  isSilent: boolean,
): Promise<ReadonlySet<Consent>> {
  const given = new Set(allowed);
  if (isSilent || !process.stdin.isTTY || !process.stderr.isTTY) return given;
  for (const [consent, ids] of consentsNeeded(plan.changes)) {
    if (!given.has(consent) && (await saysYes(question(consent, ids, plan)))) given.add(consent);
  }
  return given;
}

function question(consent: Consent, ids: readonly EntityId[], plan: Plan): string {
  return `pki: ${CONSENT_WORDS[consent]}: ${ids.join(', ')}${followersText(ids, plan)}\npki: type "yes" to do it: `;
}

/** How many others change because these do. */
export function followersText(ids: readonly EntityId[], plan: Plan): string {
  const affected = new Set(
    plan.changes.filter(({ id }) => ids.includes(id)).flatMap(({ affects }) => affects),
  );
  const follow = plan.changes.filter(({ id, issuance }) => issuance !== null && affected.has(id)).length;
  return follow === 0 ? '' : ` (${follow} below ${follow === 1 ? 'is' : 'are'} issued anew)`;
}

async function saysYes(text: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(text)).trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}
