/** A placed pair with its name in the manifest, and its certificate as settings. */
import { OFFLINE } from '../manifest/key.ts';
import { rankOf } from '../manifest/setting.ts';
import type { EntryText } from '../manifest/write.ts';
import { compare } from '../pki/compare.ts';
import { type EntityId, entityId, KINDS } from '../pki/entity.ts';
import { compact } from '../pki/record.ts';
import { lifetime } from '../plan/validity.ts';
import { pathLengthOf } from '../x509/facts.ts';
import { constraintsOf, purposesOf, usagesOf } from './constraints.ts';
import { ExtensionReader } from './extensions.ts';
import { depthOf, type Hierarchy, leftOutOf, type PlacedPair } from './hierarchy.ts';
import { keyText } from './key-text.ts';
import type { LeftOut, LeftOutWhy, Note } from './left-out.ts';
import { validityText } from './length.ts';
import { namesOf } from './names.ts';
import { namesFor } from './naming.ts';
import { nameText } from './pair.ts';
import { subjectOf } from './subject.ts';

/** A future entry of the manifest, with its pair. */
export interface EntryDraft {
  readonly pair: PlacedPair;
  readonly name: string;
  readonly id: EntityId;
  /** Everything but the places of files. */
  readonly entry: EntryText;
  readonly notes: readonly Note[];
  /** Of an authority that makes revocation lists: where its own is, as far as it is in a file of its own. */
  readonly list?: ListFiles;
}

/** The files of an authority's revocation list. */
export type ListFiles = Readonly<Partial<Record<'crl' | 'crl-der', string>>>;

/** The drafts, and pairs that cannot be entries of the same manifest. */
export interface EntryDrafts {
  /** Authorities before what they sign, then by path. */
  readonly drafts: readonly EntryDraft[];
  readonly leftOut: readonly LeftOut[];
}

/** No two authorities may have the same subject: one is left out, with everything below it. @param now seconds since 1970 */
export function draftsOf({ pairs }: Hierarchy, now: number): EntryDrafts {
  const sorted = pairs.toSorted(
    (a, b) => depthOf(a) - depthOf(b) || compare(a.section, b.section) || compare(a.certPath, b.certPath),
  );
  const names = namesFor(sorted);
  const authorities = sorted.filter(({ section }) => section === 'authorities');
  const issuers = new Set(sorted.map(({ issuer }) => issuer));
  const context = {
    names,
    hasChoice: authorities.length > 1,
    issuers,
    described: new ExtensionReader(sorted),
    severalEncrypted: sorted.filter(({ isEncrypted }) => isEncrypted).length > 1,
  };
  const all = sorted.map((pair) => draftOf(pair, context));
  return withoutSharedSubjects(all, (draft) => precedenceOf(draft.pair, issuers, now));
}

/** Of authorities with the same subject that one counts which signed the other, then the valid one, the one in use, the newest. */
function precedenceOf(pair: PlacedPair, issuers: Context['issuers'], now: number): number {
  const { notBefore, notAfter } = pair.cert.facts;
  const standing = (issuers.has(pair) ? IN_USE : 0) + (notAfter < now ? 0 : VALID);
  return notBefore + standing + (isBelowNamesake(pair) ? 0 : ABOVE);
}

/** More than any notBefore, and each more than all before it together. */
const IN_USE = 2 ** 40;
const VALID = 2 ** 42;
const ABOVE = 2 ** 44;

/** Whether an authority above it has its name: without that one, nothing here could be adopted. */
function isBelowNamesake(pair: PlacedPair): boolean {
  const name = ({ cert }: PlacedPair): string => nameText(cert.facts).toLowerCase();
  for (let at = pair.issuer; at !== null; at = at.issuer) if (name(at) === name(pair)) return true;
  return false;
}

/** Verifiers find issuers by subject, so an authority's must be unique. */
function withoutSharedSubjects(all: readonly EntryDraft[], rank: (draft: EntryDraft) => number): EntryDrafts {
  const authorities = all.filter(({ pair }) => pair.section === 'authorities');
  const owners = new Map<string, EntryDraft>();
  for (const draft of authorities.toSorted((a, b) => rank(a) - rank(b)))
    owners.set(subjectKey(draft.entry), draft);
  const excluded = new Map<PlacedPair, LeftOutWhy>();
  for (const draft of all) {
    const { pair } = draft;
    const owner = owners.get(subjectKey(draft.entry));
    const cause = pair.issuer === null ? undefined : excluded.get(pair.issuer);
    if (cause !== undefined) excluded.set(pair, belowExcluded(pair, cause));
    else if (owner !== undefined && owner !== draft)
      excluded.set(pair, { kind: 'same-subject', other: owner.id });
  }
  return {
    drafts: all.filter(({ pair }) => !excluded.has(pair)),
    leftOut: [...excluded].map(([pair, why]) => leftOutOf(pair, why)),
  };
}

function belowExcluded({ issuer }: PlacedPair, cause: LeftOutWhy): LeftOutWhy {
  const name = issuer === null ? '' : nameText(issuer.cert.facts);
  return {
    kind: 'issuer-left-out',
    issuer: name,
    because: cause.kind === 'issuer-left-out' ? cause.because : cause,
  };
}

/** As validation compares them: letter case and runs of spaces aside (RFC 5280 §7.1). */
function subjectKey({ commonName, subject }: EntryText): string {
  const stated = typeof subject === 'string' ? { whole: subject } : subject;
  const values = Object.entries({ ...stated, commonName: commonName ?? '' }).sort(([a], [b]) =>
    compare(a, b),
  );
  return JSON.stringify(values).toLowerCase().replaceAll(/\s+/g, ' ');
}

interface Context {
  readonly names: ReadonlyMap<PlacedPair, string>;
  /** Whether a leaf has to name its issuer. */
  readonly hasChoice: boolean;
  readonly issuers: ReadonlySet<PlacedPair | null>;
  readonly described: ExtensionReader;
  /** Several keys are encrypted, each perhaps under a passphrase of its own. */
  readonly severalEncrypted: boolean;
}

/** Each is asked for by its own name where there are several. */
function passphraseText(name: string, isOneOfSeveral: boolean): string {
  return isOneOfSeveral ? `prompt:${name}` : 'prompt';
}

function draftOf(
  pair: PlacedPair,
  { names, hasChoice, issuers, described, severalEncrypted }: Context,
): EntryDraft {
  const { section, issuer, cert } = pair;
  const { facts } = cert;
  const name = names.get(pair) ?? '';
  const subject = subjectOf(facts, section, name);
  const sans = namesOf(facts, section, subject.commonName);
  const named = issuer !== null && (section === 'authorities' || hasChoice);
  const stated = named ? (names.get(issuer) ?? '') : undefined;
  const validity = validityText(facts, rankOf(KINDS[section], stated));
  return {
    pair,
    name,
    id: entityId(section, name),
    entry: compact({
      commonName: subject.commonName,
      subject: subject.subject,
      san: sans.san,
      issuer: stated,
      pathLength: pathLength(pair),
      nameConstraints: section === 'authorities' ? constraintsOf(facts) : undefined,
      keyUsage: usagesOf(facts, section),
      extendedKeyUsage: purposesOf(facts, section),
      ...described.settingsOf(pair),
      key: pair.keyPath === null ? OFFLINE : keyText(pair.key.spec),
      passphrase: pair.isEncrypted ? passphraseText(name, severalEncrypted) : undefined,
      validity: validity.text,
    }),
    notes: [
      ...pair.notes,
      ...subject.notes,
      ...sans.notes,
      ...(validity.exact ? [] : [{ kind: 'validity', isReversed: lifetime(facts) <= 0 } as const]),
      ...extensionNotes(described.lostOf(pair)),
      ...(pair.keyPath === null ? [{ kind: 'offline' } as const] : []),
      ...(isUnusedRoot(pair, issuers) ? [{ kind: 'idle-root' } as const] : []),
    ],
  };
}

/** A limit above the manifest's largest is left out: the plan shows the difference. */
function pathLength({ section, cert }: PlacedPair): number | undefined {
  const found = pathLengthOf(cert.facts);
  return section === 'authorities' && found !== null && found <= 100 ? found : undefined;
}

/** Extensions that the certificate has and the next one will not. */
function extensionNotes(oids: readonly string[]): readonly Note[] {
  return oids.length === 0 ? [] : [{ kind: 'extensions', oids }];
}

/** `openssl req -x509` writes CA:TRUE into every certificate, even that of a single server. */
function isUnusedRoot(pair: PlacedPair, issuers: Context['issuers']): boolean {
  const { section, issuer, cert } = pair;
  return (
    section === 'authorities' &&
    issuer === null &&
    cert.facts.extensions.subjectAltName !== undefined &&
    !issuers.has(pair)
  );
}
