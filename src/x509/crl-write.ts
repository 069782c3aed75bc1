/** What is signed of a certificate revocation list (RFC 5280 §5.1): values → DER. */
import { CRL_REASONS, type Revoked } from '../pki/revocation.ts';
import { context, TAG } from './der.ts';
import {
  encode,
  encodeBigInteger,
  encodeGeneralizedTime,
  encodeInteger,
  encodeOid,
  encodeTime,
} from './der-write.ts';
import { authorityKeyIdentifier } from './extensions/authority-key-identifier.ts';
import { CRL_ENTRY, CRL_LIST } from './oids.ts';
import type { SignatureAlgorithm } from './signature-write.ts';

/** What a list says. */
export interface CrlContent {
  readonly algorithm: SignatureAlgorithm;
  /** DER of the issuer's name. */
  readonly issuer: Uint8Array;
  /** Hex: the subject key identifier of the issuer. */
  readonly keyIdentifier: string;
  readonly number: bigint;
  /** Seconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly entries: readonly Revoked[];
}

/** TBSCertList, version 2; entries by serial number, as openssl sorts them, and left out where there are none. */
export function encodeTbsCertList(content: CrlContent): Buffer {
  const { algorithm, issuer, thisUpdate, nextUpdate, entries } = content;
  const revoked = entries.toSorted(bySerial).map(encodeEntry);
  return encode(
    TAG.sequence,
    encodeInteger(1),
    algorithm.identifier,
    issuer,
    encodeTime(thisUpdate),
    encodeTime(nextUpdate),
    ...(revoked.length === 0 ? [] : [encode(TAG.sequence, ...revoked)]),
    encode(context(0), encode(TAG.sequence, ...listExtensions(content))),
  );
}

function listExtensions({ keyIdentifier, number }: CrlContent): readonly Buffer[] {
  const issuer = authorityKeyIdentifier.write({ keyId: keyIdentifier, issuer: null, serial: null });
  return [
    extension(authorityKeyIdentifier.oid, issuer),
    extension(CRL_LIST.crlNumber, encodeBigInteger(number)),
  ];
}

function encodeEntry({ serial, date, reason, invalidityDate }: Revoked): Buffer {
  const extensions = [
    ...(reason === null
      ? []
      : [extension(CRL_ENTRY.reason, encode(TAG.enumerated, Buffer.of(CRL_REASONS.indexOf(reason))))]),
    // GeneralizedTime, whatever the year (RFC 5280 §5.3.2).
    ...(invalidityDate === undefined
      ? []
      : [extension(CRL_ENTRY.invalidityDate, encodeGeneralizedTime(invalidityDate))]),
  ];
  const listed = extensions.length === 0 ? [] : [encode(TAG.sequence, ...extensions)];
  return encode(TAG.sequence, encodeBigInteger(serialNumber(serial)), encodeTime(date), ...listed);
}

function extension(oid: string, value: Uint8Array): Buffer {
  return encode(TAG.sequence, encodeOid(oid), encode(TAG.octetString, value));
}

function bySerial(a: Revoked, b: Revoked): number {
  return serialNumber(a.serial) < serialNumber(b.serial) ? -1 : 1;
}

/** Old tools drew negative ones. */
function serialNumber(hex: string): bigint {
  return hex.startsWith('-') ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}
