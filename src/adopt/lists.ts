/** What an adopted authority revoked: the list that goes on, and every certificate that has to stay on it. */
import { parseValidity } from '../manifest/duration.ts';
import type { EntryText } from '../manifest/write.ts';
import { compare } from '../pki/compare.ts';
import { folderOf } from '../pki/files.ts';
import type { EntryDraft, ListFiles } from './draft.ts';
import type { FoundFile } from './found.ts';
import { lengthText } from './length.ts';
import type { Occurrence } from './pair.ts';
import { pathFault } from './paths.ts';
import type { Revocations, SignedCrl } from './revocations.ts';
import { type KnownRevoked, revokedBy } from './revoked-serials.ts';

/** The folder, and what is known of revocations in it. */
export interface Folder {
  readonly files: readonly FoundFile[];
  readonly occurrences: readonly Occurrence[];
  readonly revocations: Revocations;
  /** Seconds since 1970. */
  readonly now: number;
}

/** The drafts, authorities among them with `crl` and `revoked` where they have a list, or need one. */
export function withLists(drafts: readonly EntryDraft[], folder: Folder): readonly EntryDraft[] {
  const authorities = drafts.filter(({ pair }) => pair.section === 'authorities');
  return drafts.map((draft) => {
    // A key that is elsewhere signs no list here.
    if (!authorities.includes(draft) || draft.pair.keyPath === null) return draft;
    const lists = folder.revocations.lists.filter((list) => isOf(list, draft));
    const revoked = revokedBy(draft, { ...folder, lists, authorities });
    return withList(draft, lists, revoked, folder);
  });
}

/** The serial numbers that a draft revokes. */
export function revokedSerials({ entry: { revoked } }: EntryDraft): readonly string[] {
  return Array.isArray(revoked) ? revoked.map(({ serial }) => serial) : [];
}

/** Of the authority's key and name: a list by a former key is none that goes on. */
function isOf({ facts, signer }: SignedCrl, { pair }: EntryDraft): boolean {
  const { keyId, subjectDer } = pair.cert.facts;
  return signer === keyId && facts.issuerDer === subjectDer;
}

function withList(
  draft: EntryDraft,
  lists: readonly SignedCrl[],
  revoked: readonly KnownRevoked[],
  { files }: Folder,
): EntryDraft {
  const newest = newestOf(lists);
  const own = newest === undefined ? {} : placesOf(newest, lists, files, draft);
  if (newest === undefined ? revoked.length === 0 : Object.keys(own).length === 0) return draft;
  // A list that something else makes, and that is not here, would get a twin.
  if (newest === undefined && draft.entry.crl !== undefined) return draft;
  const entry: EntryText = {
    ...draft.entry,
    crl: crlText(newest, draft.entry.crl),
    ...(revoked.length === 0 ? {} : { revoked: revoked.map(textOf) }),
  };
  return { ...draft, entry, list: own };
}

function textOf({ serial, reason, date }: KnownRevoked) {
  return {
    serial,
    ...(reason === null ? {} : { reason }),
    ...(date === null ? {} : { at: `${new Date(date * 1000).toISOString().slice(0, 19)}Z` }),
  };
}

/** For as long as the list that is there is good. */
function crlText(newest: SignedCrl | undefined, published: EntryText['crl']): NonNullable<EntryText['crl']> {
  const url = typeof published === 'object' && published.url !== undefined ? { url: published.url } : {};
  const { thisUpdate, nextUpdate } = newest?.facts ?? { thisUpdate: 0, nextUpdate: null };
  const { text, exact } = lengthText((nextUpdate ?? thisUpdate) - thisUpdate);
  const isKnown = nextUpdate !== null && exact && parseValidity(text).ok;
  if (isKnown) return { ...url, validity: text };
  return published === undefined ? true : { ...url, validity: '30d' };
}

/** The one with the highest number; easy-rsa numbers none. */
function newestOf(lists: readonly SignedCrl[]): SignedCrl | undefined {
  return lists.toSorted((a, b) => -order(a, b))[0];
}

function order({ facts: a }: SignedCrl, { facts: b }: SignedCrl): number {
  const [one, other] = [a.number ?? 0n, b.number ?? 0n];
  if (one !== other) return one < other ? -1 : 1;
  return a.thisUpdate - b.thisUpdate;
}

/**
 * Where the newest list is, in PEM and in DER, each alone in its file: what is beside it would be lost with its renewal. Of
 * several copies the one beside the certificate. None for a list that covers a part, which the next one would not.
 */
function placesOf(
  newest: SignedCrl,
  lists: readonly SignedCrl[],
  files: readonly FoundFile[],
  { pair }: EntryDraft,
): ListFiles {
  const { scope, deltaOf, unknownCritical } = newest.facts;
  if (scope !== null || deltaOf !== null || unknownCritical.length > 0) return {};
  const alone = new Set(files.filter(isList).map(({ path }) => path));
  const copies = lists.filter(
    (list) => order(list, newest) === 0 && alone.has(list.path) && pathFault(list.path) === null,
  );
  const near = ({ path }: SignedCrl): number => (folderOf(path) === folderOf(pair.certPath) ? 0 : 1);
  const sorted = copies.toSorted(
    (a, b) => near(a) - near(b) || a.path.length - b.path.length || compare(a.path, b.path),
  );
  const [pem, der] = (['pem', 'der'] as const).map((form) => sorted.find((one) => one.form === form)?.path);
  return { ...(pem === undefined ? {} : { crl: pem }), ...(der === undefined ? {} : { 'crl-der': der }) };
}

function isList({ certificates, keys, requests, publicKeys, crls, others }: FoundFile): boolean {
  const beside = [certificates, keys, requests, publicKeys, others].every((found) => found.length === 0);
  return crls.length === 1 && beside;
}
