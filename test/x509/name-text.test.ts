/** Names as text (RFC 4514), and attributes of every type as openssl writes them for our configuration. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configText } from '../../src/openssl/config.ts';
import { nameSection } from '../../src/openssl/distinguished-name.ts';
import { ATTRIBUTE_TYPES, stringsOf } from '../../src/pki/attribute-types.ts';
import { keysOf } from '../../src/pki/record.ts';
import type { Attribute } from '../../src/pki/subject.ts';
import { suitsStrings } from '../../src/x509/attribute.ts';
import { children, hex, readAll } from '../../src/x509/der.ts';
import { encodedName, nameDer } from '../../src/x509/name.ts';
import {
  type NameParts,
  namesDer,
  nameTextOf,
  plainNameText,
  readNameText,
  textOfNames,
} from '../../src/x509/name-text.ts';
import { signedParts } from '../../src/x509/signature.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const folder = temporaryFolder();
const isDotted = (text: string): boolean => /^[0-9.]+$/.test(text);

describe('a text is read', () => {
  const cn = (value: string) => ({ type: 'CN', value });
  it.each<[string, NameParts]>([
    ['CN=a', [[cn('a')]]],
    ['CN=a,O=b,C=SE', [[{ type: 'C', value: 'SE' }], [{ type: 'O', value: 'b' }], [cn('a')]]],
    ['cn = a , o = b', [[{ type: 'O', value: 'b' }], [cn('a')]]],
    ['CN=a+OU=b', [[cn('a'), { type: 'OU', value: 'b' }]]],
    ['CN=a\\,b\\+c\\"d\\\\e\\;f\\<g\\>', [[cn('a,b+c"d\\e;f<g>')]]],
    ['CN=\\ a\\ ', [[cn(' a ')]]],
    ['CN= \ta\r\n', [[cn('a')]]],
    ['CN=\u00a0a\u3000,O=\ufeffb', [[{ type: 'O', value: '\ufeffb' }], [cn('\u00a0a\u3000')]]],
    ['CN=\\#a#', [[cn('#a#')]]],
    ['CN=a\\3Db\\c3\\85', [[cn('a=bÅ')]]],
    ['CN=a=b', [[cn('a=b')]]],
    ['CN=😀', [[cn('😀')]]],
    ['2.5.4.3=a', [[cn('a')]]],
    ['2.5.4.97=a', [[{ type: '2.5.4.97', value: 'a' }]]],
    ['surname=a', [[{ type: 'SN', value: 'a' }]]],
    ['CN=#130161', [[{ type: 'CN', der: '130161' }]]],
    ['', []],
  ])('%s', (text, names) => expect(readNameText(text, isDotted)).toEqual({ ok: true, names }));

  it.each([
    ['a', 'no-type'],
    ['=a', 'no-type'],
    ['CN=a,', 'no-type'],
    ['CN=a,,O=b', 'no-type'],
    ['XY=a', 'unknown-type'],
    ['CN=', 'no-value'],
    ['CN=a\\', 'bad-escape'],
    ['CN=a\\b', 'bad-escape'],
    ['CN=\\ff', 'bad-escape'],
    ['CN="a"', 'special'],
    ['CN=a;b', 'special'],
    ['CN=#', 'bad-hex'],
    ['CN=#1301', 'bad-hex'],
    // What is read up to the first that is no digit would be another value.
    ['CN=#130161x', 'bad-hex'],
    ['CN=#1301610', 'bad-hex'],
    ['CN=#13016', 'bad-hex'],
    ['CN=#0101', 'bad-hex'],
    ['CN=#010101', 'bad-hex'],
    ['CN=#13810161', 'bad-hex'],
    ['CN=#3003020105ff', 'bad-hex'],
    ['C=Å', 'strings'],
    ['DC=Å', 'strings'],
  ])('not %s: %s', (text, kind) =>
    expect(readNameText(text, isDotted)).toMatchObject({ ok: false, fault: { kind } }),
  );
});

/** Attributes of any type that hold any text that their strings can. */
const attribute = fc
  .tuple(
    fc.constantFrom(
      ...keysOf(ATTRIBUTE_TYPES),
      '2.5.4.97',
      '2.5.4.46',
      '0.9.2342.19200300.100.1.3',
      '1.2.3.4',
    ),
    fc.array(fc.constantFrom(...'aB1 ,+"\\<>;#=/$`\'[]@:.Å東'), { minLength: 1, maxLength: 10 }),
  )
  .map(([type, letters]) => ({ type, value: type === 'C' ? 'SE' : letters.join('') }))
  .filter(({ type, value }) => suitsStrings(value, stringsOf(type)));

it('spaces within a value stay, however many a hostile certificate has', () => {
  const value = `a${' '.repeat(1_000_000)}b`;
  const read = readNameText(`CN= ${value} `, isDotted);
  expect(JSON.stringify(read) === JSON.stringify({ ok: true, names: [[{ type: 'CN', value }]] })).toBe(true);
});

it('any name is the same after it was text', () => {
  holds(fc.array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { maxLength: 4 }), (names) => {
    const sorted = readAll(namesDer(names));
    const text = nameTextOf(sorted);
    const read = readNameText(text, isDotted);
    expect(read.ok && hex(namesDer(read.names))).toBe(hex(sorted.bytes));
    expect(plainNameText(text)).toBe(text);
  });
});

it('strings of other types are kept as hex, and are plain to people', () => {
  const printable: NameParts = [[{ type: 'CN', der: '13026162' }]];
  expect(textOfNames(printable)).toBe('CN=#13026162');
  expect(nameTextOf(readAll(namesDer(printable)))).toBe('CN=#13026162');
  expect(plainNameText('CN=#13026162')).toBe('CN=ab');
  expect(plainNameText('CN=#0500')).toBe('CN=#0500');
});

it('openssl writes any attributes, in any RDNs, to the octet as we do, and none becomes syntax', () => {
  opensslSync(['genpkey', '-algorithm', 'ED25519', '-out', 'key.pem'], folder);
  const joined = fc
    .tuple(attribute, fc.boolean())
    .map(([one, isJoined]): Attribute => (isJoined ? { ...one, joined: true } : one));
  const subjects = fc
    .array(joined, { minLength: 1, maxLength: 12 })
    .map((all) => all.map((one, i): Attribute => (i === 0 ? { type: one.type, value: one.value } : one)));
  holds(
    subjects,
    (subject) => {
      const settings = { prompt: 'no', utf8: 'yes', string_mask: 'utf8only', distinguished_name: 'name' };
      const config = configText([
        { name: 'req', entries: Object.entries(settings) },
        nameSection(encodedName({ subject }, undefined)),
      ]);
      opensslSync(
        ['req', '-new', '-batch', '-config', '-', '-key', 'key.pem', '-out', 'csr.pem'],
        folder,
        config,
      );
      const made = children(signedParts(derOf(folder, 'csr.pem')).tbsDer)[1];
      expect(hex(made?.bytes ?? Buffer.of())).toBe(nameDer(subject));
    },
    40,
  );
});
