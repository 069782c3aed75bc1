/** Cases in the user's words: who with whom, over what, checking what. */
import { type CheckKind, type HandshakeCase, type TlsVersion, versionText } from '../handshake/case.ts';
import { unreachable } from '../pki/entity.ts';

/** `servers/api ← clients/billing`: the client comes to the server. */
export function pairText({ server, client }: HandshakeCase, unicode: boolean): string {
  return `${server} ${unicode ? '←' : '<-'} ${client ?? 'a stand-in client'}`;
}

/** `TLS 1.2 and 1.3`. */
export function versionsText(versions: readonly TlsVersion[]): string {
  const names = [...new Set(versions)].sort().map(versionText);
  return names.map((name, index) => (index === 0 ? name : name.replace('TLS ', ''))).join(' and ');
}

/** What several cases of one kind expected: `should connect as "a.test", "127.0.0.1"`. */
export function expectationText(group: readonly HandshakeCase[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const names = [...new Set(group.flatMap(({ serverName }) => serverName ?? []))];
  const quoted = names.map((name) => `"${name}"`).join(', ');
  if (first.expect === 'accept') return names.length === 0 ? 'should connect' : `should connect as ${quoted}`;
  if (first.check === 'pair') return 'should refuse: no shared trust';
  // A stand-in without a certificate goes by all of them.
  const isStandIn = first.client === null && first.check === 'no-client-certificate';
  const asked = isStandIn ? `, asked for as ${quoted}` : '';
  return `should refuse: ${checkText(first.check)}${first.check === 'wrong-name' ? ` ${quoted}` : asked}`;
}

/** A check in the user's words. */
export function checkText(check: CheckKind): string {
  switch (check) {
    case 'pair':
      return 'mutual TLS';
    case 'name':
      return 'server name';
    case 'no-client-certificate':
      return 'no client certificate';
    case 'foreign-client':
      return 'client of a foreign CA';
    case 'wrong-name':
      return 'wrong server name';
    case 'other-root':
      return 'client that trusts another root';
    default:
      return unreachable(check);
  }
}
