/** A folder that another tool made → what is in it. Reads only, follows no link, and knows when to stop. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundFile, FoundKey, ReadFault, Scan, Unusable, UnusableWhy } from '../../adopt/found.ts';
import { compare } from '../../pki/compare.ts';
import { unreachable } from '../../pki/entity.ts';
import { errorCode, messageOf } from '../../pki/errors.ts';
import type { FileState } from '../../plan/observation.ts';
import { certificateFacts } from '../../x509/certificate.ts';
import { EncryptedKeyError, parseKey } from '../../x509/parse-key.ts';
import { pemBlocks } from '../../x509/pem.ts';
import { publicKeyFacts } from '../../x509/public-key.ts';
import { requestFacts } from '../../x509/request.ts';
import { readBytes } from './read.ts';

/** Folders inside folders; real ones have three. */
const DEEPEST = 6;
const MOST_FILES = 20_000;
/** A bundle of every public root is a quarter of this. */
const LARGEST = 1024 * 1024;

/** This program's own, and a repository's: neither is in use. */
const SKIPPED: ReadonlySet<string> = new Set(['.pki', '.git']);

/** Names under which people keep what belongs to a PKI. */
const TELLING = /\.(pem|crt|cer|cert|key|csr|req|der|p7b|p7c|crl|p12|pfx|jks|keystore|truststore)$/i;
const FORMATS: Readonly<Record<string, string>> = {
  p12: 'PKCS#12',
  pfx: 'PKCS#12',
  jks: 'a Java key store',
  keystore: 'a Java key store',
  truststore: 'a Java key store',
  p7b: 'PKCS#7',
  p7c: 'PKCS#7',
  crl: 'a revocation list in DER',
};

/** @throws a system error where the folder itself cannot be read. */
export function scanFolder(root: string): Scan {
  const scan: Findings = { files: [], unusable: [], ignored: [], seen: 0 };
  visit(root, '', 0, scan);
  return { files: scan.files, unusable: scan.unusable, ignored: scan.ignored };
}

interface Findings {
  readonly files: FoundFile[];
  readonly unusable: Unusable[];
  readonly ignored: string[];
  seen: number;
}

function visit(root: string, folder: string, depth: number, scan: Findings): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => compare(a.name, b.name))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) visitFolder(root, path, depth + 1, scan);
    else if (entry.isSymbolicLink()) scan.unusable.push({ path, why: { kind: 'link' } });
    else if (entry.isFile()) visitFile(root, path, scan);
    else scan.ignored.push(path);
  }
}

function visitFolder(root: string, path: string, depth: number, scan: Findings): void {
  if (SKIPPED.has(path.slice(path.lastIndexOf('/') + 1))) return;
  if (depth > DEEPEST) {
    scan.unusable.push({ path, why: { kind: 'too-deep' } });
    return;
  }
  try {
    visit(root, path, depth, scan);
  } catch (error) {
    const cause = { kind: 'unreadable', code: errorCode(error) } as const;
    scan.unusable.push({ path, why: unreadable({ kind: 'blocked', cause }) });
  }
}

function unreadable(fault: ReadFault): UnusableWhy {
  return { kind: 'unreadable', fault };
}

function visitFile(root: string, path: string, scan: Findings): void {
  scan.seen++;
  if (scan.seen > MOST_FILES) {
    if (scan.seen === MOST_FILES + 1) scan.unusable.push({ path, why: { kind: 'too-many' } });
    return;
  }
  const found = readFile(join(root, path), path);
  if (found === null) scan.ignored.push(path);
  else if ('why' in found) scan.unusable.push(found);
  else scan.files.push(found);
}

/** `null` for what has nothing to do with a PKI. */
function readFile(absolute: string, path: string): FoundFile | Unusable | null {
  const isTelling = TELLING.test(path);
  if ((statSync(absolute, { throwIfNoEntry: false })?.size ?? 0) > LARGEST)
    return isTelling ? { path, why: { kind: 'too-large' } } : null;
  const bytes = readBytes(absolute);
  if (bytes.state === 'present') return parseFile(bytes.facts, path, isTelling);
  return isTelling ? { path, why: unreadable(faultOf(bytes)) } : null;
}

function faultOf(file: Exclude<FileState<Buffer>, { readonly state: 'present' }>): ReadFault {
  switch (file.state) {
    case 'missing':
      return { kind: 'gone' };
    case 'blocked':
      return { kind: 'blocked', cause: file.cause };
    case 'garbage':
      return { kind: 'unusable', detail: file.detail };
    default:
      return unreachable(file);
  }
}

function parseFile(bytes: Buffer, path: string, isTelling: boolean): FoundFile | Unusable | null {
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN ')) return isTelling ? { path, why: formatOf(bytes, path) } : null;
  try {
    return foundFile(bytes, text, path);
  } catch (error) {
    return { path, why: unreadable({ kind: 'bad-certificate', detail: messageOf(error) }) };
  }
}

function formatOf(bytes: Buffer, path: string): UnusableWhy {
  if (bytes.length === 0) return unreadable({ kind: 'empty' });
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const format = FORMATS[extension] ?? (bytes[0] === 0x30 ? 'DER' : undefined);
  return format === undefined ? unreadable({ kind: 'no-pem' }) : { kind: 'format', format };
}

const LABEL = /-----BEGIN ([A-Z0-9 ]+)-----/g;
/** Parameters in front of a key, as `openssl ecparam -genkey` writes them, are part of it. */
const PARAMETERS = 'EC PARAMETERS';

/** @throws DerError where a certificate or request is not one. */
function foundFile(bytes: Buffer, text: string, path: string): FoundFile | null {
  const blocks = pemBlocks(text);
  const labels = [...text.matchAll(LABEL)].flatMap(([, label = '']) => (label === PARAMETERS ? [] : [label]));
  const of = (label: string): readonly Uint8Array[] =>
    blocks.flatMap((block) => (block.label === label ? [block.der] : []));
  const keys = labels.filter(isKey);
  const known = ['CERTIFICATE', 'CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST', 'PUBLIC KEY'];
  const others = labels.filter((label) => !isKey(label) && !known.includes(label));
  if (labels.length === 0) return null;
  const certificates = of('CERTIFICATE').map(readCertificate);
  return {
    path,
    certificates: certificates.filter((found) => found !== undefined),
    keys: keys.length === 1 ? [readKey(bytes)] : keys.map(() => SEVERAL),
    requests: of('CERTIFICATE REQUEST').map(requestFacts),
    publicKeys: of('PUBLIC KEY').map((der) => publicKeyFacts(der).keyId),
    others: certificates.includes(undefined) ? [...others, UNREADABLE] : others,
  };
}

/** Stands for what is called a certificate and is none, among others that are. */
const UNREADABLE = 'unreadable CERTIFICATE';

function readCertificate(der: Uint8Array, _: number, { length }: readonly Uint8Array[]) {
  try {
    return { facts: certificateFacts(der), der };
  } catch (error) {
    if (length === 1) throw error;
    return undefined;
  }
}

function isKey(label: string): boolean {
  return label.endsWith('PRIVATE KEY');
}

const SEVERAL: FoundKey = { state: 'unreadable', fault: { kind: 'several-keys' } };

function readKey(bytes: Buffer): FoundKey {
  try {
    return { state: 'readable', facts: parseKey(bytes) };
  } catch (error) {
    if (error instanceof EncryptedKeyError) return { state: 'encrypted' };
    return { state: 'unreadable', fault: { kind: 'unusable', detail: messageOf(error) } };
  }
}
