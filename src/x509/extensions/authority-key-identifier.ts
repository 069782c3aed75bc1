/**
 * Authority key identifier (RFC 5280 §4.2.1.1): which key of the issuer signed, or which of its certificates that was.
 * Wanted is `null` for that of a key which is not known yet.
 */
import { children, context, expectTag, hex, readAll, serialText, TAG } from '../der.ts';
import { encode, encodeBigInteger } from '../der-write.ts';
import { type ExtensionRule, known, PRESENT } from '../extension-rule.ts';

/** What the extension says, each part `null` where it is left out. */
export interface AuthorityKeyIdentifier {
  /** Hex, as the issuer's SKI. */
  readonly keyId: string | null;
  /**
   * The issuer's certificate by name (hex of its GeneralNames) and serial number, where that is also named (easy-rsa).
   */
  readonly issuer: string | null;
  readonly serial: string | null;
}

const KEY_ID = 0x80;
const ISSUER = 0xa1;
const SERIAL = 0x82;

/** Required of everything but a root, and compared where the issuer's key signed. */
export const authorityKeyIdentifier = {
  name: 'authorityKeyIdentifier',
  oid: '2.5.29.35',
  fields: ['authorityKeyIdentifier'],
  inRequest: false,
  read(der): AuthorityKeyIdentifier {
    const parts = children(expectTag(der, TAG.sequence));
    const [keyId, issuer, serial] = [KEY_ID, ISSUER, SERIAL].map((wanted) =>
      parts.find(({ tag }) => tag === wanted),
    );
    return {
      keyId: keyId === undefined ? null : hex(keyId.body),
      issuer: issuer === undefined ? null : hex(issuer.body),
      serial: serial === undefined ? null : serialText(serial),
    };
  },
  write(identifier) {
    const { keyId, issuer, serial } = known(identifier);
    return encode(
      TAG.sequence,
      ...part(KEY_ID, keyId),
      ...part(ISSUER, issuer),
      ...part(SERIAL, serial && integerOctets(serial)),
    );
  },
  items(identifier) {
    if (identifier === null) return [PRESENT];
    return identifier.keyId === null ? [] : [identifier.keyId];
  },
  // `always` makes a missing SKI of the issuer an error.
  config: () => ({ value: 'keyid:always' }),
  // A self-signed certificate may leave it out. Never critical.
  wanted: ({ issuer, keyIdentifier }) =>
    issuer === null
      ? { presence: 'allowed', value: ofKey(keyIdentifier), critical: false, accepts: 'same' }
      : { presence: 'required', value: ofKey(issuer.keyIdentifier), critical: false, accepts: 'same' },
  // A root may name its own certificate by name and serial number alone; everywhere else x509_strict wants the key.
  matches(found, wanted, presence) {
    const keyId = found?.keyId ?? null;
    if (keyId === null) return presence === 'allowed';
    return wanted === null || keyId === wanted.keyId;
  },
} as const satisfies ExtensionRule<AuthorityKeyIdentifier | null>;

const DIRECTORY_NAME = context(4);

/** The first directory name among GeneralNames in hex, itself in hex; `null` where there is none. */
export function directoryNameIn(names: string): string | null {
  const list = readAll(encode(TAG.sequence, Buffer.from(names, 'hex')));
  const found = children(list).find(({ tag }) => tag === DIRECTORY_NAME);
  return found === undefined ? null : hex(found.body);
}

function ofKey(keyId: string | null): AuthorityKeyIdentifier | null {
  return keyId === null ? null : { keyId, issuer: null, serial: null };
}

/** Hex of the content of the INTEGER that `serialText` reads so. */
function integerOctets(serial: string): string {
  const magnitude = BigInt(`0x${serial.replace('-', '')}`);
  return hex(readAll(encodeBigInteger(serial.startsWith('-') ? -magnitude : magnitude)).body);
}

function part(tag: number, octets: string | null): readonly Uint8Array[] {
  return octets === null ? [] : [encode(tag, Buffer.from(octets, 'hex'))];
}
