/** Names against the constraints of every authority above: which is refused, whose constraints say so, what readers make of them. */
import { describe, expect, it } from 'vitest';
import { diagnosticsOf, said } from '../helpers/said.ts';

/** Up to what makes the rule understood. */
const SHORT = /^(Java|Go|rustls) refuses [^:]+|^.* is outside the name constraints of .*$/;

/** @param constraints of the root. @param low of the authority between it and the entries. */
function manifestOf(constraints: string, entries: string, low = ''): string {
  return `version: 1
authorities:
  root: { commonName: Root, nameConstraints: { ${constraints} } }
  low: { commonName: Low, issuer: root${low} }
${entries}
`;
}

const client = (rest: string): string => `clients: { a: { issuer: low, ${rest} } }`;

describe('what readers make of constraints', () => {
  const JAVA = ['? alice | Java refuses client "a"'];
  const RUSTLS = '? ["email:a@b.test"] | rustls refuses client "a"';

  it.each<[what: string, constraints: string, entries: string, expected: readonly string[]]>([
    ['a common name alone', 'permitted: [b.test]', client('commonName: alice'), JAVA],
    [
      'the same below an excluded domain',
      'permitted: [b.test], excluded: [c.b.test]',
      client('commonName: alice'),
      JAVA,
    ],
    ['where nothing but a domain is excluded', 'excluded: [b.test]', client('commonName: alice'), []],
    ['where addresses are permitted', 'permitted: [10.0.0.0/8]', client('commonName: alice'), []],
    ['beside a DNS name', 'permitted: [b.test]', client('commonName: alice, san: [a.b.test]'), []],
    [
      'beside a name of another kind',
      'permitted: [b.test]',
      client('commonName: alice, san: ["uri:https://x.test/"]'),
      JAVA,
    ],
    ['no common name', 'permitted: [b.test]', client('san: ["uri:https://x.test/"]'), []],
    [
      'another attribute than a common name',
      'permitted: [b.test]',
      client('subject: { organization: O }, san: ["uri:https://x.test/"]'),
      [],
    ],
    [
      'a certificate',
      'permitted: [b.test]',
      'certificates: { a: { issuer: low, commonName: alice, profile: code-signing } }',
      ['? alice | Java refuses certificate "a"'],
    ],
    [
      'a server, which no Java takes for a client',
      'permitted: [b.test]',
      'servers: { a: { issuer: low, commonName: alice, san: ["ip:10.0.0.1"] } }',
      [],
    ],
    [
      'a peer',
      'permitted: [b.test]',
      'peers: { a: { issuer: low, commonName: alice, san: ["ip:10.0.0.1"] } }',
      [],
    ],
    ['a mailbox', 'permitted: ["email:b.test"]', client('san: ["email:a@b.test"]'), [RUSTLS]],
    ['where mailboxes are excluded', 'excluded: ["email:c.test"]', client('san: ["email:a@b.test"]'), []],
    ['another name there', 'permitted: ["email:b.test"]', client('commonName: alice'), []],
    [
      'both',
      'permitted: ["email:b.test", b.test]',
      client('commonName: alice, san: ["email:a@b.test"]'),
      [...JAVA, RUSTLS],
    ],
    [
      'a name that is outside, and nothing more of the same constraints',
      'permitted: ["email:c.test", b.test]',
      client('commonName: alice, san: ["email:a@b.test"]'),
      [
        '"email:a@b.test" | "email:a@b.test", a name of client "a", is outside the name constraints of authority "root"',
      ],
    ],
    [
      'a directory name that is permitted',
      'permitted: ["dirName:O=O"]',
      '',
      [
        '? { permitted: ["dirName:O=O"] } | Go refuses everything below authority "root"',
        'Low | "CN=Low", a name of authority "low", is outside the name constraints of authority "root"',
      ],
    ],
    [
      'one that is excluded, among others',
      'permitted: [b.test], excluded: ["email:b.test", "dirName:O=O"]',
      '',
      [
        '? { permitted: [b.test], excluded: ["email:b.test", "dirName:O=O"] } | Go refuses everything below authority "root"',
      ],
    ],
  ])('%s', (_, constraints, entries, expected) =>
    expect(said(manifestOf(constraints, entries), SHORT)).toEqual(expected),
  );

  it('each with what helps, and with the constraints', () => {
    const constraints = 'permitted: ["email:b.test", b.test], excluded: ["dirName:O=O"]';
    const text = manifestOf(constraints, client('commonName: alice, san: ["email:a@b.test"]'));
    const found = diagnosticsOf(text).map(({ code, hint, related = [] }) => [
      code,
      hint,
      ...related.map(({ line, col, message }) => `${line}:${col} ${message}`),
    ]);
    expect(found).toEqual([
      ['san', 'constrain other kinds of names, if Go is to accept it'],
      [
        'san',
        'give it a DNS name in "san" that is permitted, if Java is to accept it',
        '3:46 the constraints',
      ],
      ['san', 'constrain other kinds of names, if rustls is to accept it', '3:46 the constraints'],
    ]);
  });
});

describe('a name outside of constraints', () => {
  const outside = (at: string, name: string, owner: string, above: string): string =>
    `${at} | "${name}", a name of ${owner}, is outside the name constraints of authority "${above}"`;

  it.each<[what: string, text: string, expected: readonly string[]]>([
    [
      'is not that of the authority that states them',
      manifestOf('excluded: ["dirName:CN=Root", "dirName:CN=Low"]', ''),
      [outside('Low', 'CN=Low', 'authority "low"', 'root')],
    ],
    [
      'may be that of an authority two levels below',
      manifestOf('excluded: ["dirName:CN=Deep"]', '  deep: { commonName: Deep, issuer: low }'),
      [outside('Deep', 'CN=Deep', 'authority "deep"', 'root')],
    ],
    [
      'is reported for each authority above',
      manifestOf(
        'permitted: [b.test]',
        client('commonName: c.test, san: [c.test]'),
        ', nameConstraints: { excluded: [c.test] }',
      ),
      [
        outside('c.test', 'dns:c.test', 'client "a"', 'low'),
        outside('c.test', 'dns:c.test', 'client "a"', 'root'),
      ],
    ],
    [
      'stands in the list, whose item is shown',
      manifestOf(
        'permitted: [b.test]',
        client('commonName: alice, san: [a.b.test, c.test, d.b.test, e.test]'),
      ),
      [
        outside('c.test', 'dns:c.test', 'client "a"', 'root'),
        outside('e.test', 'dns:e.test', 'client "a"', 'root'),
      ],
    ],
    [
      'is the common name, where the list is made of it',
      manifestOf('permitted: [b.test]', 'servers: { a: { issuer: low, commonName: c.test } }'),
      [outside('c.test', 'dns:c.test', 'server "a"', 'root')],
    ],
    [
      'is not looked for where the names hold a mistake',
      manifestOf('permitted: [b.test]', client('commonName: alice, san: [c.test, x..y]')),
      ['x..y | DNS name "x..y" has an empty label'],
    ],
  ])('%s', (_, text, expected) =>
    expect(said(text, SHORT).filter((one) => !one.includes('Go refuses'))).toEqual(expected),
  );
});

describe('below a bridge', () => {
  const manifest = (bridge: string, partner: string, entries: string): string => `version: 1
authorities:
  root: { commonName: Root, crossSignedBy: [{ issuer: partner${bridge} }] }
  low: { commonName: Low, issuer: root }
  partner: { commonName: Partner${partner} }
  apart: { commonName: Apart }
${entries}
`;
  const OWN = ', nameConstraints: { excluded: ["dirName:CN=Root", "dirName:CN=Low", c.test] }';
  const leaves = 'clients: { a: { issuer: low, san: [a.c.test] }, b: { issuer: apart, san: [b.c.test] } }';
  const outside = (at: string, name: string, owner: string, above: string): string =>
    `${at} | "${name}", a name of ${owner}, is outside the name constraints of authority "${above}"`;

  it('constraints of the other authority are for the bridge and all below it', () => {
    expect(said(manifest('', OWN, leaves), SHORT).filter((one) => !one.includes('Go refuses'))).toEqual([
      outside('Root', 'CN=Root', 'authority "root"', 'partner'),
      outside('Low', 'CN=Low', 'authority "low"', 'partner'),
      outside('a.c.test', 'dns:a.c.test', 'client "a"', 'partner'),
    ]);
  });

  it('constraints of the bridge are for what is below it, and not for its own name', () => {
    const at = `{ issuer: partner${OWN} }`;
    expect(said(manifest(OWN, '', leaves), SHORT)).toEqual([
      `? ${at} | Go refuses everything below authority "root@partner"`,
      outside('Low', 'CN=Low', 'authority "low"', 'root@partner'),
      outside('a.c.test', 'dns:a.c.test', 'client "a"', 'root@partner'),
    ]);
  });

  it('a bridge may state that it constrains nothing', () => {
    expect(said(manifest(', nameConstraints: null', '', leaves), SHORT)).toEqual([]);
  });
});
