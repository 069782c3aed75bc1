/** The content of one file of an adopted folder, whatever its name. */
import { messageOf } from '../pki/errors.ts';
import { certificateFacts } from '../x509/certificate.ts';
import { anyCrlFacts } from '../x509/crl-loose.ts';
import { readAt } from '../x509/der.ts';
import { foreignKeyId } from '../x509/foreign-key.ts';
import { type KeyFormat, keyFormatOf } from '../x509/key-format.ts';
import { isRareLabel, isRequestLabel, isUtf16 } from '../x509/parse.ts';
import { EncryptedKeyError, ForeignKeyError, parseKey } from '../x509/parse-key.ts';
import { LIST_LABEL, type PemBlock, readPem, withoutMark } from '../x509/pem.ts';
import { publicKeyFacts } from '../x509/public-key.ts';
import { requestFacts } from '../x509/request.ts';
import { revokedRecords } from './ca-database.ts';
import type { FoundFile, FoundKey, ReadFault, Unusable } from './found.ts';
import { isKeyPath } from './paths.ts';

/** Names under which people keep what belongs to a PKI. */
const TELLING = /\.(pem|crt|cer|cert|key|csr|req|der|p7b|p7c|crl|p12|pfx|jks|keystore|truststore)$/i;

/** Whether a file belongs to a PKI by its name. */
export function isTelling(path: string): boolean {
  return TELLING.test(path);
}

/** `null` for an unrelated file. */
export function readContent(bytes: Buffer, path: string): FoundFile | Unusable | null {
  const text = bytes.toString('latin1');
  try {
    if (text.includes('-----BEGIN ')) return pemFile(bytes, text, path);
    const revoked = revokedRecords(text);
    if (revoked !== null) return revoked.length === 0 ? null : { ...emptyFile(path), revoked };
    return isTelling(path) ? otherFile(bytes, path) : null;
  } catch (error) {
    return unreadable(path, { kind: 'unusable', detail: messageOf(error) });
  }
}

function unreadable(path: string, fault: ReadFault): Unusable {
  return { path, why: { kind: 'unreadable', fault } };
}

function emptyFile(path: string): FoundFile {
  return {
    path,
    certificates: [],
    keys: [],
    requests: [],
    publicKeys: [],
    crls: [],
    revoked: [],
    others: [],
  };
}

/** Parameters in front of a key, as `openssl ecparam -genkey` writes them, are part of it. */
const PARAMETERS = 'EC PARAMETERS';

function pemFile(bytes: Buffer, text: string, path: string): FoundFile | Unusable | null {
  const { blocks: all, flaw } = readPem(text);
  if (flaw !== null) return listsBehindMark(text, path) ?? unreadable(path, { kind: 'flawed-pem', flaw });
  const blocks = all.filter(({ label }) => label !== PARAMETERS);
  const only = blocks.length === 1 ? blocks[0] : undefined;
  if (only !== undefined && isRareLabel(only.label))
    return unreadable(path, { kind: 'rare-label', label: only.label });
  const found = blocks.map((block) => readBlock(block, blocks.length === 1));
  const keys = blocks.filter(isKey);
  return {
    ...emptyFile(path),
    certificates: found.flatMap(({ certificate }) => certificate ?? []),
    keys: keys.length === 1 ? [readKey(bytes)] : keys.map(() => SEVERAL),
    requests: found.flatMap(({ request }) => request ?? []),
    publicKeys: found.flatMap(({ publicKey }) => publicKey ?? []),
    crls: found.flatMap(({ crl }) => crl ?? []),
    others: found.flatMap(({ other }) => other ?? []),
  };
}

/** Who is on a list is revoked, though not every program reads it behind a byte order mark; `undefined` for any other file. */
function listsBehindMark(text: string, path: string): FoundFile | Unusable | null | undefined {
  const rest = withoutMark(text);
  const isLists = readPem(rest).blocks.every(({ label }) => label === LIST_LABEL);
  return rest !== text && isLists ? pemFile(Buffer.from(rest, 'latin1'), rest, path) : undefined;
}

/** What one block is; at most one of these. */
interface Content {
  readonly certificate?: FoundFile['certificates'][number];
  readonly request?: FoundFile['requests'][number];
  readonly publicKey?: FoundFile['publicKeys'][number];
  readonly crl?: FoundFile['crls'][number];
  readonly other?: string;
}

/** One that cannot be read is among the others, unless it is alone in its file. @throws Error then. */
function readBlock(block: PemBlock, isAlone: boolean): Content {
  try {
    return contentOf(block);
  } catch (error) {
    if (isAlone) throw new Error(`holds no readable ${nameOf(block)}: ${messageOf(error)}`);
    return { other: unreadableOf(block) };
  }
}

function unreadableOf({ label }: Pick<PemBlock, 'label'>): string {
  return `unreadable ${label}`;
}

/** What a certificate that cannot be read is called among the others. */
export const UNREADABLE_CERTIFICATE = unreadableOf({ label: 'CERTIFICATE' });

function nameOf({ label }: PemBlock): string {
  return label === LIST_LABEL ? 'revocation list' : label.toLowerCase();
}

function contentOf(block: PemBlock): Content {
  const { label, der } = block;
  if (isKey(block)) return {};
  if (label === 'CERTIFICATE') return { certificate: { facts: certificateFacts(der), der } };
  if (isRequestLabel(label)) return { request: requestFacts(der) };
  if (label === 'PUBLIC KEY') return { publicKey: publicKeyFacts(der).keyId };
  return label === LIST_LABEL ? { crl: { facts: anyCrlFacts(der), der, form: 'pem' } } : { other: label };
}

/** Private keys, and references to one that is stored elsewhere. */
function isKey({ label }: PemBlock): boolean {
  return label.endsWith('PRIVATE KEY') || label.startsWith('PKCS#11 ') || label.startsWith('TSS ');
}

/** Programs differ in which of several keys they take. */
const SEVERAL: FoundKey = { state: 'unreadable', fault: { kind: 'several-keys' } };

function readKey(bytes: Buffer): FoundKey {
  try {
    return { state: 'readable', facts: parseKey(bytes) };
  } catch (error) {
    if (error instanceof EncryptedKeyError) return { state: 'encrypted' };
    if (error instanceof ForeignKeyError) return foreignKey(bytes, error.format);
    return { state: 'unreadable', fault: { kind: 'unusable', detail: messageOf(error) } };
  }
}

/** By its public half it may be known to which certificate it belongs. */
function foreignKey(bytes: Buffer, format: KeyFormat): FoundKey {
  const keyId = foreignKeyId(bytes, format);
  return {
    state: 'unreadable',
    fault: { kind: 'foreign-key', format },
    ...(keyId === null ? {} : { keyId }),
  };
}

/** By the extension of a file, for containers that are not opened. */
const CONTAINERS: Readonly<Record<string, string>> = {
  p12: 'PKCS#12',
  pfx: 'PKCS#12',
  jks: 'a Java key store',
  keystore: 'a Java key store',
  truststore: 'a Java key store',
  p7b: 'PKCS#7',
  p7c: 'PKCS#7',
};

function otherFile(bytes: Buffer, path: string): FoundFile | Unusable {
  if (bytes.length === 0) return unreadable(path, { kind: 'empty' });
  const container = CONTAINERS[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
  if (container !== undefined) return { path, why: { kind: 'format', format: container } };
  const crl = attempt(() => derList(bytes));
  if (crl !== undefined) return { ...emptyFile(path), crls: [crl] };
  for (const [format, read] of DER) {
    if (attempt(() => read(bytes)) !== undefined) return { path, why: { kind: 'format', format } };
  }
  const format = isKeyPath(path) ? keyFormatOf(bytes) : null;
  if (format === null) return unreadable(path, { kind: isUtf16(bytes) ? 'utf16' : 'no-pem' });
  return { ...emptyFile(path), keys: [foreignKey(bytes, format)] };
}

/** OpenSSL reads one value, and leaves what is behind it. */
function derList(bytes: Buffer): FoundFile['crls'][number] {
  const der = readAt(bytes, 0).bytes;
  return { facts: anyCrlFacts(der), der, form: 'der' };
}

const DER: readonly (readonly [format: string, read: (bytes: Buffer) => unknown])[] = [
  ['a certificate in DER', certificateFacts],
  ['a request in DER', requestFacts],
  ['a public key in DER', publicKeyFacts],
];

/** `undefined` for content of another kind. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
