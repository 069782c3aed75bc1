/** What came of a handshake, and why one could not be made: every kind and its sentence. */
import { expect, it } from 'vitest';
import type { HandshakeCase, RefuseCase, SkipCause } from '../../src/handshake/case.ts';
import type { Fault, Finding, Outcome } from '../../src/handshake/outcome.ts';
import type { Cause } from '../../src/report/handshakes-causes.ts';
import {
  causeHint,
  causeText,
  expectationText,
  outcomeHint,
  outcomeText,
  skipText,
} from '../../src/report/handshakes-words.ts';

const BASE = {
  id: 'x',
  server: 'servers/s',
  client: 'clients/c',
  version: 'TLSv1.3',
  serverName: 's.test',
} as const;
const ACCEPT: HandshakeCase = { ...BASE, check: 'pair', expect: 'accept' };
const refuse = (check: RefuseCase['check'], ...by: RefuseCase['by']): RefuseCase => ({
  ...BASE,
  check,
  expect: 'refuse',
  by,
});
const FOREIGN = refuse('foreign-client', 'server');

const outcome = (
  tried: HandshakeCase,
  finding: Finding,
  code: string | null = null,
  ok = false,
): Outcome => ({
  case: tried,
  ok,
  connected: false,
  finding,
  code,
  transcript: null,
  milliseconds: 1,
});
const admitted = (tried: RefuseCase, connected = true): [HandshakeCase, Finding] => [
  tried,
  { kind: 'not-refused', tried, connected },
];

it.each<[...[HandshakeCase, Finding], string]>([
  [ACCEPT, { kind: 'connected' }, 'connected over TLS 1.3'],
  [
    ACCEPT,
    { kind: 'refused', side: 'server', code: 'CERT_REVOKED' },
    "the server refused: the client's certificate has been revoked (CERT_REVOKED)",
  ],
  [
    FOREIGN,
    { kind: 'refused-otherwise', side: 'client', code: 'CERT_HAS_EXPIRED' },
    "refused for another reason: the client refused: the server's certificate or one of its issuers has expired (CERT_HAS_EXPIRED)",
  ],
  [
    FOREIGN,
    { kind: 'refused-otherwise', side: 'server', code: 'NEW_IN_NODE' },
    'refused for another reason: the server refused: the handshake failed (NEW_IN_NODE)',
  ],
  [
    ACCEPT,
    { kind: 'broken', side: 'client', code: 'ECONNRESET' },
    'the other side broke the connection off (ECONNRESET)',
  ],
  [
    FOREIGN,
    { kind: 'broken', side: 'client', code: 'ECONNRESET' },
    'no verdict: the other side broke the connection off (ECONNRESET)',
  ],
  [FOREIGN, { kind: 'timed-out' }, 'timed out (TIMED_OUT)'],
  [ACCEPT, { kind: 'resumed' }, 'a session was resumed, so nothing was verified'],
  [ACCEPT, { kind: 'other-version', protocol: 'TLSv1.2' }, 'TLSv1.2 was negotiated'],
  [ACCEPT, { kind: 'data-lost', side: 'server' }, 'the server did not receive what the client sent'],
  [ACCEPT, { kind: 'data-lost', side: 'client' }, 'the client did not receive what the server answered'],
  [...admitted(FOREIGN), "they connected, although the client's certificate comes from a foreign CA"],
  [
    ...admitted(refuse('no-client-certificate', 'server'), false),
    'neither side refused, although the client sent no certificate',
  ],
  [
    ...admitted(refuse('wrong-name', 'client')),
    'they connected, although the server\'s certificate does not carry the name "s.test"',
  ],
  [
    ...admitted(refuse('other-root', 'client')),
    "they connected, although the client does not trust the server's root",
  ],
  [
    ...admitted(refuse('pair', 'server', 'client')),
    "they connected, although the server does not trust the client's root and the client does not trust the server's root",
  ],
])('%j: %j', (tried, finding, text) => {
  expect(outcomeText(outcome(tried, finding))).toBe(text);
});

it.each<[Fault, code: string, string]>([
  ['no-files', 'NO_CREDENTIALS', 'its files could not be read'],
  [
    'key-encrypted',
    'KEY_IS_ENCRYPTED',
    'the private key is encrypted, and a handshake has no passphrase for it',
  ],
  ['key-unreadable', 'ERR_OSSL_UNSUPPORTED', 'the private key cannot be read'],
  ['certificate-unreadable', 'ERR_OSSL_PEM_NO_START_LINE', 'the certificate cannot be read'],
  ['mismatch', 'KEY_VALUES_MISMATCH', 'key and certificate do not match'],
  ['no-trust-anchor', 'NO_TRUST_ANCHOR', 'the trust bundle holds no certificate'],
  ['bundle-unreadable', 'ERR_OSSL_X', 'the trust bundle cannot be read'],
  ['unloadable', 'ERR_OSSL_X', 'TLS does not take its files'],
  ['unloadable', 'ERR_SSL_EE_KEY_TOO_SMALL', 'the key is too weak for TLS (security level 2)'],
  ['cannot-listen', 'EADDRNOTAVAIL', 'cannot listen on 127.0.0.1'],
])('what could not be tried: %s, %s', (fault, code, words) => {
  const untried = (party: string | null): Finding => ({ kind: 'untried', problem: { party, fault, code } });
  expect(outcomeText(outcome(ACCEPT, untried('servers/s')))).toBe(`servers/s: ${words} (${code})`);
  expect(outcomeText(outcome(FOREIGN, untried(null)))).toBe(`the foreign client: ${words} (${code})`);
});

it('a hint is given for what went wrong and is known', () => {
  const expired: Finding = { kind: 'refused', side: 'server', code: 'CERT_REVOKED' };
  expect(outcomeHint(outcome(ACCEPT, expired, 'CERT_REVOKED'))).toBe('issue a new one');
  expect(outcomeHint(outcome(FOREIGN, expired, 'CERT_REVOKED', true))).toBeNull();
  expect(outcomeHint(outcome(ACCEPT, expired, 'NEW_IN_NODE'))).toBeNull();
  expect(outcomeHint(outcome(ACCEPT, { kind: 'connected' }, null, true))).toBeNull();
});

it.each<[SkipCause, string]>([
  [{ kind: 'no-name' }, 'the certificate has no DNS name, no IP address and no URI'],
  [
    { kind: 'no-asker', names: ['a.test', '127.0.0.1'] },
    'no client of the manifest connects, so nothing asks for a.test, 127.0.0.1',
  ],
  [
    { kind: 'key-elsewhere' },
    'the private key is elsewhere ("request"), and no handshake can be played without it; the certificate is verified',
  ],
  [
    { kind: 'key-on-token' },
    'the private key is on a token, and no handshake can be played without it; the certificate is verified',
  ],
  [{ kind: 'uri-alone' }, 'the certificate has no host name: clients asked for its URI, as SPIFFE does'],
  [{ kind: 'closed-key' }, 'the private key is under a passphrase that is not to be had here'],
  [
    { kind: 'list-elsewhere', authorities: ['authorities/a', 'authorities/b'] },
    'revocation lists are not read here: what makes the list of authorities/a, authorities/b is elsewhere',
  ],
  [
    { kind: 'not-archived' },
    'the private key is not in the archive, so no handshake can be played; the certificate is verified',
  ],
  [{ kind: 'former-issuer' }, 'the issuer has another key by now, and the chain of before is no longer here'],
  [
    { kind: 'too-many' },
    'so many are revoked that handshakes with all of them would take too long; openssl judges their certificates',
  ],
  [
    { kind: 'no-ml-dsa' },
    `Node.js ${process.versions.node} knows no ML-DSA, and makes no handshakes with it (24 does); the certificate is verified by openssl`,
  ],
  [{ kind: 'no-client' }, 'no client of the manifest connects, so none can be given this fault'],
  [
    { kind: 'own-root-untrusted' },
    'no client of the manifest connects, and the server does not trust its own root',
  ],
])('a check is left out: %j', (cause, text) => expect(skipText(cause)).toBe(text));

it.each<[code: string, role: Cause['role'], hint: string | null]>([
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'refuser',
    'ca.pem of servers/s has to hold the root above the others; "pki plan" shows whether it was changed',
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT',
    'refused',
    'fullchain.pem of servers/s has to hold every intermediate, and lead to a root that the others trust; "pki plan" shows whether it was changed',
  ],
  ['CERT_REVOKED', 'refused', 'issue a new one'],
  ['CERT_REVOKED', 'refuser', 'issue a new one'],
  ['NEW_IN_NODE', 'refuser', null],
])('what helps against %s of a %s', (code, role, hint) => {
  const cause: Cause = {
    ...{ role, code, side: 'client', party: 'servers/s', outcomes: [] },
    others: ['clients/a', null],
  };
  expect(causeHint(cause)).toBe(hint);
  const verb = role === 'refuser' ? 'refuses' : 'is refused by';
  const words = /^servers\/s (.*) clients\/a, a stand-in client: (.*)$/.exec(causeText(cause));
  expect(words?.[1]).toBe(verb);
  expect(words?.[2]).toContain(code);
});

it.each<[HandshakeCase[], string]>([
  [[], ''],
  [[{ ...ACCEPT, serverName: null }], 'should connect'],
  [[ACCEPT, { ...ACCEPT, serverName: 't.test' }, ACCEPT], 'should connect as "s.test", "t.test"'],
  [[refuse('pair', 'client')], 'should refuse: no shared trust'],
])('what cases of one kind expected: %#', (group, text) => {
  expect(expectationText(group)).toBe(text);
});
