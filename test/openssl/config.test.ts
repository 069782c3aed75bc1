/** Values in configuration, judged by the openssl that reads it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configText } from '../../src/openssl/config.ts';

import { requestFacts } from '../../src/x509/request.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const folder = temporaryFolder();

/** A configuration that has this one value. */
function written(value: string): string {
  return configText([{ name: 'a', entries: [['x', value]] }]);
}

describe('one value', () => {
  it.each([
    ['plain', 'Example Org', 'Example Org'],
    ['a variable', '$ENV::HOME', '\\$ENV::HOME'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is openssl's
    ['a variable in braces', '${x}$(y)', '\\${x}\\$(y)'],
    ['a comment', 'C# programmers', 'C\\# programmers'],
    ['quotes', `"it's"`, `\\"it\\'s\\"`],
    ['the third kind of quote', '`id`', '\\`id\\`'],
    ['a backslash', 'a\\nb\\', 'a\\\\nb\\\\'],
    ['blanks around it', '  x ', '"  "x" "'],
    ['nothing but blanks', '  ', '"  "'],
    ['what needs no escape', 'a=b,c+d/e;f[g]%h', 'a=b,c+d/e;f[g]%h'],
    ['any language', 'Zürich 東京 😀', 'Zürich 東京 😀'],
    ['nothing', '', ''],
  ])('%s', (_, text, expected) => expect(written(text)).toBe(`[a]\nx = ${expected}\n`));

  it.each(['a\nb', 'a\rb', '\0', 'a\tb', '\u007f', '\u0085', '\u2028', '\u2029', '\n[san]\nDNS.1 = evil'])(
    'the control characters of %j never reach a file',
    (text) => expect(() => written(text)).toThrow('Internal error: a control character'),
  );
});

it('sections, entries in order, a blank line between', () => {
  const text = configText([
    {
      name: 'a',
      entries: [
        ['x', '1'],
        ['y', '2'],
      ],
    },
    { name: 'b', entries: [] },
  ]);
  expect(text).toBe('[a]\nx = 1\ny = 2\n\n[b]\n');
});

/** Common names read back from one request per batch: an attribute holds at most 64 characters. */
function readBack(values: readonly string[]): readonly string[] {
  const settings = { prompt: 'no', utf8: 'yes', string_mask: 'utf8only', distinguished_name: 'name' };
  const names = values.map((value, i) => [`${i}.commonName`, value] as const);
  const config = configText([
    { name: 'req', entries: Object.entries(settings) },
    { name: 'name', entries: names },
  ]);
  const args = [
    'req',
    '-new',
    '-batch',
    '-config',
    '-',
    '-newkey',
    'ed25519',
    '-noenc',
    '-keyout',
    'key.pem',
  ];
  opensslSync([...args, '-out', 'csr.pem'], folder, config);
  return requestFacts(derOf(folder, 'csr.pem')).subject.map(({ value }) => value);
}

it('openssl reads back exactly the value: what is known to be hard', () => {
  const hard = [
    '$ENV::HOME',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is openssl's
    '${ENV::HOME}',
    '$(id)',
    '`id`',
    '\\$HOME',
    '\\',
    '\\\\',
    'x\\',
    '#',
    '# x',
    'a#b',
    '"',
    "'",
    '""',
    '"a',
    "a'",
    `'"'`,
    ' a',
    'a ',
    '  a  ',
    ' ',
    '" "',
    ' "a" ',
    ' \\ ',
    '$',
    '$$',
    'a=b',
    '=',
    '= x',
    '[san]',
    '[',
    ']',
    'a,b',
    'a;b',
    ',',
    '+CN=x',
    '/CN=x',
    '%n',
    '@san',
    '.include x',
    '.pragma',
    'DNS:x',
    'é',
    '東京',
    '😀',
    'e\u0301',
    '\u200b',
    '\u00a0x\u00a0',
    '\ufeffx',
  ];
  expect(readBack(hard)).toEqual(hard);
});

it('openssl reads back exactly the value: any printable text', () => {
  const syntax = fc.constantFrom(...'$#"\'`\\ =[],;{}()@+/%.'.split(''));
  const character = fc.oneof(syntax, syntax, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }));
  const printable = fc
    .array(character, { minLength: 1, maxLength: 16 })
    .map((all) => all.join(''))
    .filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text) && [...text].length <= 64);
  holds(
    fc.array(printable, { minLength: 20, maxLength: 20 }),
    (values) => expect(readBack(values)).toEqual(values),
    12,
  );
});
