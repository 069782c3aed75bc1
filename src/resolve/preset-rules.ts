/** What programs refuse, as rules that presets.ts lists: each says what an entry lacks, if it lacks it. */
import { durationText } from '../manifest/duration.ts';
import type { Setting } from '../manifest/settings.ts';
import type { Span } from '../manifest/source.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import type { SanKind } from '../pki/san.ts';
import { type Draft, draftText, isHost, type LeafDraft } from './draft.ts';
import { refusesKey } from './key-support.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** What an entry lacks. */
export interface Breach {
  readonly setting: Setting;
  readonly at: Span;
  /** Part of a sentence, after the name of the profile. */
  readonly text: string;
  readonly hint: string;
}

/** `undefined` where nothing is wrong. @param all every leaf: some rules are about two of them. */
export type Rule = (signed: SignedLeaf, all: readonly SignedLeaf[]) => Breach | undefined;

const DAY = 86_400;

function serves(leaf: LeafDraft): boolean {
  return isHost(leaf) || leaf.settings.extendedKeyUsage?.includes('serverAuth') === true;
}

function breach(draft: Draft, setting: Setting, text: string, hint: string): Breach {
  return { setting, at: draft.at(setting), text, hint };
}

/** A server with a longer life than the program accepts. */
export function longer(days: number, who: string): Rule {
  return ({ leaf }) => {
    const { validity } = leaf.settings;
    if (!serves(leaf) || validity <= days * DAY) return undefined;
    const text = `${durationText(validity)} of ${draftText(leaf)} is longer than the ${days} days that ${who} accepts`;
    return breach(leaf, 'validity', text, `write "validity: ${days}d" or less`);
  };
}

/** A server without a SAN of these kinds; a common name alone becomes one. */
export function nameless(kinds: readonly SanKind[], whoChecks: string): Rule {
  return ({ leaf }) => {
    const { san } = leaf.settings;
    if (!serves(leaf) || san === undefined || san.some(({ kind }) => kinds.includes(kind))) return undefined;
    const lacks = kinds.includes('ip') ? 'neither a DNS name nor an address' : 'no DNS name';
    const text = `${draftText(leaf)} has ${lacks} in "san", and ${whoChecks} nothing else`;
    return breach(leaf, 'san', text, 'add the names that are connected to');
  };
}

/** The same, of entries without a common name: some programs go by that where there is no DNS name. */
export function unlessNamed(rule: Rule): Rule {
  return (signed, all) =>
    signed.leaf.subject.some(({ type }) => type === 'CN') ? undefined : rule(signed, all);
}

/** A key of the entry or of its issuer. @param library one of the table of who refuses which keys. */
export function keyRefused(library: string, who: string): Rule {
  return ({ leaf, issuer }) => {
    const drafts: readonly Draft[] = issuer === undefined ? [leaf] : [leaf, issuer.authority];
    const refused = drafts.find(
      (one) =>
        one.keyPlace === undefined &&
        refusesKey(library, keySpecText(one.key), one === leaf ? 'leaf' : 'authority'),
    );
    if (refused === undefined) return undefined;
    const text = `${who} refuses the key ${quote(keySpecText(refused.key))} of ${draftText(refused)}`;
    return breach(refused, 'key', text, 'use ecdsa-p256 or an RSA key');
  };
}

/** An entry without a common name. */
export function unnamed(what: string): Rule {
  return ({ leaf }) => {
    if (leaf.subject.some(({ type }) => type === 'CN')) return undefined;
    const text = `${draftText(leaf)} has no common name, which is ${what}`;
    return breach(leaf, 'commonName', text, 'add "commonName: …"');
  };
}

/** The same, of clients alone. */
export function ofClients(rule: Rule): Rule {
  return (signed, all) => (signed.leaf.kind === 'client' ? rule(signed, all) : undefined);
}

const MEMBERSHIP: readonly string[] = ['O', 'OU', 'DC'];

/** The attributes by which MongoDB tells members from clients, in any order. */
function clusterOf({ subject }: LeafDraft): string {
  const found = subject.filter(({ type }) => MEMBERSHIP.includes(type));
  return JSON.stringify(found.map(({ type, value }) => `${type}=${value}`).toSorted());
}

/** A member of a MongoDB cluster without any of them. */
export const memberUnnamed: Rule = ({ leaf }) => {
  if (leaf.kind !== 'peer' || clusterOf(leaf) !== '[]') return undefined;
  const text = `${draftText(leaf)} has no organization, organizationalUnit or domain, by which members know each other`;
  return breach(leaf, 'subject', text, 'add "subject: { organization: … }", the same for all members');
};

/** A client that has those of a member. */
export const clientAsMember: Rule = ({ leaf }, all) => {
  const member = all.find(
    ({ leaf: other }) =>
      other.kind === 'peer' && other.presets.includes('mongodb') && clusterOf(other) === clusterOf(leaf),
  );
  if (leaf.kind !== 'client' || member === undefined) return undefined;
  const text = `${draftText(leaf)} has the organization and unit of ${draftText(member.leaf)}, and would be taken for a member of the cluster`;
  return breach(leaf, 'subject', text, 'give clients another organizationalUnit than the members');
};
