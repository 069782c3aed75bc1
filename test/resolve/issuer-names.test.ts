/** Names that are no authorities, in `issuer` and `trust`: what is said of each, and what is not reported twice. */
import { expect, it } from 'vitest';
import { diagnosticsOf } from '../helpers/said.ts';

function said(text: string): readonly string[] {
  return diagnosticsOf(text).map(({ line, col, message, hint }) => `${line}:${col} ${message} | ${hint}`);
}

const ROOT = 'root: { commonName: Root }';
const TWO = `${ROOT}, other: { commonName: Other }, sub: { commonName: Sub, issuer: root }`;

it.each<[what: string, authorities: string, entries: string, expected: readonly string[]]>([
  [
    'a word that is none, where there is one',
    ROOT,
    'servers: { a: { commonName: a.test, issuer: zzz } }',
    ['3:45 unknown issuer "zzz" | the only authority is "root"'],
  ],
  [
    'a word that is none, where there are several',
    TWO,
    'servers: { a: { commonName: a.test, issuer: zzz } }',
    ['3:45 unknown issuer "zzz" | the authorities are "root", "other" and "sub"'],
  ],
  [
    'a word that is nearly one',
    TWO,
    'servers: { a: { commonName: a.test, issuer: othr } }',
    ['3:45 unknown issuer "othr" | did you mean "other"?'],
  ],
  [
    'itself, though there is nearly such an authority',
    TWO,
    'servers: { othr: { commonName: a.test, issuer: othr } }',
    ['3:48 server "othr" names itself as its issuer | the authorities are "root", "other" and "sub"'],
  ],
  [
    'itself, where the only authority has a mistake',
    'root: { commonName: 5 }',
    'peers: { a: { commonName: a.test, issuer: a } }',
    [
      '2:36 "commonName" must be text, not the number 5 | write it in quotes: "5"',
      '3:43 peer "a" names itself as its issuer | the only authority is "root"',
    ],
  ],
  [
    'itself, without any authority',
    '',
    'peers: { a: { commonName: a.test, issuer: a } }',
    [
      '3:10 no root: there is no authority to sign peer "a" | add "authorities: { root: { commonName: Example Root CA } }"',
      '3:43 peer "a" names itself as its issuer | add an authority',
    ],
  ],
  [
    'entries of other kinds',
    ROOT,
    'servers: { s: { commonName: s.test, issuer: c } }\nclients: { c: { commonName: c, issuer: p } }\npeers: { p: { commonName: p.test, issuer: s } }',
    [
      '3:45 issuer "c" is a client, not an authority | the only authority is "root"',
      '4:40 issuer "p" is a peer, not an authority | the only authority is "root"',
      '5:43 issuer "s" is a server, not an authority | the only authority is "root"',
    ],
  ],
  [
    'a client, for an authority of the same name',
    `${ROOT}, c: { commonName: C, issuer: c }`,
    'clients: { c: { commonName: app, issuer: root } }',
    [
      '2:72 authority "c" names itself as its issuer | remove "issuer" from the authority that is the root: a root signs itself',
    ],
  ],
  [
    'an authority with a mistake, which is reported where it is',
    `${ROOT}, bad: { commonName: 5, issuer: root }`,
    'servers: { a: { commonName: a.test, issuer: bad } }',
    ['2:63 "commonName" must be text, not the number 5 | write it in quotes: "5"'],
  ],
  [
    'a wrong word in an entry with another mistake',
    ROOT,
    'servers: { a: { commonName: 5, issuer: zzz }, b: { commonName: 5 } }',
    [
      '3:29 "commonName" must be text, not the number 5 | write it in quotes: "5"',
      '3:40 unknown issuer "zzz" | the only authority is "root"',
      '3:64 "commonName" must be text, not the number 5 | write it in quotes: "5"',
    ],
  ],
  [
    'in "trust": a word that is none',
    TWO,
    'clients: { a: { commonName: a, issuer: root, trust: [zzz] } }',
    ['3:54 unknown authority "zzz" in "trust" | the roots are "other" and "root"'],
  ],
  [
    'in "trust": one that is nearly an authority, but not a root',
    TWO,
    'clients: { a: { commonName: a, issuer: root, trust: [root, sbu] } }',
    ['3:60 unknown authority "sbu" in "trust" | did you mean "sub"?'],
  ],
  [
    'in "trust": an authority that is not a root',
    TWO,
    'clients: { a: { commonName: a, issuer: other, trust: [other, sub] } }',
    ['3:62 "sub" in "trust" is not a root | ca.pem holds only roots: name "root", the root of "sub"'],
  ],
  [
    'in "trust": an authority with a mistake, which is reported where it is',
    `${ROOT}, bad: { commonName: 5 }`,
    'clients: { a: { commonName: a, issuer: root, trust: [bad] } }',
    ['2:63 "commonName" must be text, not the number 5 | write it in quotes: "5"'],
  ],
])('%s', (_, authorities, entries, expected) =>
  expect(said(`version: 1\nauthorities: { ${authorities} }\n${entries}\n`)).toEqual(expected),
);

it('where no authority can be read, no name is missed', () => {
  const text = 'version: 1\nauthorities: 5\nclients: { a: { commonName: a, issuer: x, trust: [y] } }\n';
  expect(said(text)).toEqual([expect.stringMatching(/^2:14 "authorities" must be a map /)]);
});
