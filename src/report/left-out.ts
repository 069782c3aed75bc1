/** Why something is not in an adopted folder's manifest, in words, and what can be done about it. */

import type { ReadFault } from '../adopt/found.ts';
import type { LeftOutWhy, Note } from '../adopt/left-out.ts';
import type { PathFault } from '../adopt/paths.ts';
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import { isoTime } from '../plan/validity.ts';
import { blockageText } from '../words/blockage.ts';

type Words<Union extends { readonly kind: string }> = {
  readonly [Kind in Union['kind']]: (value: Extract<Union, { readonly kind: Kind }>) => string;
};

const WORDS: Words<LeftOutWhy> = {
  unreadable: ({ fault }) => faultText(fault),
  link: () => 'a symbolic link: not followed',
  'too-large': () => 'larger than 1 MB: not looked into',
  'too-deep': () => 'a folder more than 6 folders down: not looked into',
  'too-many': () => 'more than 20,000 files: neither this one nor those after it were looked at',
  format: ({ format }) => `${format}: only PEM files can be managed`,
  'encrypted-key': ({ keyPath }) =>
    `the private key "${keyPath}" is encrypted, and this version cannot open encrypted keys`,
  'no-key': () => 'its private key is not in this folder',
  'no-certificate': ({ request }) =>
    `a private key that fits no certificate of this folder${request === null ? '' : ` ("${request}" asks for one)`}`,
  'key-kind': ({ spec }) => `a manifest has no keys of this kind: ${spec}`,
  usage: ({ usages }) => `for neither TLS servers nor TLS clients: ${usages.join(', ')}`,
  'no-host': () => 'for TLS servers, and without a DNS name or IP address that a client could check',
  'expired-authority': ({ notAfter }) => `an authority that expired ${isoTime(notAfter)}`,
  'self-signed': () => 'signed by itself, and no authority',
  'unknown-issuer': ({ issuer }) => `signed by ${issuer}, which is not in this folder`,
  'no-authority': ({ issuer }) =>
    `signed by ${issuer}, whose certificate is not one of an authority (basic constraints lack CA:TRUE)`,
  'issuer-left-out': ({ issuer, because }) => `below ${issuer}, which is left out: ${textOf(because)}`,
  'same-subject': ({ other }) => `has the subject of ${other}: nobody could tell their certificates apart`,
  'path-length': ({ limiter }) => `too deep: the path length of ${limiter} allows no authority here`,
  path: ({ fault }) => pathText(fault),
  bundle: ({ count }) => `the certificate is only in a file with others (${count} certificates)`,
  together: () => 'the certificate is only in one file with its key',
  earlier: ({ of }) => `an earlier certificate for the key of "${of}"`,
  'key-taken': ({ by }) => `for the key of "${by}": two entities cannot write one file`,
  copy: ({ of }) => `a copy of "${of}": it will not change when that does`,
  combined: () => 'combines a private key with other parts: it will not be updated when they change',
  'spare-key': () => 'a private key whose certificate is left out',
  certificates: ({ count }) =>
    count === 1
      ? "a certificate that is no entity's"
      : `a bundle of ${count} certificates that is no entity's`,
  'request-differs': ({ of }) => `a request for "${of}" that does not match the certificate that was issued`,
  'request-alone': () => "a request that is no entity's",
  'public-key': () => 'a public key by itself',
  crl: () => 'a revocation list: this version neither reads nor writes them',
  'other-pem': ({ labels }) => `holds ${labels.join(', ') || 'nothing that a manifest is about'}`,
};

const NOTES: Words<Note> = {
  'no-usage': ({ section }) => `has no extended key usage: adopted as one of the ${section}`,
  attribute: ({ attribute }) => `cannot be expressed in a manifest: ${attribute} in the subject`,
  names: ({ names }) => `cannot be expressed in a manifest: ${names.join(', ')} among the SANs`,
  'common-name': ({ before, after }) =>
    `cannot be expressed in a manifest: the common name ${before ?? '(none)'}; described with ${after ?? 'none'}`,
  'common-name-added': ({ name }) =>
    `a server's common name has to be among its SANs: described with ${name} among them`,
  validity: () => 'lives longer or shorter than a manifest can say',
  extensions: ({ oids }) => `has extensions that the next certificate will not have: ${oids.join(', ')}`,
  'idle-root': () => 'says CA:TRUE, but signs nothing here and has SANs: perhaps meant to be a server',
};

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
    case 'several-keys':
      return 'holds several private keys';
    case 'bad-certificate':
      return `holds no readable certificate: ${fault.detail}`;
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

/** Free of control characters: certificates and names of files may hold anything. */
export function leftOutText(why: LeftOutWhy): string {
  return visible(textOf(why));
}

/** Without the entry that it is about; free of control characters, as above. */
export function noteText(note: Note): string {
  return visible((NOTES[note.kind] as (value: Note) => string)(note));
}

function textOf(why: LeftOutWhy): string {
  return (WORDS[why.kind] as (value: LeftOutWhy) => string)(why);
}

const HINTS: Readonly<Partial<Record<LeftOutWhy['kind'], string>>> = {
  'encrypted-key': 'decrypt it with "openssl pkey -in KEY -out PLAIN" in its place, and adopt again',
  'no-key': 'an authority and its end entities can be adopted once the key is put beside the certificate',
  bundle:
    'put the first one into a file of its own with "openssl x509 -in BUNDLE -out CERT", and adopt again',
  together: 'put each into a file of its own with "openssl x509" and "openssl pkey", and adopt again',
  'unknown-issuer': 'copy the key and certificate of the issuer into the folder, and adopt again',
  'expired-authority': 'sign it anew with the tool that made it, and adopt again',
  link: 'adopt the folder that it leads to',
};

/** What to do about it, where something can be done. */
export function leftOutHint(why: LeftOutWhy): string | undefined {
  return why.kind === 'issuer-left-out' ? leftOutHint(why.because) : HINTS[why.kind];
}

/** As `why` of docs/json.md has it: where the fault is data, its words are the `detail`. */
export function leftOutJson(why: LeftOutWhy): unknown {
  return { ...recorded(why), text: leftOutText(why), hint: leftOutHint(why) ?? null };
}

function recorded(why: LeftOutWhy): object {
  if (why.kind === 'unreadable' || why.kind === 'path') return { kind: why.kind, detail: textOf(why) };
  return why.kind === 'issuer-left-out' ? { ...why, because: recorded(why.because) } : why;
}
