import { describe, expect, test } from 'vitest';
import { assess, untried } from '../../src/handshake/assess.ts';
import type { HandshakeCase, RefuseCase, Side } from '../../src/handshake/case.ts';
import type { Transcript, Verdict } from '../../src/handshake/outcome.ts';
import { outcomeText } from '../../src/report/handshakes-words.ts';

const OK: Verdict = { kind: 'accepted' };
const refused = (code: string): Verdict => ({ kind: 'refused', code });
const broken = (code: string): Verdict => ({ kind: 'broken', code });

const BASE = {
  id: 'x',
  server: 'servers/s',
  client: 'clients/c',
  version: 'TLSv1.3',
  serverName: 's.test',
} as const;
const ACCEPT: HandshakeCase = { ...BASE, check: 'pair', expect: 'accept' };
const refuse = (check: RefuseCase['check'], ...by: readonly Side[]): HandshakeCase => ({
  ...BASE,
  check,
  expect: 'refuse',
  by,
});

const GOOD: Transcript = {
  server: OK,
  client: OK,
  protocol: 'TLSv1.3',
  resumed: false,
  received: true,
  answered: true,
  timedOut: false,
};
const SILENT = { ...GOOD, received: false, answered: false };

const verdictOn = (tried: HandshakeCase, transcript: Transcript) => {
  const outcome = assess(tried, transcript, 1);
  return `${outcome.ok ? 'ok' : 'wrong'}: ${outcomeText(outcome)}`;
};

test.each([
  [true, true, true],
  [true, false, false],
  [false, true, false],
  [false, false, false],
])('data that arrived (%s) and came back (%s) is a connection: %s', (received, answered, connected) => {
  const transcript = { ...GOOD, received, answered };
  expect(assess(ACCEPT, transcript, 7)).toMatchObject({
    case: ACCEPT,
    connected,
    transcript,
    milliseconds: 7,
  });
});

describe('accept', () => {
  test.each<[string, Partial<Transcript>, string]>([
    ['all well', {}, 'ok: connected over TLS 1.3'],
    ['another version', { protocol: 'TLSv1.2' }, 'wrong: TLSv1.2 was negotiated'],
    ['a resumed session', { resumed: true }, 'wrong: a session was resumed, so nothing was verified'],
    ['data lost', { received: false }, 'wrong: the server did not receive what the client sent'],
    ['answer lost', { answered: false }, 'wrong: the client did not receive what the server answered'],
    ['timed out', { timedOut: true }, 'wrong: timed out (TIMED_OUT)'],
    [
      'both refuse: the server is heard first',
      { server: refused('CERT_HAS_EXPIRED'), client: refused('CERT_HAS_EXPIRED') },
      "wrong: the server refused: the client's certificate or one of its issuers has expired (CERT_HAS_EXPIRED)",
    ],
    [
      'both broken: the one who knows more',
      { server: broken('CLOSED_BEFORE_THE_END'), client: broken('ERR_SSL_NO_SHARED_CIPHER') },
      'wrong: the two sides have no cipher in common (ERR_SSL_NO_SHARED_CIPHER)',
    ],
    [
      'both broken, and nobody knows',
      { server: broken('ECONNRESET'), client: broken('ECONNRESET') },
      'wrong: the other side broke the connection off (ECONNRESET)',
    ],
    ['an unknown code', { client: broken('ERR_X') }, 'wrong: the handshake failed (ERR_X)'],
  ])('%s', (_what, change, expected) => {
    expect(verdictOn(ACCEPT, { ...GOOD, ...change })).toBe(expected);
  });
});

describe('refuse', () => {
  const untrusted = refused('SELF_SIGNED_CERT_IN_CHAIN');
  const none = refused('PEER_DID_NOT_RETURN_A_CERTIFICATE');
  const name = refused('ERR_TLS_CERT_ALTNAME_INVALID');
  const expired = refused('CERT_HAS_EXPIRED');

  test.each<[string, HandshakeCase, Partial<Transcript>, RegExp]>([
    [
      'no certificate',
      refuse('no-client-certificate', 'server'),
      { server: none },
      /^ok: the server refused: the client sent no/,
    ],
    [
      'foreign client',
      refuse('foreign-client', 'server'),
      { server: untrusted },
      /^ok: the server refused: the client's/,
    ],
    [
      'wrong name',
      refuse('wrong-name', 'client'),
      { client: name },
      /^ok: the client refused: the server's certificate does not carry/,
    ],
    ['other root', refuse('other-root', 'client'), { client: untrusted }, /^ok/],
    ['pair, one side', refuse('pair', 'server'), { server: untrusted }, /^ok: the server/],
    [
      'pair, both sides',
      refuse('pair', 'server', 'client'),
      { server: untrusted, client: untrusted },
      /^ok: the server/,
    ],
    [
      'pair, one of both was quicker',
      refuse('pair', 'server', 'client'),
      { server: broken('ECONNRESET'), client: untrusted },
      /^ok: the client/,
    ],
    [
      'pair of two roots of one name',
      refuse('pair', 'client'),
      { client: refused('CERT_SIGNATURE_FAILURE') },
      /^ok/,
    ],
    [
      'the other side went away',
      refuse('wrong-name', 'client'),
      { client: name, server: broken('ECONNRESET') },
      /^ok/,
    ],
    [
      'a foreign client without certificate',
      refuse('foreign-client', 'server'),
      { server: none },
      /^wrong: refused for another reason/,
    ],
    [
      'no certificate, but one was seen',
      refuse('no-client-certificate', 'server'),
      { server: untrusted },
      /^wrong/,
    ],
    ['wrong name, but untrusted', refuse('wrong-name', 'client'), { client: untrusted }, /^wrong/],
    ['other root, but expired', refuse('other-root', 'client'), { client: expired }, /^wrong/],
    [
      'other root, but a broken signature',
      refuse('other-root', 'client'),
      { client: refused('CERT_SIGNATURE_FAILURE') },
      /^wrong/,
    ],
    [
      'the wrong side',
      refuse('pair', 'server'),
      { client: untrusted },
      /^wrong: refused for another reason: the client/,
    ],
    [
      'the right side and the wrong side',
      refuse('wrong-name', 'client'),
      { client: name, server: expired },
      /^wrong: .*expired/,
    ],
    [
      'a reset is no refusal',
      refuse('foreign-client', 'server'),
      { server: broken('ECONNRESET') },
      /^wrong: no verdict: /,
    ],
    [
      'neither side refused',
      refuse('other-root', 'client'),
      {},
      /^wrong: neither side refused, although the client does not trust/,
    ],
    [
      'data got through',
      refuse('pair', 'server', 'client'),
      { received: true, answered: true },
      /^wrong: they connected, although the server does not trust the client's root and the client does not trust the server's root/,
    ],
    [
      'data got through one way',
      refuse('wrong-name', 'client'),
      { client: name, received: true },
      /^wrong: they connected, although .* "s\.test"/,
    ],
    ['timed out', refuse('wrong-name', 'client'), { client: name, timedOut: true }, /^wrong: timed out/],
  ])('%s', (_what, tried, change, expected) => {
    expect(verdictOn(tried, { ...SILENT, ...change })).toMatch(expected);
  });
});

test('a case that could not be tried is never ok, also when a refusal was expected', () => {
  const problem = { party: 'servers/s', fault: 'no-files', code: 'X' } as const;
  const outcome = untried(refuse('foreign-client', 'server'), problem);
  expect(outcome).toMatchObject({
    ok: false,
    connected: false,
    transcript: null,
    finding: { kind: 'untried', problem },
  });
});
