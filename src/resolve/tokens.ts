/** Keys on tokens: what an entry with one cannot have, and keys that two entries name. */
import type { Report } from '../manifest/report.ts';
import { canonicalUri } from '../pki/token.ts';
import { type Draft, draftText } from './draft.ts';

/** Settings for which the key would have to be a file. */
const OF_FILES = {
  passphrase: 'its key is on a token, which has a PIN',
  previousPassphrase: 'its key is on a token, which has a PIN',
  rotateKey: 'its key is on a token, where no key is made here',
} as const;

/** The draft without what only a key in a file has: what it inherits of that is not about it. */
export function withToken<D extends Draft>(draft: D, report: Report): D {
  if (draft.token === undefined) return draft;
  checkSettings(draft, report);
  const { passphrase: _, previousPassphrase: __, ...settings } = draft.settings;
  return { ...draft, settings };
}

/** An error where a key would belong to two entries. */
export function checkTokens(drafts: readonly Draft[], report: Report): void {
  const owners = new Map<string, Draft>();
  for (const draft of drafts) {
    if (draft.token === undefined) continue;
    const uri = canonicalUri(draft.token);
    const owner = owners.get(uri);
    if (owner === undefined) owners.set(uri, draft);
    else
      report.error({
        code: 'key',
        at: draft.at('key'),
        message: `${draftText(draft)} has the key of ${draftText(owner)}`,
        hint: 'name a key of its own: who may use it could pass for the other',
      });
  }
}

function checkSettings(draft: Draft, report: Report): void {
  for (const [setting, why] of Object.entries(OF_FILES)) {
    if (!isSetting(setting) || !draft.says(setting) || !draft.settings[setting]) continue;
    report.error({
      code: 'key',
      at: draft.at(setting),
      message: `${draftText(draft)} has "${setting}", and ${why}`,
      hint: `leave "${setting}" out`,
    });
  }
}

function isSetting(name: string): name is keyof typeof OF_FILES {
  return Object.hasOwn(OF_FILES, name);
}
