/** How large a certificate and its chain get: what peers take in a handshake is limited, and a long `san` exceeds it. */
import type { Report } from '../manifest/report.ts';
import type { Entity } from '../pki/entity.ts';
import { HANDSHAKE_LIMIT } from '../pki/handshake.ts';
import { ipOctets } from '../pki/ip.ts';
import { type Curve, isMlDsa, type KeySpec, type MlDsa } from '../pki/key-spec.ts';
import type { San } from '../pki/san.ts';
import type { Subject } from '../pki/subject.ts';
import { certificatePolicies } from '../x509/extensions/certificate-policies.ts';
import { type AuthorityDraft, type Draft, draftText } from './draft.ts';
import type { Hierarchy, Position } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** Reports leaves whose certificate, with the chain that goes along, no peer on OpenSSL would take. */
export function checkHandshakeSizes(
  leaves: readonly SignedLeaf[],
  hierarchy: Hierarchy,
  report: Report,
): void {
  const chains = chainSizes(hierarchy);
  for (const { leaf, issuer } of leaves) {
    const san = leaf.settings.san ?? [];
    if (issuer === undefined || !leaf.isKnown('san', 'key')) continue;
    const own =
      certificateSize(namedKey(leaf), namedKey(issuer.authority), san) + statedSize(leaf, issuer.authority);
    const whole = HEADER + entrySize(own) + (chains.get(issuer) ?? 0);
    if (whole <= HANDSHAKE_LIMIT) continue;
    report.error({
      code: 'san',
      at: leaf.at('san'),
      about: draftText(leaf),
      message: `the certificate of ${draftText(leaf)} is too large for TLS: with its chain ${kib(whole)}, and OpenSSL takes ${kib(HANDSHAKE_LIMIT)}`,
      hint: 'spread the names over several entries, shorten them, or state fewer extensions',
    });
  }
}

function namedKey({ subject, key }: Draft): Pick<Entity, 'subject' | 'key'> {
  return { subject, key };
}

/** Octets of an extension around its value: identifier, criticality, lengths. */
const AROUND = 32;

/** Octets, about, that policies, addresses and private extensions take. */
function statedSize(
  { settings }: Draft,
  { settings: { crl, ocsp, caIssuers, signature } }: AuthorityDraft,
): number {
  const { policies, extensions = [] } = settings;
  const urls = [crl, ocsp, caIssuers].flatMap((location) => location?.url ?? []);
  return [
    // Parameters of RSASSA-PSS, which stand in a certificate twice.
    ...(signature === 'rsa-pss' ? [2 * 52] : []),
    ...(policies === undefined ? [] : [certificatePolicies.write(policies).length]),
    ...urls.map((url) => url.length),
    ...extensions.map(({ der }) => der.length / 2),
  ].reduce((sum, size) => sum + size + AROUND, 0);
}

function kib(octets: number): string {
  return `${Math.ceil(octets / 1024)} KiB`;
}

/** Octets of the chains that leaves below an authority present, without the root. Those above come first in the order. */
function chainSizes({ order }: Hierarchy): ReadonlyMap<Position, number> {
  const sizes = new Map<string, number>();
  const chains = new Map<Position, number>();
  for (const position of order) {
    const { authority, issuer } = position;
    const above = issuer === null ? 0 : (sizes.get(issuer.name) ?? 0);
    const own =
      issuer === null
        ? 0
        : entrySize(
            certificateSize(namedKey(authority), namedKey(issuer), []) + statedSize(authority, issuer),
          );
    sizes.set(authority.name, above + own);
    chains.set(position, above + own);
  }
  return chains;
}

/** Of a Certificate message: its context and the length of the list (RFC 8446 §4.4.2). */
const HEADER = 4;

/** A certificate in that message, with its length and its extensions. */
function entrySize(certificate: number): number {
  return 3 + certificate + 2;
}

/** Octets of the DER of a certificate; where a signature varies, the longest. */
export function certificateSize(
  entity: Pick<Entity, 'subject' | 'key'>,
  issuer: Pick<Entity, 'subject' | 'key'>,
  san: readonly San[],
): number {
  const algorithm = ALGORITHMS[issuer.key.algorithm];
  const extensions = tlv(tlv(OTHER_EXTENSIONS + sanSize(san)));
  const names = nameSize(issuer.subject) + nameSize(entity.subject);
  const body = FIXED + algorithm + names + publicKeySize(entity.key) + extensions;
  return tlv(tlv(body) + algorithm + tlv(1 + signatureSize(issuer.key)));
}

/** Version, a serial number of 20 octets, two dates. */
const FIXED = 5 + 22 + 34;
/** Basic constraints, usages, key identifiers. */
const OTHER_EXTENSIONS = 140;
/** Identifiers of signature algorithms. */
const ALGORITHMS: Readonly<Record<KeySpec['algorithm'], number>> = {
  rsa: 15,
  'rsa-pss': 67,
  ecdsa: 12,
  ed25519: 7,
  ed448: 7,
  'ml-dsa-44': 13,
  'ml-dsa-65': 13,
  'ml-dsa-87': 13,
};

/** FIPS 204 table 2. */
const ML_DSA_SIZES: Readonly<Record<MlDsa, { readonly key: number; readonly signature: number }>> = {
  'ml-dsa-44': { key: 1334, signature: 2420 },
  'ml-dsa-65': { key: 1974, signature: 3309 },
  'ml-dsa-87': { key: 2614, signature: 4627 },
};

/** Octets of a DER element with this content. */
function tlv(content: number): number {
  if (content < 0x80) return 2 + content;
  return content + 2 + Math.ceil(Math.log2(content + 1) / 8);
}

function nameSize(subject: Subject): number {
  const rdns = subject.map(({ value }) => tlv(tlv(5 + tlv(Buffer.byteLength(value)))));
  return tlv(rdns.reduce((sum, size) => sum + size, 0));
}

/** The extension; none without names. */
function sanSize(san: readonly San[]): number {
  if (san.length === 0) return 0;
  const names = san.map(({ kind, value }) =>
    tlv(kind === 'ip' ? (ipOctets(value)?.length ?? 16) : value.length),
  );
  return tlv(5 + 3 + tlv(tlv(names.reduce((sum, size) => sum + size, 0))));
}

const POINTS: Readonly<Record<Curve, number>> = { 'P-256': 91, 'P-384': 120, 'P-521': 158 };

function publicKeySize(key: KeySpec): number {
  if (key.algorithm === 'rsa-pss') return tlv(13 + tlv(1 + tlv(tlv(key.size / 8 + 1) + 5)));
  if (key.algorithm === 'rsa') return tlv(15 + tlv(1 + tlv(tlv(key.size / 8 + 1) + 5)));
  if (key.algorithm === 'ecdsa') return POINTS[key.curve];
  if (isMlDsa(key.algorithm)) return ML_DSA_SIZES[key.algorithm].key;
  return key.algorithm === 'ed25519' ? 44 : 69;
}

const ECDSA_SIGNATURES: Readonly<Record<Curve, number>> = { 'P-256': 72, 'P-384': 104, 'P-521': 139 };

function signatureSize(key: KeySpec): number {
  if ('size' in key) return key.size / 8;
  if (key.algorithm === 'ecdsa') return ECDSA_SIGNATURES[key.curve];
  if (isMlDsa(key.algorithm)) return ML_DSA_SIZES[key.algorithm].signature;
  return key.algorithm === 'ed25519' ? 64 : 114;
}
