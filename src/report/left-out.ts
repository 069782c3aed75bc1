/** Why something of an adopted folder is not in its manifest, in words, and what to do about it. */

import type { ReadFault } from '../adopt/found.ts';
import type { BundleFault, LeftOutWhy } from '../adopt/left-out.ts';
import type { PathFault } from '../adopt/paths.ts';
import type { Revocation } from '../adopt/revocations.ts';
import { shellPath } from '../openssl/shell.ts';
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import { isoTime } from '../plan/validity.ts';
import { blockageText } from '../words/blockage.ts';
import { keyFormatText } from '../words/key-format.ts';
import { type Words, worded } from '../words/table.ts';
import { PemError, type PemFlaw } from '../x509/pem.ts';
import { AGAIN, formatHint, keyFormatHint } from './format-hints.ts';
import { NAMED, quotedText } from './quoted.ts';

const WORDS: Words<LeftOutWhy> = {
  unreadable: ({ fault }) => faultText(fault),
  link: () => 'is a symbolic link, which is not followed',
  'too-large': () => 'is larger than 1 MB, and was not read',
  name: () => 'has a name that is not UTF-8',
  'too-deep': () => 'is more than 6 folders down, and was not read',
  'too-many': () => 'comes after 20,000 files: from here on nothing was read',
  format: ({ format }) => `${format}: only PEM files can be managed`,
  'encrypted-key': ({ keyPath }) =>
    `the private key "${keyPath}" is encrypted, so that only names say whose it is`,
  'foreign-key': ({ keyPath, format }) => `the private key "${keyPath}" ${keyFormatText(format)}`,
  'unread-key': ({ keyPath, because }) =>
    `its private key "${keyPath}"${because.kind === 'format' ? ':' : ''} ${textOf(because)}`,
  revoked: (why) => `revoked${revokedText(why)}`,
  'no-key': () => 'its private key is not in this folder',
  'no-certificate': ({ request, unread }) =>
    unread === null
      ? `a private key without a certificate in this folder${request === null ? '' : ` ("${request}" asks for one)`}`
      : `a private key whose certificate may be in "${unread}", which was not read`,
  'key-kind': ({ spec }) => `a manifest has no keys of this kind: ${spec}`,
  usage: ({ usages }) => `for neither TLS servers nor TLS clients: ${usages.join(', ')}`,
  'no-host': () => 'for TLS servers, without a DNS name, IP address or URI that a client could check',
  'self-signed': () => 'signed by itself, and not an authority',
  'authority-key': ({ authority }) =>
    `has the private key of ${authority}, with which it could sign anything`,
  'unknown-issuer': ({ issuer }) => `signed by ${issuer}, which is not in this folder`,
  'other-key': ({ issuer }) =>
    `names ${issuer} as its issuer, but was signed by none of the keys with that name here, or changed since`,
  circle: () => 'the authorities above it signed each other in a circle, and none of them itself',
  'unknown-signature': ({ algorithm }) =>
    `signed with an algorithm that this version cannot check (${algorithm})`,
  'no-authority': ({ issuer }) =>
    `signed by ${issuer}, whose certificate is not an authority's (basic constraints lack CA:TRUE)`,
  'issuer-left-out': ({ issuer, because }) => `below ${issuer}, which is left out: ${textOf(because)}`,
  'same-subject': ({ other }) =>
    `has the subject of ${other}, so that their certificates could not be told apart`,
  'path-length': ({ limiter }) => `too deep: the path length of ${limiter} allows no authority here`,
  constrained: ({ name, limiter }) =>
    `its name "${name}" is outside the name constraints of ${limiter}: nothing that heeds them accepts it`,
  refused: ({ problem }) => `no manifest can have it: ${problem}`,
  path: ({ fault }) => pathText(fault),
  bundle: ({ path, count }) =>
    count === 1
      ? `the certificate shares "${path}" with other PEM blocks`
      : `the certificate has no file of its own: "${path}" holds ${count}`,
  together: ({ path }) => `the certificate has no file of its own: "${path}" holds its key as well`,
  earlier: ({ of }) => `an earlier certificate for the key of "${of}"`,
  'key-taken': ({ by }) => `for the key of "${by}", and two entities cannot write one file`,
  'cross-certificate': ({ of, issuer }) =>
    `a further certificate for the key of "${of}", by ${issuer}, which cannot be renewed here`,
  copy: ({ of }) => `a copy of "${of}", which will not change with it`,
  combined: () => 'combines a key with other parts; it will not be updated',
  'spare-key': () => 'a private key whose certificate is left out',
  certificates: ({ count, of }) => bundleText(count, of),
  'request-differs': ({ of }) => `a request for "${of}" that does not match the certificate that was issued`,
  'request-alone': () => 'a request of no entity',
  'public-key': () => 'a public key by itself',
  crl: ({ issuer, count, nextUpdate, isTrusted }) =>
    isTrusted
      ? `a revocation list of ${issuer} with ${countOf(count, 'certificate')}${untilText(nextUpdate)}: it is not continued`
      : `a revocation list of ${issuer} that no authority of this folder signed: it was not considered`,
  'ca-database': ({ count, taken }) =>
    `the database of another tool with ${countOf(count, 'revoked certificate')}${takenText(taken, count)}: it is not continued`,
  'other-pem': ({ labels }) => `holds ${labels.join(', ') || 'nothing for a manifest'}`,
};

function bundleText(count: number, of: readonly string[]): string {
  if (count === 1) return 'a certificate of no entity';
  if (of.length === 0) return `a bundle of ${count} certificates of no entity`;
  return `a bundle of ${count} certificates, with copies of ${quotedText(of, NAMED)}, which will not change with ${of.length === 1 ? 'it' : 'them'}`;
}

function takenText(taken: number, count: number): string {
  if (taken === 0) return '';
  return taken === count ? ', which the manifest has' : `, ${taken} of which the manifest has`;
}

function untilText(nextUpdate: number | null): string {
  return nextUpdate === null ? '' : `, valid until ${isoTime(nextUpdate).slice(0, 10)}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** ` on 2026-01-31 (keyCompromise), by "crl.pem"`. */
function revokedText(revocation: Revocation): string {
  if (revocation.by === 'folder') return ': it is in a folder of that name';
  const { date, reason, path } = revocation;
  const day = date === null ? '' : ` on ${isoTime(date).slice(0, 10)}`;
  return `${day}${reason === null ? '' : ` (${reason})`}, according to "${path}"`;
}

function faultText(fault: ReadFault): string {
  switch (fault.kind) {
    case 'blocked':
      return blockageText(fault.cause);
    case 'gone':
      return 'disappeared';
    case 'empty':
      return 'is empty';
    case 'no-pem':
      return 'holds no PEM';
    case 'flawed-pem':
      return new PemError(fault.flaw).message;
    case 'several-keys':
      return 'holds several private keys';
    case 'utf16':
      return 'is text in UTF-16, which no program reads as PEM';
    case 'foreign-key':
      return keyFormatText(fault.format);
    case 'rare-label':
      return `has the label "${fault.label}", which not every program reads`;
    case 'unusable':
      return fault.detail;
    default:
      return unreachable(fault);
  }
}

function pathText(fault: PathFault): string {
  switch (fault.kind) {
    case 'braces':
      return 'has "{" or "}" in its name';
    case 'not-utf8':
      return 'has a name that is not UTF-8';
    case 'invalid':
      return fault.message;
    case 'written-differently':
      return 'has a name that a manifest would write differently';
    case 'case-twin':
      return 'differs from another file in letter case only';
    default:
      return unreachable(fault);
  }
}

/** Free of control characters, which certificates and names of files may contain. */
export function leftOutText(why: LeftOutWhy): string {
  return visible(textOf(why));
}

function textOf(why: LeftOutWhy): string {
  return worded(WORDS, why);
}

function hintOf(why: LeftOutWhy): string | undefined {
  switch (why.kind) {
    case 'issuer-left-out':
    case 'unread-key':
      return hintOf(why.because);
    case 'unreadable':
      return faultHint(why.fault);
    case 'encrypted-key':
      return `give it the name of its certificate, or decrypt it in its place with "openssl pkey -in ${shellPath(why.keyPath)} -out PLAIN", ${AGAIN}`;
    case 'foreign-key':
      return keyFormatHint(why.format);
    case 'authority-key':
      return 'give it an entry in the manifest, by which apply makes a key of its own';
    case 'no-key':
      return `put the key beside the certificate, ${AGAIN}`;
    case 'bundle':
      return bundleHint(why);
    case 'together': {
      const file = shellPath(why.path);
      return `put each into a file of its own with "openssl x509 -in ${file} -out CERT" and "openssl pkey -in ${file} -out KEY", ${AGAIN}`;
    }
    case 'other-key':
    case 'unknown-issuer':
      return `copy the key and certificate of the issuer into the folder, ${AGAIN}`;
    case 'format':
      return formatHint(why.format);
    case 'name':
      return `give it another name, ${AGAIN}`;
    case 'link':
      return 'adopt the folder that it leads to';
    default:
      return undefined;
  }
}

function faultHint(fault: ReadFault): string | undefined {
  if (fault.kind === 'rare-label') return `write it again with "openssl x509 -in FILE -out CERT", ${AGAIN}`;
  if (fault.kind === 'flawed-pem') return flawHint(fault.flaw);
  if (fault.kind === 'utf16') return `save it as UTF-8, ${AGAIN}`;
  return fault.kind === 'foreign-key' ? keyFormatHint(fault.format) : undefined;
}

function flawHint({ kind }: PemFlaw): string {
  if (kind === 'byte-order-mark') return `save it without a byte order mark, ${AGAIN}`;
  if (kind === 'boundary') return `put every boundary at the start of a line of its own, ${AGAIN}`;
  return `write it again as plain PEM, ${AGAIN}`;
}

/** openssl takes out the first certificate of a file; what is before another has to be cut off. */
function bundleHint({ path, position, count }: BundleFault): string {
  if (position === null) return `copy it out of "${path}" into a file of its own, ${AGAIN}`;
  const file = shellPath(path);
  if (position === 1)
    return `put ${count === 1 ? 'it' : 'the first one'} into a file of its own with "openssl x509 -in ${file} -out CERT", ${AGAIN}`;
  const cut = `awk '/-----BEGIN CERTIFICATE-----/ {n++} n == ${position}' ${file}`;
  return `put certificate ${position} into a file of its own with "${cut} | openssl x509 -out CERT", ${AGAIN}`;
}

/** What to do about it, where something can be done; free of control characters. */
export function leftOutHint(why: LeftOutWhy): string | undefined {
  const text = hintOf(why);
  return text === undefined ? undefined : visible(text);
}

/** As `why` of docs/json.md has it: where the fault is data, its words are the `detail`. */
export function leftOutJson(why: LeftOutWhy): unknown {
  return { ...recorded(why), text: leftOutText(why), hint: leftOutHint(why) ?? null };
}

function recorded(why: LeftOutWhy): object {
  if (why.kind === 'unreadable' || why.kind === 'path') return { kind: why.kind, detail: textOf(why) };
  if (why.kind === 'foreign-key') return { ...why, format: why.format.kind };
  if (why.kind === 'crl')
    return { ...why, nextUpdate: why.nextUpdate === null ? null : isoTime(why.nextUpdate) };
  if (why.kind === 'revoked' && why.by !== 'folder')
    return { ...why, date: why.date === null ? null : isoTime(why.date) };
  return 'because' in why ? { ...why, because: recorded(why.because) } : why;
}
