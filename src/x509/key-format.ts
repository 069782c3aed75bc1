/** Formats of private keys that this engine cannot read, by the first octets or the boundary of a file. */
import { children, context, type Der, expectTag, oidText, readAll, smallInteger, TAG } from './der.ts';
import { CURVES, KEY_ALGORITHM, ML_DSA, OTHER_KEYS } from './oids.ts';
import { type PemBlock, readPem } from './pem.ts';

/** What a file is, where it may be a key for some other program. */
export type KeyFormat =
  /** PKCS#8, SEC 1 or PKCS#1 without PEM around it. */
  | { readonly kind: 'der' }
  | { readonly kind: 'pkcs12' }
  | { readonly kind: 'java-keystore' }
  /** tpm2-openssl, tpm2-tss-engine: the key never leaves its chip. */
  | { readonly kind: 'tpm' }
  /** A URI (RFC 7512), by itself or in the PEM of pkcs11-provider. */
  | { readonly kind: 'pkcs11' }
  /** A URI of another store of keys: `handle:0x81000001` (tpm2-openssl), `awskms:///alias/x`, `op://vault/item`. */
  | { readonly kind: 'uri'; readonly scheme: string }
  | { readonly kind: 'openssh' }
  | { readonly kind: 'putty' }
  | { readonly kind: 'jwk' }
  /** As OpenSSL's `-inform` calls it. */
  | { readonly kind: 'windows-blob'; readonly form: 'PVK' | 'MSBLOB' }
  /** Encrypted or stored elsewhere by `tool`, which gives the key back. */
  | { readonly kind: 'wrapped'; readonly tool: string }
  /** PEM under a label that OpenSSL has no key for. */
  | { readonly kind: 'label'; readonly label: string }
  /** A sound key of an algorithm, or on a curve, that this program cannot read; by its name, or the OID. */
  | { readonly kind: 'algorithm'; readonly name: string }
  /** PKCS#8 with the public key beside the private one (RFC 5958 §2), as ring and Bouncy Castle write it. */
  | { readonly kind: 'pkcs8-v2' }
  /** RFC 5480 §2.1.1 has curves named; OpenSSL also reads their parameters. */
  | { readonly kind: 'explicit-curve' }
  /** A good key whose PEM not every program reads; `flaw` says why. */
  | { readonly kind: 'flawed-pem'; readonly flaw: string }
  | { readonly kind: 'several-keys'; readonly count: number }
  | { readonly kind: 'utf16' }
  | { readonly kind: 'base64' }
  /** A file of PEM, encoded once more. */
  | { readonly kind: 'base64-pem'; readonly isAlone: boolean }
  /** DER as digits. */
  | { readonly kind: 'hex' }
  /** Its numbers, for people or another program: `openssl pkey -text`, `certtool -k`, XML of .NET, libgcrypt, BIND. */
  | { readonly kind: 'numbers' }
  | { readonly kind: 'binary' };

/** `null` for what is not a key for any program: nothing, text, a damaged key, a certificate. */
export function keyFormatOf(bytes: Buffer): KeyFormat | null {
  return binaryFormat(bytes) ?? textFormat(bytes.toString('latin1'));
}

type Signature = readonly [start: string, format: KeyFormat];

/** In hex. */
const MAGIC: readonly Signature[] = [
  ['feedfeed', { kind: 'java-keystore' }],
  // JCEKS
  ['cececece', { kind: 'java-keystore' }],
  ['1ef1b5b0', { kind: 'windows-blob', form: 'PVK' }],
  ['0702000000a4', { kind: 'windows-blob', form: 'MSBLOB' }],
  ['070200000024', { kind: 'windows-blob', form: 'MSBLOB' }],
  ['00474954435259505400', { kind: 'wrapped', tool: 'git-crypt' }],
  ['fffe', { kind: 'utf16' }],
  ['feff', { kind: 'utf16' }],
];

function binaryFormat(bytes: Buffer): KeyFormat | null {
  const start = bytes.subarray(0, 16).toString('hex');
  const known = MAGIC.find(([magic]) => start.startsWith(magic));
  if (known !== undefined && bytes.length > 8) return known[1];
  if (mayBeDer(bytes)) return { kind: isPkcs12(bytes) ? 'pkcs12' : 'der' };
  return isBinary(bytes) ? { kind: 'binary' } : null;
}

/**
 * One SEQUENCE that begins with an INTEGER or a SEQUENCE. That of less than 128 octets has to end with the file, because
 * text can begin like it.
 */
function mayBeDer(bytes: Buffer): boolean {
  const [tag, length = 0] = bytes;
  if (tag !== 0x30 || length > 0x84) return false;
  if (length < 0x80 && bytes.length !== 2 + length) return false;
  const inner = bytes[bodyOffset(length)];
  return inner === 0x02 || inner === 0x30;
}

/** PFX is the one with version 3 (RFC 7292 §4). */
function isPkcs12(bytes: Buffer): boolean {
  const at = bodyOffset(bytes[1] ?? 0);
  return bytes.subarray(at, at + 3).toString('hex') === '020103';
}

function bodyOffset(length: number): number {
  return length < 0x80 ? 2 : 2 + (length & 0x7f);
}

/** Anything shorter is not a key, and a run of equal octets is what a broken disk leaves. */
const SHORTEST = 32;

function isBinary(bytes: Buffer): boolean {
  const isUniform = bytes.every((octet) => octet === bytes[0]);
  return bytes.length >= SHORTEST && !isUniform && bytes.some(isControl);
}

/** Characters that no text has; white space and ESC are not among them. */
function isControl(octet: number): boolean {
  return octet < 0x20 && !(octet >= 0x09 && octet <= 0x0d) && octet !== 0x1b;
}

/** How texts begin, or what they contain, where that is as certain. */
const TEXTS: readonly (readonly [RegExp, KeyFormat])[] = [
  [/^\s*pkcs11:/, { kind: 'pkcs11' }],
  [/^PuTTY-User-Key-File-\d/, { kind: 'putty' }],
  [/^---- BEGIN SSH2 /m, { kind: 'openssh' }],
  [/^\s*\{[\s\S]*"kty"\s*:/, { kind: 'jwk' }],
  [/^\$ANSIBLE_VAULT;/, { kind: 'wrapped', tool: 'ansible-vault' }],
  [/^age-encryption\.org\/|^(?:#.*\n)*AGE-SECRET-KEY-|-----BEGIN AGE /, { kind: 'wrapped', tool: 'age' }],
  [/\bENC\[AES256_GCM,/, { kind: 'wrapped', tool: 'sops' }],
  [/^vault:v\d+:/, { kind: 'wrapped', tool: 'Vault' }],
  [/^version https:\/\/git-lfs\.github\.com\//, { kind: 'wrapped', tool: 'git-lfs' }],
  [/^\/?(?:\.\.\/)*(?:\.git\/)?annex\/objects\//, { kind: 'wrapped', tool: 'git-annex' }],
  [/-----BEGIN PGP /, { kind: 'wrapped', tool: 'GnuPG' }],
  [/^gAAAA[\w-]{60,}={0,2}\s*$/, { kind: 'wrapped', tool: 'Fernet' }],
  [/^\s*projects\/\S+\/cryptoKeys\/\S+\s*$/, { kind: 'uri', scheme: 'gcpkms' }],
  [
    /^\s*(?:priv|privateExponent|private (?:key|exponent)):\s*$|<D>[\w+/=\s]+<\/D>|\((?:\w+-)?private-key\b|^Private-key-format: v/m,
    { kind: 'numbers' },
  ],
  [/^kind: *"?SealedSecret\b/m, { kind: 'wrapped', tool: 'kubeseal' }],
  // A boundary begins like this; by itself, or in an object of Kubernetes.
  [/^\s*LS0tLS1CRUdJTi[\w+/=\s]*$/, { kind: 'base64-pem', isAlone: true }],
  [/\bLS0tLS1CRUdJTi/, { kind: 'base64-pem', isAlone: false }],
];

/** RFC 3986 §3.1, alone in its file; a single letter would be a drive of Windows. */
const URI = /^\s*([a-z][a-z\d+.-]+):\S+\s*$/i;

function textFormat(text: string): KeyFormat | null {
  const known = TEXTS.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  const [, scheme] = URI.exec(text) ?? [];
  if (scheme !== undefined) return { kind: 'uri', scheme: scheme.toLowerCase() };
  const labels = [...text.matchAll(/-----BEGIN ([ -~]*?)-----/g)].map(([, label = '']) => label);
  const foreign = labels.find((label) => !isOrdinary(label));
  if (foreign !== undefined) return labelFormat(foreign);
  const keys = readPem(text).blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  return keys.map(contentFormat)[0] ?? digitsFormat(text);
}

/** Labels of keys that can be read, and of what is not a private key. */
function isOrdinary(label: string): boolean {
  return (
    /^(?:(?:RSA |EC |ENCRYPTED )?PRIVATE KEY|(?:RSA )?PUBLIC KEY|PKCS7|CMS)$/.test(label) ||
    /CERTIFICATE|PARAMETERS|CRL/.test(label)
  );
}

/** What `ssh-keygen` writes by itself (PROTOCOL.key of OpenSSH). */
export const SSH_LABEL = 'OPENSSH PRIVATE KEY';

function labelFormat(label: string): KeyFormat {
  if (/^TSS2? /.test(label)) return { kind: 'tpm' };
  if (label.startsWith('PKCS#11 ')) return { kind: 'pkcs11' };
  return label === SSH_LABEL ? { kind: 'openssh' } : { kind: 'label', label };
}

/**
 * Of a key that could not be read though it is sound; `null` for one that is damaged, and so useless to any program.
 */
function contentFormat({ label, der }: PemBlock): KeyFormat | null {
  try {
    const parts = sequence(readAll(der));
    return label === 'EC PRIVATE KEY' ? curveFormat(sec1Curve(parts)) : pkcs8Format(parts);
  } catch {
    return null;
  }
}

function sequence(der: Der | undefined): readonly Der[] {
  return children(expectTag(der, TAG.sequence));
}

/** ECPrivateKey has its curve under `[0]` (RFC 5915 §3). */
function sec1Curve(parts: readonly Der[]): Der | undefined {
  const wrapper = parts.find(({ tag }) => tag === context(0));
  return wrapper === undefined ? undefined : children(wrapper)[0];
}

function pkcs8Format([version, algorithm, key]: readonly Der[]): KeyFormat | null {
  const [oid, parameters] = sequence(algorithm);
  expectTag(key, TAG.octetString);
  const kind = oidText(oid);
  if (!Object.values<string>(KEY_ALGORITHM).includes(kind))
    return { kind: 'algorithm', name: ML_DSA[kind] ?? OTHER_KEYS[kind] ?? kind };
  if (smallInteger(version) === 1) return { kind: 'pkcs8-v2' };
  return kind === KEY_ALGORITHM.ec ? curveFormat(parameters) : null;
}

function curveFormat(parameters: Der | undefined): KeyFormat | null {
  if (parameters === undefined) return null;
  if (parameters.tag !== TAG.oid) return { kind: 'explicit-curve' };
  const oid = oidText(parameters);
  return oid in CURVES ? null : { kind: 'algorithm', name: ML_DSA[oid] ?? OTHER_KEYS[oid] ?? oid };
}

function digitsFormat(text: string): KeyFormat | null {
  const digits = text.replaceAll(/[\s:]/g, '');
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(digits) && mayBeDer(Buffer.from(digits, 'hex'));
  if (isHex) return { kind: 'hex' };
  return isBase64(text) ? { kind: 'base64' } : null;
}

/** As long as the shortest key, and not a word or a number. */
function isBase64(text: string): boolean {
  const compact = text.replaceAll(/\s/g, '');
  const isMixed = /[A-Z]/.test(compact) && /[a-z]/.test(compact) && /[0-9]/.test(compact);
  return (
    compact.length >= 44 && compact.length % 4 === 0 && isMixed && /^[A-Za-z0-9+/]+={0,2}$/.test(compact)
  );
}
