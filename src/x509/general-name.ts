/** GeneralName (RFC 5280 §4.2.1.6) as one text, `dns:api.example.test`: a row for each kind that a manifest can have. */
import { ipOctets, ipText } from '../pki/ip.ts';
import { keysOf } from '../pki/record.ts';
import type { SanKind } from '../pki/san.ts';
import { ascii, type Der, hex, oidText, readAll, TAG, unlessDamaged } from './der.ts';
import { encode, encodeOid } from './der-write.ts';
import { isOpensslName } from './name-read.ts';
import { namesDer, nameTextOf, plainNameText, readNameText } from './name-text.ts';
import { otherNameOctets, otherNameText, upnOctets, upnText } from './other-name.ts';

interface NameKind {
  readonly tag: number;
  /** In x509v3_config(5); absent: no form there takes every value as it is. */
  readonly config?: string;
  /** `undefined`: malformed, or for another row of the same tag. */
  read(octets: Uint8Array): string | undefined;
  write(value: string): Uint8Array | undefined;
}

const IA5 = { read: ascii, write: (value: string) => Buffer.from(value, 'latin1') } as const;

const KINDS: Readonly<Record<SanKind, NameKind>> = {
  email: { tag: 0x81, config: 'email', ...IA5 },
  dns: { tag: 0x82, config: 'DNS', ...IA5 },
  uri: { tag: 0x86, config: 'URI', ...IA5 },
  ip: {
    tag: 0x87,
    config: 'IP',
    read: (octets) => ([4, 16].includes(octets.length) ? ipText(octets) : undefined),
    write: ipOctets,
  },
  upn: { tag: 0xa0, read: upnText, write: upnOctets },
  otherName: { tag: 0xa0, read: otherNameText, write: otherNameOctets },
  dirName: { tag: 0xa4, read: readDirectory, write: writeDirectory },
  registeredID: { tag: 0x88, read: readOid, write: writeOid },
};

const ROWS = keysOf(KINDS).map((kind) => [kind, KINDS[kind]] as const);

/** What kinds are called by their number, for those without a row and for what is malformed. */
const BY_NUMBER: readonly string[] = [
  'otherName',
  'email',
  'dns',
  'x400Address',
  'dirName',
  'ediPartyName',
  'uri',
  'ip',
  'registeredID',
];

/** Kinds that hold another constructed value: otherName, x400Address, directoryName, ediPartyName. */
const CONSTRUCTED: readonly number[] = [0, 3, 4, 5];

/** A Name is a CHOICE, so that its tag is explicit. */
function readDirectory(octets: Uint8Array): string | undefined {
  return unlessDamaged(() => {
    const name = readAll(octets);
    if (!isOpensslName(name)) return undefined;
    const text = nameTextOf(name);
    return writeDirectory(text)?.equals(octets) ? text : undefined;
  });
}

function writeDirectory(text: string): Buffer | undefined {
  const read = readNameText(text, isDotted);
  return read.ok ? namesDer(read.names) : undefined;
}

function isDotted(text: string): boolean {
  return /^[0-2](?:\.\d+)+$/.test(text);
}

function readOid(octets: Uint8Array): string | undefined {
  const dotted = oidText({ tag: TAG.oid, bytes: octets, body: octets });
  return writeOid(dotted)?.equals(octets) ? dotted : undefined;
}

function writeOid(dotted: string): Buffer | undefined {
  return isDotted(dotted) ? Buffer.from(readAll(encodeOid(dotted)).body) : undefined;
}

/** Of any kind; what cannot be read is shown by its octets: `ip:#0102`, `x400Address:#<hex>`. */
export function nameText({ tag, body }: Der): string {
  for (const [kind, row] of ROWS) {
    const value = row.tag === tag ? row.read(body) : undefined;
    if (value !== undefined) return `${kind}:${value}`;
  }
  const number = tag & 0x1f;
  return `${BY_NUMBER[number] ?? `tag${number}`}:#${hex(body)}`;
}

/** The DER of a name as `nameText` gives it. */
export function encodeName(text: string): Uint8Array {
  const { kind, value } = split(text);
  const row = rowOf(kind);
  const octets = row?.write(value);
  if (row !== undefined && octets !== undefined) return encode(row.tag, octets);
  const number = numberOf(kind);
  if (number === undefined || !/^#(?:[0-9a-f]{2})*$/.test(value))
    throw new Error(`Internal error: no name can be written as ${JSON.stringify(text)}`);
  return encode(
    0x80 | (CONSTRUCTED.includes(number) ? 0x20 : 0) | number,
    Buffer.from(value.slice(1), 'hex'),
  );
}

function numberOf(kind: string): number | undefined {
  const number = BY_NUMBER.indexOf(kind);
  const [, other] = /^tag(\d+)$/.exec(kind) ?? [];
  return number !== -1 ? number : other === undefined ? undefined : Number(other);
}

/** As people compare names: a directory name without the kinds of its strings. */
export function plainName(text: string): string {
  return text.startsWith('dirName:') ? `dirName:${plainNameText(text.slice('dirName:'.length))}` : text;
}

/** Whether openssl has a form of its own for this name. */
export function hasEntry(text: string): boolean {
  const { kind, value } = split(text);
  const row = rowOf(kind);
  return row?.config !== undefined && row.write(value) !== undefined;
}

/** A line of a section of names: `DNS.1 = api.example.test`. */
export function nameEntry(text: string, number: number): readonly [key: string, value: string] {
  const { kind, value } = split(text);
  const config = rowOf(kind)?.config;
  if (config === undefined)
    throw new Error(`Internal error: openssl has no name for ${JSON.stringify(text)}`);
  return [`${config}.${number}`, value];
}

function split(text: string): { readonly kind: string; readonly value: string } {
  const at = text.indexOf(':');
  return { kind: text.slice(0, at), value: text.slice(at + 1) };
}

function rowOf(kind: string): NameKind | undefined {
  return ROWS.find(([candidate]) => candidate === kind)?.[1];
}
