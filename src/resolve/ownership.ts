/** Whose the files of an entry are, and where that is written. */
import type { Report } from '../manifest/report.ts';
import { writtenKey } from '../pki/entity.ts';
import type { Ownership } from '../pki/ownership.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/** The accounts that a run looks up. */
const ACCOUNTS = ['owner', 'group'] as const;

/** Secrets that it reads. */
const PASSPHRASES = ['passphrase', 'previousPassphrase'] as const;

/** `undefined` where nothing is stated. */
export function ownershipOf(draft: Draft): Ownership | undefined {
  const { owner, group, mode } = draft.settings;
  const stated = {
    ...(owner !== undefined ? { owner } : {}),
    ...(group !== undefined ? { group } : {}),
    ...(mode !== undefined ? { mode } : {}),
  };
  return Object.keys(stated).length === 0 ? undefined : stated;
}

/** Where users, groups and passwords are named, for a run that finds no such user or password. */
export function hostSettings(drafts: readonly Draft[], report: Report): ReadonlyMap<string, string> {
  return new Map(
    drafts.flatMap((draft) => {
      const stated = ownershipOf(draft) ?? {};
      const fields = [
        ...ACCOUNTS.filter((field) => stated[field] !== undefined),
        ...PASSPHRASES.filter((field) => draft.settings[field] !== undefined),
        ...(draft.token === undefined ? [] : (['key'] as const)),
      ];
      const isClosed = Object.keys(draft.settings.outputs.seals).length > 0;
      return [...fields, ...(isClosed ? (['outputs'] as const) : [])].map(
        (field) => [writtenKey(draft.id, field), report.placeText(draft.at(field))] as const,
      );
    }),
  );
}

const ROOT: readonly string[] = ['root', '0', 'wheel'];

/** Warns where the key of an authority is given away: a user who reads it can sign in its name. */
export function checkOwners(drafts: readonly Draft[], report: Report): void {
  for (const draft of drafts) {
    if (draft.kind !== 'authority') continue;
    const stated = ownershipOf(draft) ?? {};
    for (const field of ACCOUNTS) {
      const name = stated[field];
      // A group that may not read the key is given nothing with it.
      const isClosed = field === 'group' && stated.mode !== undefined && (stated.mode & 0o040) === 0;
      if (name === undefined || isClosed || ROOT.includes(name)) continue;
      report.warn({
        code: 'owner',
        at: draft.at(field),
        message: `${draftText(draft)} gives its key to ${field === 'owner' ? 'user' : 'group'} ${quote(name)}, who can then sign anything in its name`,
        hint: `leave ${quote(field)} out, unless that is intended`,
      });
    }
  }
}
