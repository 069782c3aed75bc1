/** What lives longer than its issuer, or too short to be renewed: what is said, where, and once for each issuer. */
import { describe, expect, it } from 'vitest';
import { diagnosticsOf, said } from '../helpers/said.ts';

const manifestOf = (root: string, sub: string, leaves: string, defaults = ''): string => `version: 1
${defaults}
authorities:
  root: { commonName: Root${root} }
  sub: { commonName: Sub, issuer: root${sub} }
servers: { ${leaves} }
`;

const leaf = (name: string, more = ''): string => `${name}: { issuer: sub, commonName: ${name}.test${more} }`;
const capped = (length: string, who: string, whole: string, issuer: string): string =>
  `? ${length} | validity ${length} of ${who} is longer than ${whole} of its issuer "${issuer}": certificates will expire together with the issuer's`;

describe('a validity', () => {
  it.each<[what: string, text: string, expected: readonly string[]]>([
    [
      'of an authority longer than that of its root',
      manifestOf(', validity: 2y', ', validity: 3y', leaf('a')),
      [capped('3y', 'authority "sub"', '2y', 'root')],
    ],
    ['of an authority as long', manifestOf(', validity: 2y', ', validity: 2y', leaf('a')), []],
    [
      'of a leaf longer than that of its issuer',
      manifestOf('', ', validity: 30d', leaf('a', ', validity: 31d')),
      [capped('31d', 'server "a"', '30d', 'sub')],
    ],
    ['of a leaf as long', manifestOf('', ', validity: 30d', leaf('a', ', validity: 30d')), []],
    [
      'of three leaves, of which two are longer',
      manifestOf(
        '',
        ', validity: 30d',
        [leaf('a', ', validity: 20d'), leaf('b', ', validity: 40d'), leaf('c', ', validity: 50d')].join(', '),
      ),
      [capped('40d', 'server "b" (and 1 more)', '30d', 'sub')],
    ],
    [
      'of both an authority and a leaf below it, each by its own issuer',
      manifestOf(', validity: 1y', ', validity: 2y', leaf('a', ', validity: 3y')),
      [capped('2y', 'authority "sub"', '1y', 'root'), capped('3y', 'server "a"', '2y', 'sub')],
    ],
    [
      'that an authority inherits, as its leaves do',
      manifestOf(', validity: 10y', '', leaf('a'), 'defaults: { validity: 60d }'),
      ['? sub | authority "sub" inherits validity 60d from defaults, no longer than that of server "a"'],
    ],
    [
      'that an authority inherits, and below it something shorter',
      manifestOf(', validity: 10y', '', leaf('a', ', validity: 59d'), 'defaults: { validity: 60d }'),
      [],
    ],
    [
      'that is a mistake of the issuer is not compared',
      manifestOf('', ', validity: 30x', leaf('a', ', validity: 40y')),
      ['30x | "30x" is not a length of time'],
    ],
  ])('%s', (_, text, expected) => expect(said(text)).toEqual(expected));

  it('that is inherited is shown, with what to do', () => {
    const found = diagnosticsOf(manifestOf(', validity: 10y', '', leaf('a'), 'defaults: { validity: 60d }'));
    expect(found).toMatchObject([
      {
        ...{ code: 'lifetime', severity: 'warning', line: 5, col: 3 },
        hint: 'give the authority a validity of its own, such as "10y"',
        related: [{ line: 2, col: 23, message: 'inherited from here' }],
      },
    ]);
    expect(diagnosticsOf(manifestOf(', validity: 2y', ', validity: 3y', leaf('a')))).toMatchObject([
      { code: 'lifetime', line: 5, hint: 'lengthen the validity of "root"' },
    ]);
  });
});

describe('a certificate lives between its issue and its renewal', () => {
  const whole = (length: string): string => `the validity of server "a", ${length}`;
  it.each<[settings: string, expected: readonly string[]]>([
    [', validity: 10d, backdate: 1d, renewBefore: 8d', []],
    [', validity: 10d, backdate: 10d', [`10d | backdate of 10d is not shorter than ${whole('10d')}`]],
    [', validity: 10d, renewBefore: 10d', [`10d | renewBefore of 10d is not shorter than ${whole('10d')}`]],
    [
      ', validity: 10d, backdate: 3d, renewBefore: 7d',
      [
        `7d | renewBefore and backdate together take up ${whole('10d')}: it would be due for renewal as soon as it is issued`,
      ],
    ],
    [', validity: 10d, backdate: 3d, renewBefore: 167h', []],
    [
      ', validity: 10d, backdate: 7d, renewBefore: "30%"',
      [
        `"30%" | renewBefore and backdate together take up ${whole('10d')}: it would be due for renewal as soon as it is issued`,
      ],
    ],
  ])('%s', (settings, expected) => {
    expect(said(manifestOf('', '', leaf('a', settings)))).toEqual(expected);
  });

  it('where a length is inherited, the own one is to blame, and the other is shown', () => {
    const text = (entry: string, defaults: string): string =>
      manifestOf('', '', leaf('a', entry), `defaults: { servers: { ${defaults} } }`);
    expect(diagnosticsOf(text(', validity: 10d', 'backdate: 12d'))).toMatchObject([
      {
        ...{ line: 6, message: `backdate of 12d is not shorter than ${whole('10d')}` },
        hint: 'shorten it, or lengthen the validity',
        related: [{ line: 2, message: 'backdate is inherited from here' }],
      },
    ]);
    expect(diagnosticsOf(text(', validity: 10d', 'renewBefore: 12d'))).toMatchObject([
      {
        ...{ line: 6, message: `renewBefore of 12d is not shorter than ${whole('10d')}` },
        hint: 'shorten it, or write a share such as "33%"',
        related: [{ line: 2, message: 'renewBefore is inherited from here' }],
      },
    ]);
  });

  it('a length that is a mistake is not reckoned with', () => {
    expect(said(manifestOf('', '', leaf('a', ', validity: 10d, backdate: 10x, renewBefore: 11d')))).toEqual([
      '10x | "10x" is not a length of time',
    ]);
  });
});

it.each([
  [0, 'no authority'],
  [1, 'only 1 level of authorities'],
  [2, 'only 2 levels of authorities'],
])('a path length of %i allows %s', (length, words) => {
  const lines = Array.from(
    { length: 5 },
    (_, at) =>
      `  a${at}: { commonName: A${at}${at === 0 ? `, pathLength: ${length}` : `, issuer: a${at - 1}`} }`,
  );
  const deep = `a${length + 1}`;
  expect(said(['version: 1', 'authorities:', ...lines, ''].join('\n'))).toEqual([
    `a${length} | authority "${deep}" is too deep: pathLength ${length} of "a0" allows ${words} below it`,
  ]);
});
