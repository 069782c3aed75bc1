import { describe, expect, test } from 'vitest';
import { untried } from '../../src/handshake/assess.ts';
import type { SkippedCheck } from '../../src/handshake/case.ts';
import { handshakeCases } from '../../src/handshake/cases.ts';
import type { Finding, Outcome, Transcript } from '../../src/handshake/outcome.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { type HandshakesTextOptions, handshakesJson, handshakesText } from '../../src/report/handshakes.ts';
import { COLOURED, PLAIN } from '../../src/report/style.ts';
import { authorityEntity, dns, leafEntity } from '../handshake/pki.ts';

const WIDE: HandshakesTextOptions = { columns: 100, unicode: true, verbose: false, style: PLAIN };

const server = (name: string, issuer = 'root') =>
  leafEntity('server', name, issuer, { san: [dns(`${name}.test`)] });
const client = (name: string, issuer = 'root') => leafEntity('client', name, issuer);

const ACCEPTED: Transcript = {
  server: { kind: 'accepted' },
  client: { kind: 'accepted' },
  protocol: 'TLSv1.3',
  resumed: false,
  received: true,
  answered: true,
  timedOut: false,
};

const CONNECTED: Finding = { kind: 'connected' };
const REFUSED: Finding = { kind: 'refused', side: 'client', code: 'SELF_SIGNED_CERT_IN_CHAIN' };
const EXPIRED: Finding = { kind: 'refused', side: 'server', code: 'CERT_HAS_EXPIRED' };

/** All as expected, but for the cases whose id contains one of the words. */
function proof(
  entities: readonly Entity[],
  wrong: readonly string[] = [],
): [Outcome[], readonly SkippedCheck[]] {
  const { cases, skipped } = handshakeCases([authorityEntity('root'), authorityEntity('other'), ...entities]);
  const outcomes = cases.map((tried): Outcome => {
    const ok = !wrong.some((word) => tried.id.includes(word));
    const connected = (tried.expect === 'accept') === ok;
    const code = ok ? null : 'CERT_HAS_EXPIRED';
    const finding = ok && connected ? CONNECTED : ok ? REFUSED : EXPIRED;
    const result = { ok, connected, finding, code, transcript: ACCEPTED };
    return { case: tried, ...result, milliseconds: 1.23456 };
  });
  return [outcomes, skipped];
}

function text(
  entities: readonly Entity[],
  options: Partial<HandshakesTextOptions> = {},
  wrong: readonly string[] = [],
): string {
  return handshakesText(...proof(entities, wrong), { ...WIDE, ...options });
}

const SMALL = [server('api'), server('web'), client('billing'), client('ops'), client('partner', 'other')];

describe('the table', () => {
  test('all as expected', () => {
    expect(text(SMALL)).toBe(`Handshakes  servers × clients, TLS 1.2 and 1.3

        connects               │  is refused
server  billing  ops  partner  │  no cert  foreign CA  wrong name  other root
api        ✓      ✓      –     │     ✓         ✓           ✓           ✓
web        ✓      ✓      –     │     ✓         ✓           ✓           ✓

✓ as expected   – refused as expected: no shared trust
is refused: no client certificate, a client of a foreign CA,
            a wrong server name, a client that trusts another root

8 handshakes accepted, 20 refused, as expected
`);
  });

  test('what went wrong is marked, and told in plain words', () => {
    const wrong = ['servers/web clients/ops TLSv1', 'servers/api clients/billing TLSv1.2 wrong-name'];
    expect(text(SMALL, {}, wrong)).toBe(`Handshakes  servers × clients, TLS 1.2 and 1.3

        connects               │  is refused
server  billing  ops  partner  │  no cert  foreign CA  wrong name  other root
api        ✓      ✓      –     │     ✓         ✓           ✗           ✓
web        ✓      ✗      –     │     ✓         ✓           ✓           ✓

✓ as expected   – refused as expected: no shared trust   ✗ not as expected
is refused: no client certificate, a client of a foreign CA,
            a wrong server name, a client that trusts another root

✗ servers/api ← clients/billing, TLS 1.2, should refuse: wrong server name "wrong-name.invalid"
    the server refused: the client's certificate or one of its issuers has expired (CERT_HAS_EXPIRED)
    hint: compare the clock of this machine with the certificate's dates; "pki apply" renews what is due
✗ servers/web ← clients/ops, TLS 1.2 and 1.3, should connect as "web.test"
    the server refused: the client's certificate or one of its issuers has expired (CERT_HAS_EXPIRED)
    hint: compare the clock of this machine with the certificate's dates; "pki apply" renews what is due

3 of 28 handshakes went wrong
`);
  });

  test('ASCII', () => {
    const ascii = text(SMALL, { unicode: false }, ['servers/web clients/ops']);
    expect(ascii).toMatch(/^[\n\x20-\x7e]+$/);
    expect(ascii).toContain('web        +      X      -     |     +         +           +           +\n');
  });

  test('colours change no width', () => {
    const coloured = text(SMALL, { style: COLOURED }, ['servers/web clients/ops']);
    expect(coloured).toContain('\u001b[31m✗\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(text(SMALL, {}, ['servers/web clients/ops']));
  });

  test('a peer does not meet itself; names that two entities share keep their folder', () => {
    const peer = leafEntity('peer', 'api', 'root', { san: [dns('peer.test')] });
    const lines = text([server('api'), peer, client('ops')]).split('\n');
    expect(lines[3]).toMatch(/^server {7}api {2}ops {2}│/);
    expect(lines[4]).toMatch(/^servers\/api {3}✓ {4}✓ {3}│/);
    expect(lines[5]).toMatch(/^peers\/api {10}✓ {3}│/);
  });
});

test('peers keep their order in the columns too, although none of them meets itself', () => {
  const peers = ['a', 'b', 'c'].map((name) =>
    leafEntity('peer', name, 'root', { san: [dns(`${name}.test`)] }),
  );
  expect(text([client('ops'), ...peers]).split('\n')[3]).toMatch(/^server {2}ops {2}a {2}b {2}c {2}│/);
});

describe('widths', () => {
  const many = [
    server('api'),
    ...['eu-west', 'eu-north', 'us-east'].map((zone) => client(`worker-of-the-${zone}-17`)),
  ];

  test.each([200, 100, 90, 80, 70, 60, 50, 40])(
    'the table and its legend fit %i columns, or a line per server does',
    (columns) => {
      const [, grid] = text(many, { columns }).split('\n\n');
      for (const line of grid?.split('\n') ?? [])
        expect(line.length).toBeLessThanOrEqual(Math.max(columns, 50));
    },
  );

  test('long names are cut in the middle, where they are alike', () => {
    const head = text(many, { columns: 90 }).split('\n')[3];
    expect(head).toBe(
      'server  worker-o…west-17  worker-o…orth-17  worker-o…east-17  │  cert  CA  name  root',
    );
  });

  test.each([200, 60, 50])('a half is as wide as its heading, however few columns it has (%i)', (columns) => {
    const lines = text([server('api'), client('a')], { columns }).split('\n');
    expect(lines[2]).toBe('        connects  │  is refused');
    expect(lines[3]).toMatch(/^server {2}a {9}│ {2}(no )?cert/);
    expect(lines[4]).toMatch(/^api {5}✓ {9}│ {3,5}✓/);
  });

  test('nothing is headed where there is no half', () => {
    expect(text([server('api')]).split('\n')[2]).toBe('        │  is refused');
  });

  test('where no table fits: one line per server', () => {
    const crowd = [
      server('api'),
      server('web'),
      ...Array.from({ length: 30 }, (_, index) => client(`worker-${index}`)),
    ];
    const compact = text([...crowd, client('partner', 'other')], { columns: 80 }, [
      'servers/web clients/worker-3 ',
    ]);
    expect(compact.split('\n').slice(2, 4)).toEqual([
      '✓ api     30/31 clients accepted, 1 refused; refuses 4/4',
      '✗ web     29/31 clients accepted, 1 refused, 1 wrong; refuses 4/4',
    ]);
  });
});

describe('what is not in the table', () => {
  test('checks that could not be made, with the reason', () => {
    const lonely = text([server('api')]);
    expect(lonely).toContain('api     │     ✓         ✓           ?           ?\n');
    expect(lonely).toContain(
      '? servers/api, not tested: wrong server name, client that trusts another root\n    no client of the manifest connects',
    );
    expect(lonely).toMatch(/0 handshakes accepted, 4 refused, as expected; 2 checks could not be made\n$/);
  });

  test('a cause that several have in common, once for all of them', () => {
    const many = [...'abcdefg'].map((name) => server(name));
    const checks = 'not tested: wrong server name, client that trusts another root\n    no client';
    expect(text(many)).toContain(
      `\n\n? servers/a, servers/b, servers/c, servers/d, servers/e and 2 more, ${checks}`,
    );
    expect(text(many).match(/not tested: /g)).toHaveLength(1);
    expect(text(many, { verbose: true })).toContain(`servers/e, servers/f, servers/g, ${checks}`);
  });

  test('no servers at all', () => {
    expect(text([client('ops')])).toBe('no handshakes: no server of the manifest can be tried\n');
  });

  test('files that nothing can use are told once', () => {
    const [outcomes, skipped] = proof(SMALL);
    const problem = { party: 'servers/api', fault: 'no-files', code: 'X' } as const;
    const failed = outcomes.map((outcome) =>
      outcome.case.server === 'servers/api' ? untried(outcome.case, problem) : outcome,
    );
    expect(handshakesText(failed, skipped, WIDE)).toContain(
      '\n\n✗ servers/api: its files could not be read (X)\n    14 handshakes could not be tried\n\n14 of 28',
    );
  });

  test('many failures are cut short, but not with --verbose', () => {
    const crowd = [server('api'), ...Array.from({ length: 30 }, (_, index) => client(`worker-${index}`))];
    const [outcomes, skipped] = proof(crowd, [' pair']);
    const lost: Finding = { kind: 'data-lost', side: 'client' };
    const failed = outcomes.map((outcome) => (outcome.ok ? outcome : { ...outcome, finding: lost }));
    const said = (verbose: boolean) => handshakesText(failed, skipped, { ...WIDE, verbose });
    const paragraphs = (verbose: boolean) => said(verbose).match(/\n {4}the client did not receive/g)?.length;
    expect(paragraphs(false)).toBe(20);
    expect(paragraphs(true)).toBe(30);
    expect(said(false)).toContain('\n  and 10 more; --verbose shows them\n');
  });

  test('verbose: one line per case', () => {
    const lines = text([server('api'), client('ops')], { verbose: true })
      .split('\n\n')[3]
      ?.split('\n');
    expect(lines).toHaveLength(10);
    expect(lines?.[0]).toBe(
      '✓ servers/api ← clients/ops, TLS 1.2, should connect as "api.test": connected over TLS 1.2',
    );
    expect(lines?.[9]).toBe(
      "– servers/api ← clients/ops, TLS 1.3, should refuse: client that trusts another root: the client refused: the server's certificate leads to a root that is not trusted (SELF_SIGNED_CERT_IN_CHAIN)",
    );
  });
});

test('JSON: versioned, complete and plain data', () => {
  const [outcomes, skipped] = proof(
    [server('api'), client('ops'), server('lonely', 'other')],
    ['wrong-name'],
  );
  const json = handshakesJson(outcomes, skipped);
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  expect(json).toMatchObject({ format: 'pki-handshakes', version: 1 });
  expect(json.summary).toEqual({ ok: false, total: 16, accepted: 2, refused: 12, wrong: 2, skipped: 2 });
  expect(json.cases).toHaveLength(16);
  expect(json.cases[0]).toEqual({
    id: 'servers/api clients/ops TLSv1.2 pair',
    server: 'servers/api',
    client: 'clients/ops',
    tls: 'TLSv1.2',
    check: 'pair',
    name: 'api.test',
    expect: 'accept',
    refusedBy: [],
    ok: true,
    connected: true,
    reason: 'connected over TLS 1.2',
    hint: null,
    code: null,
    verdicts: { server: { kind: 'accepted' }, client: { kind: 'accepted' } },
    milliseconds: 1.2,
  });
});
