/**
 * `.pki/revocations.json`: the number of every authority's last revocation list, and all that is on it. It is written
 * before the list is published, so that neither a lost list nor a lost `.pki` alone forgets a revocation, and no number is
 * given twice.
 */
import { compare } from '../../pki/compare.ts';
import type { Entity, EntityId } from '../../pki/entity.ts';
import { makesList } from '../../pki/files.ts';
import { CRL_REASONS, type CrlReason, type RevocationList, type Revoked } from '../../pki/revocation.ts';
import type { KnownList } from '../../plan/list-witness.ts';
import type { Observation } from '../../plan/observation.ts';
import { listedEntry } from '../../plan/revocations.ts';
import { isoTime } from '../../plan/validity.ts';
import { crlFacts } from '../../x509/crl.ts';
import { signedBy } from '../../x509/signature.ts';
import type { Folder } from '../folder.ts';
import { fieldsOf, jsonIn } from '../json.ts';
import { entriesIn } from '../ledger.ts';
import { readOwn, replaceOwn } from '../own.ts';
import { readPublished } from '../symlinks/read.ts';
import { unlessForeign } from './known.ts';
import type { SignatureKey } from './reader.ts';

const FORMAT = 1;
/** In the folder `.pki`. */
export const LISTS = 'revocations.json';

/** Half a million entries. */
const LIMIT = 64 * 1024 * 1024;

/** By authority. What is not such a file says nothing: the lists themselves are the other witness. */
function readLists(root: string): ReadonlyMap<EntityId, KnownList> {
  const file = readOwn(root, LISTS, LIMIT);
  if (file.state !== 'present') return new Map();
  const { format, authorities } = fieldsOf(jsonIn(file.facts.toString('utf8')));
  if (format !== FORMAT) return new Map();
  return new Map(
    Object.entries(fieldsOf(authorities)).flatMap(([id, value]) => {
      const list = listIn(value);
      return list === null ? [] : [[id, list] as const];
    }),
  );
}

/**
 * What revocation lists go by, where any is made.
 * @param lines those of the ledger. @param signers by authority: what checks the signatures of each.
 */
export function listedBefore(
  root: string,
  entities: readonly Entity[],
  lines: readonly string[],
  signers: ReadonlyMap<EntityId, SignatureKey | undefined>,
): Pick<Observation, 'certificates' | 'lists'> {
  if (!entities.some(makesList)) return {};
  const certificates = entriesIn(lines).map(({ entity, issuer, serial, fingerprint, keyId, notAfter }) => {
    return { entity, issuer, serial, fingerprint, keyId, notAfter: Date.parse(notAfter) / 1000 };
  });
  const known = unlessForeign(() => readLists(root)) ?? new Map<EntityId, KnownList>();
  const served = entities.flatMap((entity) => {
    const list = known.has(entity.id) ? null : servedList(root, entity, signers.get(entity.id));
    return list === null ? [] : [[entity.id, list] as const];
  });
  return { certificates, lists: new Map([...known, ...served]) };
}

/** What `crl.der` says where nothing is recorded: of an adopted folder it may be the only list there is. */
function servedList(root: string, entity: Entity, signer: SignatureKey | undefined): KnownList | null {
  if (signer === undefined || !entity.outputs.includes('crl-der')) return null;
  const file = readPublished(root, entity, 'crl-der');
  return file.state === 'present' ? knownFrom(file.facts, signer) : null;
}

function knownFrom(der: Buffer, { key }: SignatureKey): KnownList | null {
  try {
    if (!signedBy(der, key)) return null;
    const { number, thisUpdate, entries, issuerDer } = crlFacts(der);
    const own = entries.filter((entry) => entry.issuerDer === issuerDer && entry.reason !== 'removeFromCRL');
    return { number: number ?? 0n, thisUpdate, entries: own.map(listedEntry) };
  } catch {
    // What is no list says nothing; that it is none is for the plan to say.
    return null;
  }
}

/** The lists of one run; those that are recorded at the same time are written one after the other. */
export class ListRecord {
  readonly #root: string;
  readonly #own: Folder;
  #last: Promise<unknown> = Promise.resolve();

  /** @param root the output folder. @param own the folder `.pki`, open. */
  constructor(root: string, own: Folder) {
    this.#root = root;
    this.#own = own;
  }

  /** Resolves once the record is in its place. */
  record(id: EntityId, { number, thisUpdate, entries }: RevocationList): Promise<void> {
    const written = this.#last.then(() => {
      const known = { number: BigInt(number), thisUpdate, entries };
      return replaceOwn(this.#own, LISTS, textOf(new Map([...readLists(this.#root), [id, known]])));
    });
    this.#last = written.catch(() => {});
    return written;
  }
}

/** Lists that are not recorded, or under a lower number: `.pki` was lost, or is from a backup. */
export async function saveLists(
  { root, own }: { readonly root: Folder; readonly own: Folder },
  lists: ReadonlyMap<EntityId, KnownList>,
): Promise<void> {
  const known = readLists(root.path);
  const lacking = [...lists].filter(([id, { number }]) => number > (known.get(id)?.number ?? -1n));
  if (lacking.length > 0) await replaceOwn(own, LISTS, textOf(new Map([...known, ...lacking])));
}

function textOf(lists: ReadonlyMap<EntityId, KnownList>): string {
  const sorted = [...lists].sort(([a], [b]) => compare(a, b));
  const authorities = sorted.map(([id, { number, thisUpdate, entries }]) => {
    return [id, { number: `${number}`, thisUpdate: isoTime(thisUpdate), revoked: entries.map(entryText) }];
  });
  return `${JSON.stringify({ format: FORMAT, authorities: Object.fromEntries(authorities) }, null, 2)}\n`;
}

function entryText({ serial, date, reason, invalidityDate }: Revoked) {
  const since = invalidityDate === undefined ? {} : { invalidityDate: isoTime(invalidityDate) };
  return { serial, date: isoTime(date), reason, ...since };
}

function listIn(value: unknown): KnownList | null {
  const { number, thisUpdate, revoked } = fieldsOf(value);
  const time = secondsIn(thisUpdate);
  if (typeof number !== 'string' || !/^\d{1,49}$/.test(number) || time === null) return null;
  return {
    number: BigInt(number),
    thisUpdate: time,
    entries: Array.isArray(revoked) ? revoked.flatMap(entryIn) : [],
  };
}

function entryIn(value: unknown): readonly Revoked[] {
  const { serial, date, reason, invalidityDate } = fieldsOf(value);
  const [time, since] = [secondsIn(date), secondsIn(invalidityDate)];
  if (typeof serial !== 'string' || !/^-?([0-9a-f]{2})+$/.test(serial) || time === null) return [];
  const entry = { serial, date: time, reason: isReason(reason) ? reason : null };
  return [since === null ? entry : { ...entry, invalidityDate: since }];
}

function isReason(value: unknown): value is CrlReason {
  return value !== undefined && CRL_REASONS.some((reason) => reason === value);
}

function secondsIn(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : Math.floor(time / 1000);
}
