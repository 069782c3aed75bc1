/** Mistakes of YAML: where each is shown, how much of the line it is, and what is said of it. */
import { expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

/** `2:14+5 message | hint` of each. */
function said(text: string): readonly string[] {
  const loaded = loadManifest(text, 'pki.yaml');
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(
    ({ line, col, length, message, hint }) => `${line}:${col}+${length} ${message} | ${hint}`,
  );
}

it.each<[after: string, expected: string]>([
  [
    '\tauthorities: {}',
    '2:1+1 tabs are not allowed as indentation | indent with spaces: YAML does not allow tabs here',
  ],
  [
    'authorities: a: b',
    '2:14+1 this value contains ": ", or a key below it is indented too far | a value that contains ": " needs quotes; keys of one map must line up',
  ],
  [
    'authorities: { a: b: c }',
    '2:19+5 a value inside { } or [ ] contains ": " | a value that contains ": " needs quotes',
  ],
  [
    'authorities:\n  a: {}\n b: {}',
    '4:2+1 this line is not indented like the others of its map or list | indent it like the key or item above it',
  ],
  [
    'authorities:\n  - a\n  b: c',
    '4:3+1 this line is not indented like the others of its map or list | indent it like the key or item above it',
  ],
  [
    'authorities: { a: { commonName: @x } }',
    '2:33+1 text that begins with "@" needs quotes | put the value in quotes',
  ],
  [
    'authorities: { a: { commonName: `x` } }',
    '2:33+1 text that begins with "`" needs quotes | put the value in quotes',
  ],
  ['authorities: { a: | }', '2:19+1 text that begins with "|" needs quotes | put the value in quotes'],
  [
    'authorities:\n  @a: {}',
    '3:3+1 text that begins with "@" needs quotes | a name begins with a letter, a digit or "_"',
  ],
  [
    'authorities:\n  @a:',
    '3:3+1 text that begins with "@" needs quotes | a name begins with a letter, a digit or "_"',
  ],
  [
    'authorities:\n  a: "x" y',
    '3:10+1 unexpected "y" after a complete value | put the whole value in quotes',
  ],
  // At the end of the file: the last thing that is there.
  [
    'authorities: {}\n&\n \n',
    '3:1+1 there is no ": " after this key | write a key, a colon, a space and the value: "name: value"',
  ],
  ['authorities: |9x', '2:16+1 unexpected "x" after a complete value | put the whole value in quotes'],
  ['authorities: !foo { a: {} }', '2:14+4 unresolved tag: !foo | remove the tag: a manifest needs none'],
  // What the library says is shown up to a length that fits on a line.
  ...[102, 103, 200].map((length): [string, string] => [
    `authorities: !${'x'.repeat(length)} { a: {} }`,
    `2:14+${length + 1} unresolved tag: !${length > 103 ? `${'x'.repeat(102)}…` : 'x'.repeat(length)} | remove the tag: a manifest needs none`,
  ]),
  [
    'authorities: *nope',
    '2:14+5 no anchor "&nope" before this alias | put "&nope" in front of a value above',
  ],
  [
    'authorities: &x { a: *x }',
    '2:22+2 alias "*x" stands inside its own value | move the alias out, or write the value itself',
  ],
  ...['{{ name }}', '{ {name}: x }'].map((value): [string, string] => [
    `authorities: { root: { commonName: ${value} } }`,
    `2:${value.startsWith('{ ') ? 38 : 37}+${value.startsWith('{{') ? 8 : 6} braces in braces: a template that was not filled in? | write the value itself, or fill in templates before pki reads the manifest`,
  ]),
  [
    'authorities: { root: { {a: b}: c } }',
    '2:24+6 a key must be text, not a map or a list | put it in quotes',
  ],
  ['authorities: { root: { [a]: b } }', '2:24+3 a key must be text, not a map or a list | put it in quotes'],
  [
    'authorities: { root: { commonName: "a\\q" } }',
    '2:38+1 invalid escape sequence \\q | put the value in single quotes, where a backslash stands for itself',
  ],
  [
    'authorities: { root: &a &b { commonName: x } }',
    '2:25+2 a node can have at most one anchor | keep one of them: every alias can name that one',
  ],
  [
    'authorities: { root: !a !b { commonName: x } }',
    '2:25+2 a node can have at most one tag | remove both: a manifest needs none',
  ],
  [
    'authorities: &a { root: &b *a }',
    '2:28+2 an alias has neither an anchor nor a tag of its own | write the alias alone',
  ],
  ['authorities: *', '2:14+1 alias cannot be an empty string | put the value in quotes'],
  ['authorities: & a', '2:14+1 anchor cannot be an empty string | put the value in quotes'],
  ['authorities: *a:', '2:16+1 alias ending in : is ambiguous | put the value in quotes'],
  ...[
    [
      'policyConstraints',
      'requireExplicitPolicies: 0',
      'known keys here are requireExplicitPolicy, inhibitPolicyMapping',
    ],
    ['nameConstraints', 'permited: [a.test]', 'did you mean "permitted"?'],
  ].map(([field = '', value = '', hint = '']): [string, string] => [
    `authorities: { root: { commonName: x, ${field}: { ${value} } } }`,
    `2:${42 + field.length + 1}+${value.indexOf(':')} unknown key "${value.split(':')[0]}" | ${hint}`,
  ]),
  ['authorities: { <<: 5 }', '2:20+1 a merge key takes a map or a list of maps | write "<<: *anchor"'],
  ['authorities: { __proto__: {} }', '2:16+9 key "__proto__" is reserved | choose another name'],
  [
    'authorities:\n\u00a0\u00a0a: {}',
    '3:1+3 unknown key "\\u00a0\\u00a0a" | it contains a no-break space (U+00A0): type ordinary spaces',
  ],
  // Which authorities there are is not known, so none is missed.
  [
    'authorities: 5\nservers: { a: { commonName: a.test, issuer: x } }',
    '2:14+1 "authorities" must be a map of entries by name, not the number 5 | write each entry under its name, as in "api: { commonName: … }"',
  ],
])('%j', (after, expected) => {
  expect(said(`version: 1\n${after}\n`)).toEqual([expected]);
});

it('text that is no manifest is not shown, for it may be anything', () => {
  const hidden =
    'this is not a manifest, so nothing of it is shown | the smallest manifest is "version: 1" and "authorities: { root: { commonName: Example Root CA } }"';
  expect(said('version: 1\nauthorities\n')).toEqual([`2:1+1 ${hidden}`]);
  expect(said('%FOO 1\n---\nversion: 1\n')).toEqual([`1:1+1 ${hidden}`]);
});

it('of a manifest in UTF-16 nothing is shown either, and it is said how to save it', () => {
  expect(said(Buffer.from('version: 1\n', 'utf16le').toString())).toEqual([
    '1:2+1 manifest is not UTF-8 text | save it as UTF-8',
  ]);
});
