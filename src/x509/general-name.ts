/** GeneralName (RFC 5280 §4.2.1.6) as one text, `dns:api.example.test`: a row for each kind that a manifest can have. */
import { ipOctets, ipText } from '../pki/ip.ts';
import type { SanKind } from '../pki/san.ts';
import { ascii, type Der, hex } from './der.ts';
import { encode } from './der-write.ts';

interface NameKind {
  readonly tag: number;
  /** In x509v3_config(5). */
  readonly config: string;
  /** `undefined`: malformed, to be shown by number and octets. */
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
};

const ROWS = Object.entries(KINDS);

/** Kinds that hold another constructed value: otherName, x400Address, directoryName, ediPartyName. */
const CONSTRUCTED: readonly number[] = [0, 3, 4, 5];

/** Of any kind; those that a manifest cannot have are shown by number and octets: `tag4:<hex>`. */
export function nameText({ tag, body }: Der): string {
  const [kind, row] = ROWS.find(([, candidate]) => candidate.tag === tag) ?? [];
  const value = row?.read(body);
  return value === undefined ? `tag${tag & 0x1f}:${hex(body)}` : `${kind}:${value}`;
}

/** The DER of a name as `nameText` gives it. */
export function encodeName(text: string): Uint8Array {
  const { kind, value } = split(text);
  const row = rowOf(kind);
  const octets = row?.write(value);
  if (row !== undefined && octets !== undefined) return encode(row.tag, octets);
  const number = Number(/^tag(\d+)$/.exec(kind)?.[1] ?? Number.NaN);
  if (Number.isNaN(number))
    throw new Error(`Internal error: no name can be written as ${JSON.stringify(text)}`);
  return encode(0x80 | (CONSTRUCTED.includes(number) ? 0x20 : 0) | number, Buffer.from(value, 'hex'));
}

/** A line of a section of names: `DNS.1 = api.example.test`. */
export function nameEntry(text: string, number: number): readonly [key: string, value: string] {
  const { kind, value } = split(text);
  const row = rowOf(kind);
  if (row === undefined) throw new Error(`Internal error: openssl has no name for ${JSON.stringify(text)}`);
  return [`${row.config}.${number}`, value];
}

function split(text: string): { readonly kind: string; readonly value: string } {
  const at = text.indexOf(':');
  return { kind: text.slice(0, at), value: text.slice(at + 1) };
}

function rowOf(kind: string): NameKind | undefined {
  return ROWS.find(([candidate]) => candidate === kind)?.[1];
}
