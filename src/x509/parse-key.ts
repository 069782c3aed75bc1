/** Private keys in PEM → facts, whatever their encoding; and what is left to its owner. */
import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import {
  children,
  context,
  type Der,
  expectTag,
  oidText,
  readAll,
  readAt,
  smallInteger,
  TAG,
  unlessDamaged,
} from './der.ts';
import type { KeyFacts } from './facts.ts';
import { type KeyFormat, keyFormatOf } from './key-format.ts';
import { ML_DSA } from './oids.ts';
import { type PemBlock, PemError, pemText, readPem } from './pem.ts';
import { DamagedKeyError, ecKeyOf, publicKeyWithin } from './private-key.ts';
import { keyIdentifier, publicKeyFacts } from './public-key.ts';

/** A private key behind a passphrase. */
export class EncryptedKeyError extends Error {
  override readonly name = 'EncryptedKeyError';
}

/** What may be a key for another program, but not one that this engine can use. */
export class ForeignKeyError extends Error {
  override readonly name = 'ForeignKeyError';
  readonly format: KeyFormat;

  constructor(format: KeyFormat) {
    super('holds a private key in another form');
    this.format = format;
  }
}

/**
 * The key of a PEM file. @throws EncryptedKeyError where it takes a passphrase, ForeignKeyError where it may be another
 * program's, DamagedKeyError where its halves do not match, Error where there is none.
 */
export function parseKey(bytes: Buffer): KeyFacts {
  const spki = publicKeyOf(bytes);
  const { keyId, spec } = publicKeyFacts(spki);
  return { keyId, spec, keyIdentifier: keyIdentifier(spki) };
}

/** The one private key among these blocks, as they are in the file. */
export function isPrivateKey({ label }: PemBlock): boolean {
  return label.endsWith('PRIVATE KEY');
}

/** SubjectPublicKeyInfo of a private key. @throws like `parseKey` */
export function publicKeyOf(bytes: Buffer): Uint8Array {
  const text = bytes.toString('latin1');
  const { blocks, flaw } = readPem(text);
  const keys = blocks.filter(isPrivateKey);
  const [key] = keys;
  if (key === undefined || keys.length > 1 || flaw !== null) throw unreadable(bytes, text, keys.length);
  // Exactly what openssl writes: every other encoding goes through node first.
  const isPlain = text === pemText('PRIVATE KEY', key.der);
  const known = isPlain || isMlDsaKey(key) ? publicKeyWithin(key.der, pointOf) : undefined;
  if (known !== undefined) return known;
  const loaded = load(key);
  if (loaded === undefined) throw unreadable(bytes, text, keys.length);
  return checkedPublicKey(loaded);
}

function isMlDsaKey({ label, der, encrypted }: PemBlock): boolean {
  if (label !== 'PRIVATE KEY' || encrypted) return false;
  return unlessDamaged(() => isMlDsa(children(readAll(der)))) ?? false;
}

const TYPES: Readonly<Record<string, 'pkcs8' | 'pkcs1' | 'sec1'>> = {
  'PRIVATE KEY': 'pkcs8',
  'RSA PRIVATE KEY': 'pkcs1',
  'EC PRIVATE KEY': 'sec1',
};

/** `undefined` where node cannot; its message could quote the input, so it is not passed on. */
function load({
  label,
  der,
  encrypted,
}: Pick<PemBlock, 'label' | 'der' | 'encrypted'>): KeyObject | undefined {
  const type = TYPES[label];
  if (type === undefined || encrypted) return undefined;
  try {
    // Node does not mind what stands behind a key; the openssl command does.
    if (!FORMS[type](children(readAll(der)))) return undefined;
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type });
  } catch {
    return undefined;
  }
}

/**
 * What every OpenSSL from 3.0 on takes for a key of this form: that of Node 22 and later also reads others under its name,
 * and the openssl command beside it need not be as new.
 */
const FORMS: Readonly<Record<'pkcs8' | 'pkcs1' | 'sec1', (parts: readonly Der[]) => boolean>> = {
  pkcs8: (parts) => hasKnownVersion(parts) && !isMlDsa(parts),
  pkcs1: (parts) => parts.every(({ tag }) => tag === TAG.integer),
  sec1: ([version, key]) => version?.tag === TAG.integer && key?.tag === TAG.octetString,
};

/** Read here alone, from whatever text: Node 22 has none of it yet, and later ones know more forms than RFC 9881. */
function isMlDsa([, algorithm]: readonly Der[]): boolean {
  return oidText(children(expectTag(algorithm, TAG.sequence))[0]) in ML_DSA;
}

/** Two there are (RFC 5958 §2). OpenSSL before 4.0 takes any number for one, and 4.0 refuses all others. */
function hasKnownVersion([version, , , ...more]: readonly Der[]): boolean {
  return [0, 1].includes(smallInteger(version)) && more.every(({ tag }) => tag === context(0));
}

/** Node takes the public half as it is, whether or not it matches. */
function checkedPublicKey(key: KeyObject): Uint8Array {
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const known = publicKeyWithin(pkcs8, pointOf, true);
  if (known !== undefined) return known;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const parts = ecKeyOf(pkcs8);
  if (parts === 'explicit-curve') throw new ForeignKeyError({ kind: 'explicit-curve' });
  if (parts !== undefined && curve !== undefined) {
    const form = POINT_FORMS[parts.point[0] ?? 0] ?? 'uncompressed';
    const point = pointOf(curve, parts.scalar, form);
    if (point === undefined || !Buffer.from(parts.point).equals(point)) throw new DamagedKeyError();
    if (form === 'hybrid') throw new ForeignKeyError({ kind: 'flawed-pem', flaw: HYBRID });
  }
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

/** SEC 1 §2.3.3 and X9.62, by the first octet of a point. */
const POINT_FORMS: Readonly<Record<number, PointForm>> = {
  2: 'compressed',
  3: 'compressed',
  6: 'hybrid',
  7: 'hybrid',
};
type PointForm = 'compressed' | 'uncompressed' | 'hybrid';

/** A certificate for it would have the same form, which RFC 5480 §2.2 rules out and Go refuses. */
const HYBRID = 'has a public key in hybrid form, which not every program reads';

/** The error for a file without a usable key, and those that keep it from being replaced. */
function unreadable(bytes: Buffer, text: string, count: number): Error {
  if (count > 1) return new ForeignKeyError({ kind: 'several-keys', count });
  const format = keyFormatOf(bytes);
  if (format !== null) return new ForeignKeyError(format);
  // Even in a damaged label; but "UNENCRYPTED" does not count.
  if (/\bENCRYPTED\b/.test(text)) return new EncryptedKeyError('the key is encrypted');
  const flaw = flawOf(text) ?? misfitOf(text);
  if (flaw !== null) return new ForeignKeyError({ kind: 'flawed-pem', flaw });
  return new Error('holds no readable private key');
}

const ANY_KEY = /-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([\s\S]*?)-----END \1-----/;

/** RFC 1421 §4.6, with its further lines: some programs read a key below a comment, and others refuse it. */
const HEADER = /^[\w-]+:.*(?:\r?\n[ \t].*)*/gm;

/** What is wrong with the PEM around a good key, such as indentation or line ends that were spelled out. */
function flawOf(text: string): string | null {
  const [, label = '', body = ''] = ANY_KEY.exec(text) ?? [];
  const der = Buffer.from(body.replaceAll(HEADER, '').replaceAll(/\\[nr]/g, ''), 'base64');
  const { flaw } = readPem(text);
  if (flaw === null || load({ label, der, encrypted: false }) === undefined) return null;
  return new PemError(flaw).message;
}

/** What keeps a good key from being read by all, though OpenSSL reads it: its label, or what stands behind it. */
function misfitOf(text: string): string | null {
  const key = readPem(text).blocks.find(isPrivateKey);
  const der = key && unlessDamaged(() => readAt(key.der, 0).bytes);
  if (key === undefined || der === undefined) return null;
  const { encrypted } = key;
  if (!Object.keys(TYPES).some((label) => load({ label, der, encrypted }) !== undefined))
    return isWithoutCurve(key) ? NO_CURVE : null;
  const isWhole = der.length === key.der.length;
  const what = isWhole ? 'a private key in the form of another label' : 'octets behind its private key';
  return `has ${what}, which not every program reads`;
}

const NO_CURVE = 'has a private key that leaves out its curve, which not every program reads';

/** RFC 5915 §3: `parameters` are OPTIONAL, and required all the same; some take those of a block before it. */
function isWithoutCurve({ label, der }: PemBlock): boolean {
  if (label !== 'EC PRIVATE KEY') return false;
  const parts = unlessDamaged(() => children(readAll(der))) ?? [];
  return FORMS.sec1(parts) && !parts.some(({ tag }) => tag === context(0));
}

/** NIST's names of curves → node's. */
export const NODE_CURVES: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
};

/** x509/private-key.ts is pure, and node's curves could make keys as well. */
export function pointOf(
  curve: string,
  scalar: Uint8Array,
  form: PointForm = 'uncompressed',
): Uint8Array | undefined {
  try {
    const ecdh = createECDH(NODE_CURVES[curve] ?? curve);
    ecdh.setPrivateKey(scalar);
    return ecdh.getPublicKey(null, form);
  } catch {
    // Zero, or not below the order of the curve: not a private key.
    return undefined;
  }
}
