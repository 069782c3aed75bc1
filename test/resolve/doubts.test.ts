/** Values that are hardly meant: what is warned of, where, and what looks like it and is meant. */
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

/** What is said of an entry, with the line and the hint. */
function said(section: string, entry: string): readonly string[] {
  const loaded = loadManifest(
    ['version: 1', 'authorities: { root: { commonName: Root } }', `${section}:`, '  a:', entry, ''].join(
      '\n',
    ),
    'pki.yaml',
  );
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(
    ({ line, col, message, hint }) => `${line}:${col} ${message}; ${hint}`,
  );
}

const named = (value: string) => said('clients', `    commonName: ${JSON.stringify(value)}`);

describe('a common name', () => {
  it.each<[value: string, message: string]>([
    ['“a”', 'has typographic quotes, which become part of the name; write "…" or \'…\', or no quotes at all'],
    ['‘a’', 'has typographic quotes'],
    ['„a‟', 'has typographic quotes'],
    ['«a»', 'has typographic quotes'],
    ['‹a›', 'has typographic quotes'],
    ['a"', 'ends with ", which nothing opens; put " in front of it too, or remove it'],
    ["a'", "ends with ', which nothing opens; put ' in front of it too, or remove it"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is not replaced
    ['a ${B} c', 'contains "${B}", which is not replaced; write the value itself'],
    ['a $(b) c', 'contains "$(b)", which is not replaced'],
    ['a {{b}} c', 'contains "{{b}}", which is not replaced'],
    ['$HOST', 'contains "$HOST", which is not replaced'],
    ['$_x1', 'contains "$_x1", which is not replaced'],
    ['%HOST%', 'contains "%HOST%", which is not replaced'],
    ['a <%= b %> c', 'contains "<%= b %>", which is not replaced'],
    ['a\u00a0b', 'contains a no-break space (U+00A0); type an ordinary space: the two look the same'],
  ])('%s %s', (value, message) => {
    const found = named(value);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^5:17 common name "/);
    expect(found[0]).toContain(message);
  });

  it.each([
    '“a” b',
    'a “b”',
    '"a"',
    "it's",
    'a"b',
    '5\'10"',
    'say "a"',
    '$5',
    'a $HOST',
    '$HOST b',
    '100%',
    'a %HOST%',
    '%HOST% b',
    '{a}',
    '<a>',
    '$ {a}',
  ])('%s is one', (value) => {
    expect(named(value)).toEqual([]);
  });
});

describe.each(['servers', 'peers'])('the common name of one of the %s', (section) => {
  const said1 = (...settings: readonly string[]) => said(section, `    ${settings.join('\n    ')}`);

  it.each<[value: string, message: string]>([
    ['“a.test”', 'it has typographic quotes, which become part of the name; write "…" or'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is not replaced
    ['${A}.test', 'it contains "${A}", which is not replaced; write the value itself'],
    ['a.test"', 'it ends with ", which nothing opens'],
    ['a\u00a0b.test', 'it contains a no-break space (U+00A0)'],
  ])('%s is refused for that, and nothing else is said', (value, message) => {
    const found = said1(`commonName: ${JSON.stringify(value)}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(' is not a host name: ');
    expect(found[0]).toContain(message);
  });

  it('is warned of beside names that clients check', () => {
    expect(said1('commonName: “a”', 'san: [a.test]')).toEqual([
      expect.stringMatching(/^5:17 common name "“a”" has typographic quotes/),
    ]);
  });

  it('is called no host name where that is all', () => {
    expect(said1('commonName: Jane Doe')).toEqual([
      expect.stringContaining('is not a host name, and there is no'),
    ]);
  });

  it.each(['', 'subject: {}', 'san: []'])('is missed once: %s', (settings) => {
    const found = said(section, `    {${settings}}`);
    expect(found).toEqual([
      expect.stringMatching(/ has no name for clients to check: .*; add "commonName: …" or/),
    ]);
  });
});

describe('an attribute of a subject', () => {
  it('is called as it is written, and shown where', () => {
    expect(said('clients', '    subject: { organization: "$ORG" }')).toEqual([
      expect.stringMatching(/^5:30 organization "\$ORG" contains/),
    ]);
    expect(said('clients', '    subject: "CN=a,O=$ORG"')).toEqual([
      expect.stringMatching(/^5:14 O "\$ORG" contains/),
    ]);
  });
});

describe('a URL among the names of a server', () => {
  const url = (...names: readonly string[]) =>
    said('servers', `    san: ${JSON.stringify(['a.test', ...names])}`);
  it.each([
    'http',
    'https',
    'ws',
    'wss',
    'tcp',
    'tls',
    'ldap',
    'ldaps',
    'amqp',
    'amqps',
    'mqtt',
    'mqtts',
    'HTTPS',
  ])('by %s is a URI, where the name of its host is looked for', (scheme) => {
    expect(url(`${scheme}://b.test/x`)).toEqual([
      `5:20 "${scheme}://b.test/x" of server "a" is a URI, and clients look for the name of the host; write "b.test", or "uri:${scheme}://b.test/x" where the URI is meant`,
    ]);
  });

  it.each<[text: string, host: string]>([
    ['https://me@b.test/', 'b.test'],
    ['https://b.test:8443', 'b.test'],
    ['https://b.test?x@y', 'b.test'],
    ['https://b.test#x', 'b.test'],
    ['https://B.test/', 'b.test'],
    ['https://[::1]:8443/', '::1'],
  ])('%s is one of "%s"', (text, host) => {
    expect(url(text)[0]).toContain(`write "${host}", or`);
    expect(url(text, host)).toEqual([]);
  });

  it.each([
    'redis://b.test/',
    'xhttps://b.test/',
    'urn:https://b.test/',
    'uri:https://b.test/',
    'URI:https://b.test/',
  ])('%s is meant', (text) => {
    expect(url(text)).toEqual([]);
  });
});

it('a name of a key store that is empty is wrong once', () => {
  const settings = ['commonName: a.test', 'outputs: [cert, { pkcs12: { name: "", password: env:P } }]'];
  expect(said('clients', `    ${settings.join('\n    ')}`)).toEqual([
    expect.stringMatching(/^6:39 "name" must be a name such as "api", not ""/),
  ]);
});
