/** Every certificate of an authority that is revoked and has not ended, by whatever in the folder says so. */
import { parseReason } from '../manifest/revoked.ts';
import { folderOf } from '../pki/files.ts';
import type { CrlReason } from '../pki/revocation.ts';
import { signedBy } from '../x509/signature.ts';
import type { EntryDraft } from './draft.ts';
import type { FoundCertificate, FoundFile } from './found.ts';
import type { Occurrence } from './pair.ts';
import { isLifted, keyOf, type Revocations, type SignedCrl } from './revocations.ts';

/** One of them, as a manifest can have it. */
export interface KnownRevoked {
  /** Hex, in whole octets. */
  readonly serial: string;
  /** Seconds since 1970; `null`: not known. */
  readonly date: number | null;
  /** `null`: none, or one that a manifest cannot have. */
  readonly reason: CrlReason | null;
}

/** What says so. */
export interface Context {
  readonly files: readonly FoundFile[];
  readonly occurrences: readonly Occurrence[];
  readonly revocations: Revocations;
  /** Those of the authority's key and name. */
  readonly lists: readonly SignedCrl[];
  /** All of the folder: whose a database is depends on them. */
  readonly authorities: readonly EntryDraft[];
  readonly now: number;
}

/** Lists go before databases, which are not signed; each number once, in the order in which they were revoked. */
export function revokedBy(authority: EntryDraft, context: Context): readonly KnownRevoked[] {
  const signed = signedCertificates(authority, context);
  const { now } = context;
  const ended = new Set(signed.flatMap(({ facts }) => (facts.notAfter < now ? [facts.serial] : [])));
  const records = recordsOf(authority, signed, context);
  for (const { serial, notAfter } of records) if (notAfter !== null && notAfter < now) ended.add(serial);
  const all = [
    ...records,
    ...signed.flatMap(({ facts }) => {
      const why = context.revocations.byFingerprint.get(facts.fingerprint);
      if (why === undefined) return [];
      return [why.by === 'folder' ? bare(facts.serial) : { ...why, serial: facts.serial }];
    }),
    ...oldestFirst(context.lists).flatMap((list) => entriesOf(list, context.lists)),
  ];
  const known = new Map(all.map((one) => [one.serial, spelled(one)]));
  return [...known.values()]
    .filter(({ serial }) => !ended.has(serial) && isSpeakable(serial))
    .toSorted((a, b) => (a.date ?? now) - (b.date ?? now));
}

/** Of what two lists say, the newer one counts. */
function oldestFirst(lists: readonly SignedCrl[]): readonly SignedCrl[] {
  return lists.toSorted((a, b) => a.facts.thisUpdate - b.facts.thisUpdate);
}

interface Said {
  readonly serial: string;
  readonly date: number | null;
  readonly reason: string | null;
}

function bare(serial: string): Said {
  return { serial, date: null, reason: null };
}

function entriesOf({ facts }: SignedCrl, lists: readonly SignedCrl[]): readonly Said[] {
  if (facts.unknownCritical.length > 0) return [];
  return facts.entries.filter(
    (entry) =>
      entry.issuerDer === facts.issuerDer &&
      entry.reason !== 'removeFromCRL' &&
      !isLifted(entry, facts, lists),
  );
}

/** Certificates of the folder that the authority signed. */
function signedCertificates({ pair }: EntryDraft, { occurrences }: Context): readonly FoundCertificate[] {
  const key = keyOf(pair.cert);
  if (key === undefined) return [];
  const { subjectDer } = pair.cert.facts;
  return occurrences
    .map(({ cert }) => cert)
    .filter(({ facts, der }) => facts.issuerDer === subjectDer && signedBy(der, key));
}

/**
 * Lines of databases that are the authority's. A short serial number of a certificate that is not revoked, though the
 * authority signed it, is that of another authority's.
 */
function recordsOf(
  authority: EntryDraft,
  signed: readonly FoundCertificate[],
  { files, authorities, revocations }: Context,
) {
  const living = new Set(
    signed.flatMap(({ facts }) => (revocations.byFingerprint.has(facts.fingerprint) ? [] : [facts.serial])),
  );
  const databases = files
    .filter(({ revoked }) => revoked.length > 0)
    .map(({ path, revoked }) => ({ folder: homeOf(path, files), revoked }));
  const folders = new Set(databases.map(({ folder }) => folder));
  const own = folderAbove(authority, folders);
  const isShared = authorities.some((other) => other !== authority && folderAbove(other, folders) === own);
  if (own === null || isShared) return [];
  return databases
    .filter(({ folder }) => folder === own)
    .flatMap(({ revoked }) => revoked)
    .filter(({ serial }) => !living.has(serial));
}

/** The folder that a database is about: the one above where it is in one of its own, such as `db/`. */
function homeOf(path: string, files: readonly FoundFile[]): string {
  const folder = folderOf(path);
  const isOwn = files.every((file) => folderOf(file.path) !== folder || file.revoked.length > 0);
  return isOwn ? folderOf(folder) : folder;
}

/** The nearest folder above the certificate that has a database: a database does not name its authority. */
function folderAbove({ pair }: EntryDraft, folders: ReadonlySet<string>): string | null {
  for (let at = folderOf(pair.certPath); ; at = folderOf(at)) {
    if (folders.has(at)) return at;
    if (at === '.') return null;
  }
}

/** Reasons that openssl writes into its database with what it knows besides. */
const DATABASE_REASONS: Readonly<Record<string, string>> = {
  keyTime: 'keyCompromise',
  CAkeyTime: 'cACompromise',
};

/** A hold stays one on the list that has it, and a manifest has none. */
function spelled({ serial, date, reason }: Said): KnownRevoked {
  const parsed = parseReason(DATABASE_REASONS[reason ?? ''] ?? reason ?? 'unspecified');
  return { serial, date, reason: parsed.ok ? parsed.value : null };
}

/** RFC 5280 §4.1.2.2: at most 20 octets, and not negative. */
function isSpeakable(serial: string): boolean {
  return /^([0-9a-f]{2}){1,21}$/.test(serial);
}
