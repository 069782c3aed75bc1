/** Subject alternative names: which kind a text is, and whether it is a good one (RFC 5280 §4.2.1.6). */

import { ipOctets, ipText } from '../pki/ip.ts';
import { quote, strangeSpace } from '../pki/printable.ts';
import { keysOf } from '../pki/record.ts';
import type { San, SanKind } from '../pki/san.ts';
import { parseDns } from './dns.ts';
import { otherSan, parseDirName, parseOtherName, parseRegisteredId, parseUpn } from './other-names.ts';
import { type Parsed, parsed, refused } from './problem.ts';
import { parseUri, URI_LIMIT } from './uri.ts';

/** Names in one certificate; every peer parses all of them at every handshake. */
export const SAN_LIMIT = 1000;

function parseIp(text: string): Parsed<string> {
  const octets = ipOctets(text);
  if (octets) return parsed(ipText(octets));
  const shown = quote(text);
  const inner = /^\[(.*)\](:\d+)?$/.exec(text)?.[1];
  if (inner !== undefined)
    return refused('san', `${shown} is not an IP address`, `leave out the brackets: ${quote(inner)}`);
  if (text.includes('%')) {
    return refused(
      'san',
      `${shown} has a zone, which certificates cannot carry`,
      `write ${quote(text.split('%')[0] ?? '')}`,
    );
  }
  if (text.includes('/')) {
    return refused(
      'san',
      `${shown} is a network, but a certificate can only name single addresses`,
      'list each address',
    );
  }
  const hint =
    'an IPv4 address has four numbers from 0 to 255; an IPv6 address has eight groups of digits, and "::" can replace some of them';
  return refused('san', `${shown} is not an IP address`, hint);
}

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

function parseEmail(text: string): Parsed<string> {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = parseDns(text.slice(at + 1));
  if (at > 0 && local.length <= 64 && LOCAL_PART.test(local) && domain.ok && !domain.value.includes('*')) {
    return parsed(text);
  }
  return refused(
    'san',
    `${quote(text)} is not an e-mail address`,
    'write it as "name@example.test", without a display name',
  );
}

const PARSERS: Record<SanKind, (text: string) => Parsed<string>> = {
  dns: parseDns,
  ip: parseIp,
  uri: parseUri,
  email: parseEmail,
  upn: parseUpn,
  otherName: parseOtherName,
  dirName: parseDirName,
  registeredID: parseRegisteredId,
};

/** Kinds by what they are called, in lower case; openssl says RID. */
const PREFIXES: ReadonlyMap<string, SanKind> = new Map([
  ...keysOf(PARSERS).map((kind) => [kind.toLowerCase(), kind] as const),
  ['rid', 'registeredID'] as const,
]);

/** Kinds of which a text may be several names, where a manifest has one in each. */
const SIMPLE: readonly SanKind[] = ['dns', 'ip', 'email'];

const PREFIX = new RegExp(`^(${[...PREFIXES.keys()].join('|')}):(?!//)(.*)$`, 'is');

/** The kind of a value without a prefix. */
function kindOf(text: string): SanKind {
  if (ipOctets(text) || /^[0-9a-f:.]*:[0-9a-f.]*:[0-9a-f:.]*([%/].*)?$/i.test(text) || text.startsWith('['))
    return 'ip';
  if (/^\d+\.\d+\.\d+\.\d+[/%]/.test(text)) return 'ip';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^urn:/i.test(text)) return 'uri';
  return text.includes('@') ? 'email' : 'dns';
}

/** A name with a colon that neither ends a known prefix nor makes it a URI. */
function badColon(text: string): Parsed<never> | undefined {
  if (/^[^:]+:\d{1,5}$/.test(text)) {
    return refused(
      'san',
      `${quote(text)} has a port, but a certificate is valid for every port`,
      `write ${quote(text.split(':')[0] ?? '')}`,
    );
  }
  if (!text.includes(':')) return undefined;
  return refused(
    'san',
    `${quote(text)} is not a known kind of name`,
    'put "dns:", "ip:", "uri:" or "email:" in front, or "upn:", "otherName:", "dirName:" or "registeredID:"',
  );
}

/** `DNS:a,IP:10.0.0.1` as openssl has it, or names with spaces between them. In other kinds, a comma is a character like others. */
function severalNames(text: string, kind: SanKind): Parsed<never> | undefined {
  if (!SIMPLE.includes(kind)) return undefined;
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length < 2 || !parts.every((part) => parseSan(part).ok)) return undefined;
  const shown = `${parts.slice(0, 6).map(quote).join(', ')}${parts.length > 6 ? ' …' : ''}`;
  return refused('san', `SAN ${quote(text)} is more than one name`, `list each name separately: ${shown}`);
}

/** One SAN: its kind in front (`dns:`, `ip:`, `upn:`), or of the first four kinds the one that the value shows. */
export function parseSan(text: string): Parsed<San> {
  // before any pattern that looks further than the next character
  if (text.length > URI_LIMIT + 'registeredID:'.length) {
    return refused('san', `SAN of ${text.length} characters is longer than ${URI_LIMIT}`, 'shorten it');
  }
  const explicit = PREFIX.exec(text);
  const [, prefix = '', value = text] = explicit ?? [];
  const kind = PREFIXES.get(prefix.toLowerCase()) ?? kindOf(text);
  if (value === '') return refused('san', `SAN ${quote(text)} is empty`, 'write a name, or leave it out');
  if (value.trim() !== value) {
    const good = `${explicit ? `${kind}:` : ''}${value.trim()}`;
    const space = strangeSpace(value) ?? 'spaces';
    return refused('san', `SAN ${quote(text)} has ${space} around its value`, `write ${quote(good)}`);
  }
  const several = severalNames(text, kind);
  if (several !== undefined) return several;
  const colon = kind === 'dns' && explicit === null ? badColon(value) : undefined;
  const result = colon ?? PARSERS[kind](value);
  if (!result.ok) return result;
  return parsed(kind === 'otherName' ? otherSan(kind, result.value) : { kind, value: result.value });
}

/** Equal for names that a certificate need not carry twice: DNS ignores case (RFC 4343). */
export function sanIdentity({ kind, value }: San): string {
  return `${kind}:${kind === 'dns' ? value.toLowerCase() : value}`;
}
