/** URIs as certificates carry them: absolute, and in the syntax of RFC 3986 (RFC 5280 §4.2.1.6). */

import { ipOctets } from '../pki/ip.ts';
import { quote } from '../pki/printable.ts';
import { parseDns } from './dns.ts';
import { type Parsed, parsed, refused } from './problem.ts';

/** In characters, which are octets here. */
export const URI_LIMIT = 2048;

/** RFC 3986 §2.2 and §2.3, and what introduces an octet. Brackets belong around an IPv6 address and nowhere else. */
const FOREIGN = /[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/**
 * A URI exactly as written, or why it is not one. Go refuses a whole certificate, and Java all its names, for one URI that
 * breaks the syntax.
 */
export function parseUri(text: string): Parsed<string> {
  if (text.length > URI_LIMIT)
    return refused('san', `URI of ${text.length} characters is longer than ${URI_LIMIT}`, 'shorten it');
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme === undefined) {
    const hint = 'write it in full, such as "spiffe://example.test/api"';
    return refused('san', `URI ${quote(text)} has no scheme`, hint);
  }
  if (!/^[!-~]+$/.test(text))
    return refused(
      'san',
      `URI ${quote(text)} has characters outside printable ASCII`,
      'write each octet as "%" and two hexadecimal digits',
    );
  const rest = text.slice(scheme.length);
  if (/^(\/\/)?(#|$)/.test(rest))
    return refused('san', `URI ${quote(text)} has nothing after its scheme`, 'complete it');
  const authority = /^\/\/([^/?#]*)/.exec(rest)?.[1];
  const behind = authority === undefined ? rest : rest.slice(2 + authority.length);
  return (
    (authority === undefined ? undefined : badAuthority(text, authority)) ??
    badCharacters(text, behind) ??
    parsed(text)
  );
}

function badCharacters(text: string, part: string): Parsed<never> | undefined {
  const foreign = FOREIGN.exec(part)?.[0] ?? (part.split('#').length > 2 ? '#' : undefined);
  if (foreign !== undefined) {
    const code = foreign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    const what = foreign === '#' ? 'a second "#"' : `the character ${quote(foreign)}`;
    return refused(
      'san',
      `URI ${quote(text)} contains ${what}, which is not allowed there`,
      `write it as "%${code}"`,
    );
  }
  if (!/%(?![0-9A-Fa-f]{2})/.test(part)) return undefined;
  const message = `URI ${quote(text)} has a "%" without two hexadecimal digits after it`;
  return refused('san', message, 'write a percent sign itself as "%25"');
}

/** `user@host:port`; where there is an authority, its host has to be a DNS name or an address (RFC 5280 §4.2.1.6). */
function badAuthority(text: string, authority: string): Parsed<never> | undefined {
  const at = authority.lastIndexOf('@') + 1;
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(:.*)?$/.exec(authority.slice(at)) ?? [];
  if (port !== undefined && !/^:\d{1,5}$/.test(port))
    return refused(
      'san',
      `URI ${quote(text)} has the invalid port ${quote(port.slice(1))}`,
      'a port is a number',
    );
  const user = authority.slice(0, at).replace(/@$/, '');
  if (user.includes('@'))
    return refused('san', `URI ${quote(text)} has a second "@" before its host`, 'write it as "%40"');
  return badHost(text, host) ?? badCharacters(text, user);
}

function badHost(text: string, host: string): Parsed<never> | undefined {
  if (host === '') return refused('san', `URI ${quote(text)} has no host after "//"`, 'add the host');
  const inner = /^\[(.*)\]$/.exec(host)?.[1];
  if (ipOctets(inner ?? host)?.length === (inner === undefined ? 4 : 16)) return undefined;
  const name = inner === undefined && !host.includes('*') ? parseDns(host) : undefined;
  if (name?.ok) return undefined;
  const hint = name?.problem.hint ?? 'a host is a DNS name, an IPv4 address, or an IPv6 address in brackets';
  return refused('san', `URI ${quote(text)} has the invalid host ${quote(host)}`, hint);
}
