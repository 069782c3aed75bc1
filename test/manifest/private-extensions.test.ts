// `extensions`: what is written of each type, and that no value becomes anything else, judged by openssl.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXTENSION_KEYS, extensions } from '../../src/manifest/private-extensions.ts';
import { RESERVED_EXTENSIONS } from '../../src/manifest/reserved-extensions.ts';
import { configText } from '../../src/openssl/config.ts';
import { extensionSections } from '../../src/openssl/extensions.ts';
import { readAll } from '../../src/x509/der.ts';
import { assertDer } from '../../src/x509/der-strict.ts';
import { EXTENSIONS } from '../../src/x509/extensions.ts';
import { privateExtension } from '../../src/x509/private-extension.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const OID = '1.3.6.1.4.1.99999.7';

/** Hex of what one value becomes; `undefined` where it is refused. */
function der(value: unknown, oid = OID): string | undefined {
  const read = extensions.safeParse({ [oid]: value });
  return read.success ? read.data[0]?.der : undefined;
}

describe('a value in DER', () => {
  it.each([
    [{ utf8: 'ü😀' }, '0c06c3bcf09f9880'],
    [{ ia5: 'a@b' }, '1603614062'],
    [{ printable: "A-z (0)'" }, '13084 12d7a2028302927'.replaceAll(' ', '')],
    [{ integer: 0 }, '020100'],
    [{ integer: 127 }, '02017f'],
    [{ integer: 128 }, '02020080'],
    [{ integer: -128 }, '020180'],
    [{ integer: -129 }, '0202ff7f'],
    [{ integer: '18446744073709551616' }, '0209010000000000000000'],
    [{ boolean: true }, '0101ff'],
    [{ boolean: false }, '010100'],
    [{ oid: '1.2.840.113549' }, '06062a864886f70d'],
    [{ null: true }, '0500'],
    [{ sequence: [] }, '3000'],
    [
      { sequence: [{ integer: 1 }, { sequence: [{ null: true }] }] },
      '30070201013002 0500'.replaceAll(' ', ''),
    ],
    [{ der: '30:03:01:01:FF' }, '30030101ff'],
    [{ der: '3003 0101ff' }, '30030101ff'],
  ])('%j', (value, expected) => expect(der(value)).toBe(expected));

  it.each([
    [{}],
    [{ utf8: 'a', ia5: 'a' }],
    [{ utf8: 'a\u202eb' }],
    [{ ia5: 'ü' }],
    [{ printable: 'a_b' }],
    [{ integer: 2 ** 60 }],
    [{ integer: '+1' }],
    [{ null: false }],
    [{ der: '' }],
    [{ der: '010101' }],
    [{ der: '04030102' }],
    [{ der: '2403040101' }],
    [{ der: `048240 01${'00'.repeat(16385)}` }],
  ])('%j is refused', (value) => expect(der(value)).toBeUndefined());

  it('is bounded, and so is the number of extensions', () => {
    const octets = (count: number): string => {
      const size = count.toString(16).padStart(4, '0');
      return `0482${size}${'00'.repeat(count)}`;
    };
    expect(der({ der: octets(16 * 1024 - 4) })).toBeDefined();
    expect(der({ der: octets(16 * 1024 - 3) })).toBeUndefined();
    const many = (count: number) =>
      extensions.safeParse(
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`1.2.3.${i}`, { null: true }])),
      );
    expect(many(64).success).toBe(true);
    expect(many(65).success).toBe(false);
  });
});

it.each(Object.entries(RESERVED_EXTENSIONS))(
  '%s is refused by its name, with what to do instead',
  (oid, { name }) => {
    const read = extensions.safeParse({ [oid]: { der: '3000' } });
    const problems = read.error?.issues.map((issue) => 'params' in issue && issue.params?.['problem']);
    expect(problems).toEqual([
      expect.objectContaining({
        message: `${name} is not an extension to be stated by its OID`,
        hint: expect.stringMatching(/^\S+ \S/),
      }),
    ]);
  },
);

it('what has a field of its own cannot be stated by its OID', () => {
  for (const { oid, name } of EXTENSIONS)
    expect(RESERVED_EXTENSIONS[oid]?.name).toBe(name === 'mustStaple' ? 'TLS feature' : name);
  for (const oid of Object.keys(RESERVED_EXTENSIONS)) expect(der({ der: '3000' }, oid), oid).toBeUndefined();
});

const folder = temporaryFolder();

/** What a request that openssl makes holds of these, by OID. */
function writtenByOpenssl(all: readonly { oid: string; critical: boolean; der: string }[]) {
  const config = configText([
    {
      name: 'req',
      entries: [
        ['prompt', 'no'],
        ['distinguished_name', 'name'],
        ['x509_extensions', 'extensions'],
      ],
    },
    { name: 'name', entries: [['CN', 'x']] },
    ...extensionSections(
      all.map(({ oid, critical, der }) => ({ rule: privateExtension(oid), critical, value: der })),
    ),
  ]);
  const args = [
    'req',
    '-new',
    '-x509',
    '-batch',
    '-config',
    '-',
    '-newkey',
    'ed25519',
    '-noenc',
    '-keyout',
    'key.pem',
  ];
  opensslSync([...args, '-out', 'cert.pem'], folder, config);
  return Buffer.from(derOf(folder, 'cert.pem')).toString('hex');
}

it('any value is one DER value, and exactly that is in the certificate', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const leaf = fc.oneof(
    text.map((utf8) => ({ utf8 })),
    fc.string({ minLength: 1, maxLength: 20 }).map((ia5) => ({ ia5 })),
    fc.maxSafeInteger().map((integer) => ({ integer })),
    fc.bigInt().map((integer) => ({ integer: String(integer) })),
    fc.boolean().map((boolean) => ({ boolean })),
    fc
      .uint8Array({ minLength: 1, maxLength: 20 })
      .map((octets) => ({ der: Buffer.from(octets).toString('hex') })),
  );
  const value = fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 4 }).map((sequence) => ({ sequence })),
  );
  const numbered = fc.array(value, { minLength: 20, maxLength: 20 });
  holds(
    numbered,
    (values) => {
      const read = values.flatMap((one, i) => {
        const result = extensions.safeParse({ [`1.3.6.1.4.1.99999.${i}`]: one });
        return result.success ? result.data : [];
      });
      for (const { der: octets } of read) assertDer(readAll(Buffer.from(octets, 'hex')));
      const certificate = writtenByOpenssl(read);
      for (const { der: octets } of read) {
        const length = octets.length / 2;
        expect(certificate).toContain(
          `04${length < 128 ? length.toString(16).padStart(2, '0') : `81${length.toString(16)}`}${octets}`,
        );
      }
    },
    8,
  );
});

it.each([
  ['utf8', 5, /./],
  ['integer', 1.5, /a whole number/],
  ['integer', '0x10', /a whole number.*longer than 15 digits in quotes/],
  ['boolean', 'yes', /true or false/],
  ['oid', 5, /an OID such as 1\.3\.6/],
  ['oid', '1.2.x', /\\"1\.2\.x\\" is no OID.*an OID such as/],
  ['null', false, /true/],
  ['sequence', 'a', /a list of values such as \[\{ utf8: rack 12 \}/],
  ['der', 0x0c, /DER in hexadecimal digits, in quotes/],
  ['der', '0c0', /is no DER in hexadecimal digits.*write pairs of digits/],
  ['der', '0c0561', /is no DER: .*write one value in DER/],
])('a value of %s that is %j is refused, with what it should be', (type, value, said) => {
  const read = extensions.safeParse({ [OID]: { [type]: value } });
  expect(JSON.stringify(read.error?.issues)).toMatch(said);
});

it.each([
  [
    {},
    /an extension has no value.*state one of utf8, ia5, printable, integer, boolean, oid, null, sequence, der; several/,
  ],
  [{ utf8: 'a', ia5: 'b' }, /an extension has several values/],
  ['a', /a map of one type and its value, such as \{ utf8: rack 12 \}: utf8, /],
  [{ critical: 'yes', utf8: 'a' }, /true or false/],
])('%j is refused, with what it should be', (value, said) => {
  expect(JSON.stringify(extensions.safeParse({ [OID]: value }).error?.issues)).toMatch(said);
});

it('whether it is critical is no value, and known where a key is misspelt', () => {
  expect(EXTENSION_KEYS[0]).toBe('critical');
  const read = extensions.safeParse({ [OID]: { critical: true, utf8: 'a' } });
  expect(read.data).toMatchObject([{ oid: OID, critical: true, der: '0c0161' }]);
});
