/** Certificate revocation lists (RFC 5280 §5): bytes → facts. Whether the issuer signed one is for signature.ts. */

import { CRL_REASONS, type CrlReason } from '../pki/revocation.ts';
import {
  children,
  context,
  type Der,
  DerError,
  expectTag,
  hex,
  partsOf,
  readAll,
  serialText,
  TAG,
  timeSeconds,
} from './der.ts';
import {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifier,
} from './extensions/authority-key-identifier.ts';
import { type RawExtension, rawExtensions } from './extensions.ts';
import type { NameAttribute } from './facts.ts';
import { nameAttributes } from './name-read.ts';
import { CRL_ENTRY, CRL_LIST } from './oids.ts';
import { LIST_LABEL, type PemBlock, pemBlocks, pemText } from './pem.ts';
import { signatureName, signedParts } from './signature.ts';

/** One revoked certificate. */
export interface CrlEntry {
  /** As in `CertificateFacts`. */
  readonly serial: string;
  /** Hex of the DER of its issuer: that of the list, unless the list is an indirect one. */
  readonly issuerDer: string;
  /** Seconds since 1970. */
  readonly date: number;
  /** `null`: the list gives none. */
  readonly reason: CrlReason | null;
  /** When the key may have been compromised, if the list says. */
  readonly invalidityDate: number | null;
}

/** What a list covers, if it does not cover everything that its issuer issued (RFC 5280 §5.2.5). */
export interface CrlScope {
  readonly only: 'user' | 'ca' | 'attribute' | null;
  /** Only some reasons are on it. */
  readonly isPartial: boolean;
  /** It lists certificates of other issuers as well. */
  readonly isIndirect: boolean;
}

/** A revocation list. */
export interface CrlFacts {
  readonly version: number;
  readonly issuer: readonly NameAttribute[];
  readonly issuerDer: string;
  /** Seconds since 1970. */
  readonly thisUpdate: number;
  /** `null`: not stated, which X.509 allows and RFC 5280 does not. */
  readonly nextUpdate: number | null;
  readonly number: bigint | null;
  /** The list that this one adds to, of a delta CRL. */
  readonly deltaOf: bigint | null;
  readonly authorityKeyId: string | null;
  /** Which certificate of the issuer it says that its key is of (easy-rsa); absent: any. */
  readonly authorityCertificate?: Pick<AuthorityKeyIdentifier, 'issuer' | 'serial'>;
  readonly scope: CrlScope | null;
  /** Name of the signature algorithm, or its OID. */
  readonly signature: string;
  readonly entries: readonly CrlEntry[];
  /** Critical extensions that are not read: nothing may be concluded from such a list (RFC 5280 §5.2). */
  readonly unknownCritical: readonly string[];
}

/** TBSCertList by position, the optional fields sorted out. */
interface Tbs {
  readonly version: number;
  readonly issuer: Der;
  readonly thisUpdate: Der | undefined;
  readonly nextUpdate: Der | undefined;
  readonly revoked: readonly Der[];
  readonly extensions: readonly RawExtension[];
}

/** @throws DerError where `der` is not one well-formed list. */
export function crlFacts(der: Uint8Array): CrlFacts {
  const { tbsDer, algorithm } = signedParts(der);
  const tbs = readTbs(tbsDer, algorithm);
  const value = (oid: string): Der | undefined => extensionValue(tbs.extensions, oid);
  const scope = value(CRL_LIST.scope);
  const authority = value(authorityKeyIdentifier.oid);
  const named = authority === undefined ? null : authorityKeyIdentifier.read(authority);
  const isNamed = named !== null && (named.issuer !== null || named.serial !== null);
  const issuerDer = hex(tbs.issuer.bytes);
  return {
    version: tbs.version,
    issuer: nameAttributes(tbs.issuer),
    issuerDer,
    thisUpdate: timeSeconds(tbs.thisUpdate),
    nextUpdate: tbs.nextUpdate === undefined ? null : timeSeconds(tbs.nextUpdate),
    number: integer(value(CRL_LIST.crlNumber)),
    deltaOf: integer(value(CRL_LIST.delta)),
    authorityKeyId: named?.keyId ?? null,
    ...(isNamed ? { authorityCertificate: { issuer: named.issuer, serial: named.serial } } : {}),
    scope: scope === undefined ? null : readScope(scope),
    signature: signatureName(algorithm),
    entries: readEntries(tbs.revoked, issuerDer),
    unknownCritical: unknownCritical(tbs, Object.values<string>(CRL_LIST)),
  };
}

function readTbs(tbsDer: Der, outer: Der): Tbs {
  const all = children(tbsDer);
  const hasVersion = all[0]?.tag === TAG.integer;
  const version = hasVersion ? (all[0]?.body[0] ?? 0) + 1 : 1;
  const [inner, issuer, thisUpdate, ...rest] = hasVersion ? all.slice(1) : all;
  if (hex(expectTag(inner, TAG.sequence).bytes) !== hex(outer.bytes))
    throw new DerError('two different signature algorithms');
  const next = isTime(rest[0]) ? rest[0] : undefined;
  const behind = next === undefined ? rest : rest.slice(1);
  const wrapper = behind.find(({ tag }) => tag === context(0));
  return {
    version,
    issuer: expectTag(issuer, TAG.sequence),
    thisUpdate,
    nextUpdate: next,
    // An empty list should be left out, but old tools write it.
    revoked: behind[0]?.tag === TAG.sequence ? children(behind[0]) : [],
    extensions: rawExtensions(wrapper && children(wrapper)[0]),
  };
}

function isTime(der: Der | undefined): boolean {
  return der?.tag === TAG.utcTime || der?.tag === TAG.generalizedTime;
}

function extensionValue(extensions: readonly RawExtension[], oid: string): Der | undefined {
  const found = extensions.find((extension) => extension.oid === oid);
  return found === undefined ? undefined : readAll(found.octets);
}

/** In the order of the list; that of an indirect one names an issuer until another is named (RFC 5280 §5.3.3). */
function readEntries(revoked: readonly Der[], issuerDer: string): readonly CrlEntry[] {
  let issuer = issuerDer;
  return revoked.map((der) => {
    const [serial, date, wrapper] = partsOf(expectTag(der, TAG.sequence), 3);
    const extensions = rawExtensions(wrapper);
    const value = (oid: string): Der | undefined => extensionValue(extensions, oid);
    const named = value(CRL_ENTRY.issuer);
    if (named !== undefined) issuer = directoryName(named) ?? issuer;
    const since = value(CRL_ENTRY.invalidityDate);
    return {
      serial: serialText(expectTag(serial, TAG.integer)),
      issuerDer: issuer,
      date: timeSeconds(date),
      reason: readReason(value(CRL_ENTRY.reason)),
      invalidityDate: since === undefined ? null : timeSeconds(since),
    };
  });
}

function readReason(der: Der | undefined): CrlReason | null {
  if (der === undefined) return null;
  const reason = CRL_REASONS[expectTag(der, TAG.enumerated).body[0] ?? -1];
  if (der.body.length !== 1 || reason === undefined) throw new DerError('no such reason');
  return reason;
}

/** The Name in GeneralNames: `[4]`, explicit because Name is a CHOICE. */
function directoryName(names: Der): string | undefined {
  const wrapper = children(expectTag(names, TAG.sequence)).find(({ tag }) => tag === context(4));
  return wrapper === undefined ? undefined : hex(wrapper.body);
}

/** IssuingDistributionPoint: implicit BOOLEANs, all FALSE by default, and ReasonFlags under `[3]`. */
function readScope(der: Der): CrlScope {
  const set = children(expectTag(der, TAG.sequence)).filter(({ body }) => body.some((octet) => octet !== 0));
  const tags = set.map(({ tag }) => tag & 0x1f);
  const only = ([1, 2, 5] as const).find((tag) => tags.includes(tag));
  return {
    only: only === undefined ? null : ({ 1: 'user', 2: 'ca', 5: 'attribute' } as const)[only],
    isPartial: tags.includes(3),
    isIndirect: tags.includes(4),
  };
}

function integer(der: Der | undefined): bigint | null {
  if (der === undefined) return null;
  const { body } = expectTag(der, TAG.integer);
  if (body.length === 0 || (body[0] ?? 0) > 0x7f) throw new DerError('unexpected INTEGER');
  return BigInt(`0x${hex(body)}`);
}

function unknownCritical({ extensions, revoked }: Tbs, known: readonly string[]): readonly string[] {
  const ofEntries = revoked.flatMap((der) => rawExtensions(children(der)[2]));
  const critical = [...extensions, ...ofEntries].filter((extension) => extension.critical);
  const read: readonly string[] = [...known, authorityKeyIdentifier.oid, ...Object.values<string>(CRL_ENTRY)];
  return [...new Set(critical.map(({ oid }) => oid))].filter((oid) => !read.includes(oid));
}

/** The lists in a file, each as DER: the PEM blocks, or the whole file. @throws PemError where programs disagree about it. */
export function crlBlocks(bytes: Buffer): readonly Uint8Array[] {
  if (bytes[0] === TAG.sequence) return [bytes];
  const isCrl = ({ label }: PemBlock): boolean => label === LIST_LABEL;
  return pemBlocks(bytes.toString('latin1')).flatMap((block) => (isCrl(block) ? [block.der] : []));
}

/** The lists in a file, as PEM without anything else. @param isWanted by DER; all by default. */
export function listText(bytes: Buffer, isWanted: (der: Uint8Array) => boolean = () => true): string {
  return crlBlocks(bytes)
    .filter(isWanted)
    .map((der) => pemText(LIST_LABEL, der))
    .join('');
}

/** Whether the list, if its issuer signed it, revokes a certificate; an entry that lifts a hold does not count. */
export function revocationIn(
  crl: CrlFacts,
  cert: { readonly serial: string; readonly issuerDer: string },
): CrlEntry | undefined {
  return crl.entries.find(
    ({ serial, issuerDer, reason }) =>
      serial === cert.serial && issuerDer === cert.issuerDer && reason !== 'removeFromCRL',
  );
}
