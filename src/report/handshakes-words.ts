/** Cases and their outcomes in the user's words: the two sides, the version, the check, and how it went. */
import {
  type CheckKind,
  type HandshakeCase,
  type RefuseCase,
  type Side,
  type SkipCause,
  type TlsVersion,
  versionText,
} from '../handshake/case.ts';
import {
  type Fault,
  type Finding,
  type Outcome,
  type PartyProblem,
  TIMED_OUT,
} from '../handshake/outcome.ts';
import { unreachable } from '../pki/entity.ts';
import { few } from '../words/few.ts';
import type { Cause } from './handshakes-causes.ts';
import { CHAIN_HINT, CODES } from './handshakes-codes.ts';

const STAND_IN = 'a stand-in client';

/** `servers/api ← clients/billing`: the client comes to the server. */
export function pairText({ server, client }: HandshakeCase, unicode: boolean): string {
  return `${server} ${unicode ? '←' : '<-'} ${client ?? STAND_IN}`;
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
  // A stand-in without a certificate asks for all of them.
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
    case 'revoked':
      return 'revoked';
    default:
      return unreachable(check);
  }
}

/** The outcome, with the TLS library's code in parentheses. */
export function outcomeText({ case: tried, finding }: Outcome): string {
  switch (finding.kind) {
    case 'connected':
      return `connected over ${versionText(tried.version)}`;
    case 'refused':
      return refusedText(finding);
    case 'refused-otherwise':
      return `refused for another reason: ${refusedText(finding)}`;
    case 'broken':
      return `${tried.expect === 'refuse' ? 'no verdict: ' : ''}${codeText(finding.side, finding.code)}`;
    case 'timed-out':
      return codeText('client', TIMED_OUT);
    case 'resumed':
      return 'a session was resumed, so nothing was verified';
    case 'other-version':
      return `${finding.protocol} was negotiated`;
    case 'data-lost':
      return finding.side === 'server'
        ? 'the server did not receive what the client sent'
        : 'the client did not receive what the server answered';
    case 'not-refused':
      return `${finding.connected ? 'they connected' : 'neither side refused'}, although ${flawText(finding.tried)}`;
    case 'untried':
      return problemText(finding.problem);
    default:
      return unreachable(finding);
  }
}

/** `clients/app refuses servers/api and servers/db: the server's certificate …`. */
export function causeText({ side, code, role, party, others }: Cause): string {
  const names = few(others.map((other) => other ?? STAND_IN));
  const verb = role === 'refuser' ? 'refuses' : 'is refused by';
  return `${party} ${verb} ${names}: ${codeText(side, code)}`;
}

/** Which file to look at: what the one who refuses trusts, or what the one who is refused shows. */
export function causeHint({ code, role, party }: Cause): string | null {
  const hint = CODES[code]?.hint ?? null;
  if (hint !== CHAIN_HINT) return hint;
  return role === 'refuser'
    ? `ca.pem of ${party} has to hold the root above the others; "pki plan" shows whether it was changed`
    : `fullchain.pem of ${party} has to hold every intermediate, and lead to a root that the others trust; "pki plan" shows whether it was changed`;
}

/** What to do about it; `null` where all is well, or nothing is known to help. */
export function outcomeHint({ ok, code }: Outcome): string | null {
  return ok || code === null ? null : (CODES[code]?.hint ?? null);
}

type Refused = Extract<Finding, { readonly kind: 'refused' | 'refused-otherwise' }>;

function refusedText({ side, code }: Refused): string {
  return `the ${side} refused: ${codeText(side, code)}`;
}

/** What is wrong in a case, as a clause. */
function flawText(tried: RefuseCase): string {
  switch (tried.check) {
    case 'no-client-certificate':
      return 'the client sent no certificate';
    case 'wrong-name':
      return `the server's certificate does not carry the name "${tried.serverName}"`;
    case 'foreign-client':
      return "the client's certificate comes from a foreign CA";
    case 'other-root':
      return "the client does not trust the server's root";
    case 'revoked':
      return `the certificate of the ${otherOf(tried.by[0] ?? 'server')} is revoked`;
    case 'pair':
      return tried.by.map((side) => `the ${side} does not trust the ${otherOf(side)}'s root`).join(' and ');
    default:
      return unreachable(tried.check);
  }
}

const FAULTS: Readonly<Record<Fault, string>> = {
  'no-files': 'its files could not be read',
  'key-encrypted': 'the private key is encrypted, and a handshake has no passphrase for it',
  'key-unreadable': 'the private key cannot be read',
  'certificate-unreadable': 'the certificate cannot be read',
  mismatch: 'key and certificate do not match',
  'no-trust-anchor': 'the trust bundle holds no certificate',
  'bundle-unreadable': 'the trust bundle cannot be read',
  unloadable: 'TLS does not take its files',
  'cannot-listen': 'cannot listen on 127.0.0.1',
};

/**
 * `servers/api: the private key cannot be read (CODE)`; a code that is more specific than the fault has its own words.
 */
function problemText({ party, fault, code }: PartyProblem): string {
  const words = CODES[code];
  return `${party ?? 'the foreign client'}: ${words?.whole ? words.says : FAULTS[fault]} (${code})`;
}

/** Why a check could not be made. */
export function skipText(cause: SkipCause): string {
  switch (cause.kind) {
    case 'key-elsewhere':
      return 'the private key is elsewhere ("request"), and no handshake can be played without it; the certificate is verified';
    case 'key-on-token':
      return 'the private key is on a token, and no handshake can be played without it; the certificate is verified';
    case 'no-name':
      return 'the certificate has no DNS name, no IP address and no URI';
    case 'uri-alone':
      return 'the certificate has no host name: clients asked for its URI, as SPIFFE does';
    case 'no-asker':
      return `no client of the manifest connects, so nothing asks for ${few(cause.names)}`;
    case 'no-client':
      return 'no client of the manifest connects, so none can be given this fault';
    case 'closed-key':
      return 'the private key is under a passphrase that is not to be had here';
    case 'list-elsewhere':
      return `revocation lists are not read here: what makes the list of ${few(cause.authorities)} is elsewhere`;
    case 'not-archived':
      return 'the private key is not in the archive, so no handshake can be played; the certificate is verified';
    case 'former-issuer':
      return 'the issuer has another key by now, and the chain of before is no longer here';
    case 'too-many':
      return 'so many are revoked that handshakes with all of them would take too long; openssl judges their certificates';
    case 'no-ml-dsa':
      return `Node.js ${process.versions.node} knows no ML-DSA, and makes no handshakes with it (24 does); the certificate is verified by openssl`;
    case 'own-root-untrusted':
      return 'no client of the manifest connects, and the server does not trust its own root';
    default:
      return unreachable(cause);
  }
}

/** `the client's certificate has been revoked (CERT_REVOKED)`, as the server says it. */
function codeText(side: Side, code: string): string {
  const words = CODES[code];
  if (words === undefined) return `the handshake failed (${code})`;
  return words.whole
    ? `${words.says} (${code})`
    : `the ${otherOf(side)}'s certificate ${words.says} (${code})`;
}

function otherOf(side: Side): Side {
  return side === 'server' ? 'client' : 'server';
}
