/** The rules of extensions, one row each: what openssl makes of their configuration is to the octet what they write. */

import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { configText } from '../../src/openssl/config.ts';
import { extensionSections } from '../../src/openssl/extensions.ts';
import { KEY_USAGES } from '../../src/pki/key-usage.ts';
import { PURPOSES } from '../../src/pki/purposes.ts';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { children, context, type Der, DerError, hex, oidText, readAll, TAG } from '../../src/x509/der.ts';
import { encode, encodeBits, encodeInteger, encodeOid } from '../../src/x509/der-write.ts';
import type { ExtensionRule } from '../../src/x509/extension-rule.ts';
import { authorityInfoAccess } from '../../src/x509/extensions/authority-info-access.ts';
import { authorityKeyIdentifier } from '../../src/x509/extensions/authority-key-identifier.ts';
import { basicConstraints } from '../../src/x509/extensions/basic-constraints.ts';
import { certificatePolicies } from '../../src/x509/extensions/certificate-policies.ts';
import { crlDistributionPoints } from '../../src/x509/extensions/crl-distribution-points.ts';
import { extendedKeyUsage } from '../../src/x509/extensions/extended-key-usage.ts';
import { inhibitAnyPolicy } from '../../src/x509/extensions/inhibit-any-policy.ts';
import { keyUsage } from '../../src/x509/extensions/key-usage.ts';
import { mustStaple } from '../../src/x509/extensions/must-staple.ts';
import { nameConstraints } from '../../src/x509/extensions/name-constraints.ts';
import { ocspNoCheck } from '../../src/x509/extensions/ocsp-no-check.ts';
import { policyConstraints } from '../../src/x509/extensions/policy-constraints.ts';
import { subjectAltName } from '../../src/x509/extensions/subject-alt-name.ts';
import { subjectKeyIdentifier } from '../../src/x509/extensions/subject-key-identifier.ts';
import {
  type AnyExtension,
  EXTENSIONS,
  type ExtensionField,
  extensionFacts,
} from '../../src/x509/extensions.ts';
import { privateExtension } from '../../src/x509/private-extension.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const folder = temporaryFolder();
const SERVER = new URL('../../src/x509/extensions', import.meta.url);

beforeAll(() => {
  opensslSync(
    ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'key.pem'],
    folder,
  );
});

interface Row {
  readonly what: string;
  readonly rule: AnyExtension;
  readonly value: unknown;
  readonly config: string;
  readonly items: readonly (readonly string[])[];
}

/** The value is one of the rule's own. */
function row<Value>(
  rule: ExtensionRule<Value, ExtensionField>,
  value: Value,
  config: string,
  ...items: readonly (readonly string[])[]
): Row {
  return { what: `${rule.name} ${JSON.stringify(value).slice(0, 60)}`, rule, value, config, items };
}

const ALL_PURPOSES = Object.keys(PURPOSES);
const NAMES = [
  'dns:*.example.test',
  'ip:192.0.2.1',
  'ip:2001:db8::1',
  'uri:spiffe://example.test/a,b',
  'email:ops@example.test',
  'dns:$ENV::HOME',
  'uri:x:a#b"c\'d`e\\f',
  'dns:a,DNS:b',
];

/** Texts that openssl could take for syntax. */
const NASTY_URL = 'http://x.test/a,URI:b;c=@d$ENV::HOME\'(e)#f%0a&g=`h\\"';
const NASTY_TEXT = `UTF8:VISIBLE:a, @policy1 "b" $c #d \\e 'f' \`g Zürich 東京`;
const OTHERS = [
  'upn:alice@example.test',
  'otherName:1.3.6.1.4.1.311.20.2.3;utf8:no realm',
  'otherName:1.2.3;utf8:Zoë $ENV::HOME, #1',
  'otherName:2.999.1;ia5:plain',
  'otherName:1.3.6.1.4.1.311.25.1;der:04100102030405060708090a0b0c0d0e0f10',
  'dirName:OU=dev+CN=Zoë\\, Doe,O=Acme #1 \\\\ \\+ \\",C=SE,DC=example,DC=org',
  'dirName:2.5.4.97=VATSE-1,serialNumber=42,emailAddress=a@example.test',
  'registeredID:1.2.3.4',
  'registeredID:2.25.329800735698586629295641978511506172918',
];

const PRIVATE = privateExtension('1.3.6.1.4.1.99999.7');

const CONSTRAINTS = {
  permitted: ['dns:example.test', 'dns:', 'ip:10.0.0.0/8', 'ip:2001:db8::/33', 'email:.example.test'],
  excluded: ['uri:.example.test', 'ip:0.0.0.0/0', 'ip:10.0.0.1/255.0.255.3', 'email:root@example.test'],
};

const ROWS: readonly Row[] = [
  row(basicConstraints, { ca: false, pathLength: null }, 'CA:FALSE', ['CA:FALSE'], []),
  row(basicConstraints, { ca: true, pathLength: null }, 'CA:TRUE', ['CA:TRUE'], []),
  row(basicConstraints, { ca: true, pathLength: 0 }, 'CA:TRUE,pathlen:0', ['CA:TRUE'], ['0']),
  row(basicConstraints, { ca: true, pathLength: 127 }, 'CA:TRUE,pathlen:127', ['CA:TRUE'], ['127']),
  row(basicConstraints, { ca: true, pathLength: 128 }, 'CA:TRUE,pathlen:128', ['CA:TRUE'], ['128']),
  row(basicConstraints, { ca: true, pathLength: 65536 }, 'CA:TRUE,pathlen:65536', ['CA:TRUE'], ['65536']),
  ...KEY_USAGES.map((usage) => row(keyUsage, [usage], usage, [usage])),
  row(keyUsage, ['keyCertSign', 'cRLSign'], 'keyCertSign,cRLSign', ['keyCertSign', 'cRLSign']),
  row(keyUsage, KEY_USAGES, KEY_USAGES.join(','), KEY_USAGES),
  row(extendedKeyUsage, ['serverAuth'], 'serverAuth', ['serverAuth']),
  row(extendedKeyUsage, ALL_PURPOSES, ALL_PURPOSES.join(','), ALL_PURPOSES),
  row(extendedKeyUsage, ['1.3.6.1.4.1.311.20.2.2', 'clientAuth'], '1.3.6.1.4.1.311.20.2.2,clientAuth', [
    '1.3.6.1.4.1.311.20.2.2',
    'clientAuth',
  ]),
  row(subjectAltName, ['dns:api.example.test'], '@san', ['dns:api.example.test']),
  row(subjectAltName, NAMES, '@san', NAMES),
  row(subjectAltName, manyNames(), '@san', manyNames()),
  ...OTHERS.map((name) => row(subjectAltName, [name], `DER:${hex(subjectAltName.write([name]))}`, [name])),
  row(subjectAltName, [...NAMES, ...OTHERS], `DER:${hex(subjectAltName.write([...NAMES, ...OTHERS]))}`, [
    ...NAMES,
    ...OTHERS,
  ]),
  row(subjectKeyIdentifier, 'ab'.repeat(20), 'ab'.repeat(20), ['ab'.repeat(20)]),
  row(subjectKeyIdentifier, '01', '01', ['01']),
  row(nameConstraints, CONSTRAINTS, '@constraints', [
    ...CONSTRAINTS.permitted.map((name) => `permitted ${name}`),
    ...CONSTRAINTS.excluded.map((name) => `excluded ${name}`),
  ]),
  row(nameConstraints, { permitted: ['ip:192.0.2.1/32'], excluded: [] }, '@constraints', [
    'permitted ip:192.0.2.1/32',
  ]),
  row(certificatePolicies, [{ oid: '1.2.3', qualifiers: [] }], '@policy1', ['1.2.3']),
  row(
    certificatePolicies,
    [
      {
        oid: '1.3.6.1.4.1.99999.1',
        qualifiers: [
          { kind: 'cps', text: NASTY_URL },
          { kind: 'notice', text: NASTY_TEXT },
          { kind: 'notice', text: 'critical' },
        ],
      },
      { oid: '2.5.29.32.0', qualifiers: [{ kind: 'cps', text: 'https://x.test/' }] },
    ],
    '@policy1,@policy2',
    [
      '1.3.6.1.4.1.99999.1',
      `1.3.6.1.4.1.99999.1 cps ${NASTY_URL}`,
      `1.3.6.1.4.1.99999.1 notice ${NASTY_TEXT}`,
      '1.3.6.1.4.1.99999.1 notice critical',
      '2.5.29.32.0',
      '2.5.29.32.0 cps https://x.test/',
    ],
  ),
  ...[0, 1, 127, 128].flatMap((count) => [
    row(
      policyConstraints,
      { requireExplicitPolicy: count, inhibitPolicyMapping: null },
      `requireExplicitPolicy:${count}`,
      [`requireExplicitPolicy ${count}`],
    ),
    row(
      policyConstraints,
      { requireExplicitPolicy: null, inhibitPolicyMapping: count },
      `inhibitPolicyMapping:${count}`,
      [`inhibitPolicyMapping ${count}`],
    ),
    row(inhibitAnyPolicy, count, `${count}`, [`${count}`]),
  ]),
  row(
    policyConstraints,
    { requireExplicitPolicy: 0, inhibitPolicyMapping: 3 },
    'requireExplicitPolicy:0,inhibitPolicyMapping:3',
    ['requireExplicitPolicy 0', 'inhibitPolicyMapping 3'],
  ),
  row(crlDistributionPoints, [['uri:http://x.test/a.crl']], 'crl1', ['http://x.test/a.crl']),
  row(
    crlDistributionPoints,
    [[`uri:${NASTY_URL}`, 'uri:http://b.test/'], ['uri:http://c.test/'], ['dns:d.test']],
    'crl1,crl2,crl3',
    [NASTY_URL, 'http://b.test/', 'http://c.test/', 'dns:d.test'],
  ),
  row(authorityInfoAccess, [{ method: 'ocsp', name: 'uri:http://x.test' }], '@access', ['http://x.test'], []),
  row(
    authorityInfoAccess,
    [
      { method: 'ocsp', name: `uri:${NASTY_URL}` },
      { method: 'ocsp', name: 'uri:http://b.test' },
      { method: 'caIssuers', name: 'uri:http://c.test/ca.cer' },
      { method: '1.3.6.1.5.5.7.48.3', name: 'uri:http://d.test' },
    ],
    '@access',
    [NASTY_URL, 'http://b.test'],
    ['http://c.test/ca.cer'],
  ),
  row(ocspNoCheck, true, 'ignored', ['true']),
  row(mustStaple, [5], 'status_request', ['status_request']),
  row(PRIVATE, '0c077261636b203132', 'DER:0c077261636b203132', [`${PRIVATE.oid} utf8 rack 12`]),
  row(PRIVATE, '16012c', 'DER:16012c', [`${PRIVATE.oid} ia5 ,`]),
  row(PRIVATE, '130161', 'DER:130161', [`${PRIVATE.oid} printable a`]),
  row(PRIVATE, '0202ff7f', 'DER:0202ff7f', [`${PRIVATE.oid} integer -129`]),
  row(PRIVATE, '010100', 'DER:010100', [`${PRIVATE.oid} boolean false`]),
  row(PRIVATE, '06022a03', 'DER:06022a03', [`${PRIVATE.oid} oid 1.2.3`]),
  row(PRIVATE, '0500', 'DER:0500', [`${PRIVATE.oid} null true`]),
  row(PRIVATE, '30030101ff', 'DER:30030101ff', [`${PRIVATE.oid} der 30030101ff`]),
  row(PRIVATE, `0430${'ab'.repeat(48)}`, `DER:0430${'ab'.repeat(48)}`, [
    `${PRIVATE.oid} der 0430${'ab'.repeat(14)}… of 50 octets, SHA-256 ${sha256(Buffer.from(`0430${'ab'.repeat(48)}`, 'hex'))}`,
  ]),
  row(mustStaple, [5, 17], 'status_request,status_request_v2', ['status_request', 'status_request_v2']),
];

/** More than 65,535 octets, of which the length takes three. */
function manyNames(): readonly string[] {
  return Array.from({ length: 2000 }, (_, i) => `dns:host-${i}.a-rather-long-name.example.test`);
}

/** Hex of what openssl writes for a configuration, and the criticality, by OID. */
function written(sections: Parameters<typeof configText>[0]): ReadonlyMap<string, string> {
  const config = configText([
    {
      name: 'req',
      entries: [
        ['prompt', 'no'],
        ['distinguished_name', 'name'],
      ],
    },
    { name: 'name', entries: [['CN', 'x']] },
    ...sections,
  ]);
  const call = ['req', '-x509', '-new', '-batch', '-config', '-', '-extensions', 'extensions'];
  opensslSync([...call, '-key', 'key.pem', '-out', 'cert.pem'], folder, config);
  return new Map(extensionsIn(derOf(folder, 'cert.pem')));
}

function extensionsIn(certificate: Uint8Array): readonly (readonly [oid: string, value: string])[] {
  const tbs = children(readAll(certificate))[0];
  const wrapper = tbs && children(tbs).find(({ tag }) => tag === context(3));
  const [list] = wrapper === undefined ? [] : children(wrapper);
  return list === undefined ? [] : children(list).map(extension);
}

function extension(der: Der): readonly [oid: string, value: string] {
  const parts = children(der);
  const isCritical = parts.length === 3;
  return [oidText(parts[0]), `${isCritical ? 'critical ' : ''}${hex(parts.at(-1)?.body ?? Buffer.of())}`];
}

it('every file in x509/extensions is a row of the table', () => {
  const files = readdirSync(SERVER).map((file) => file.replace(/\.ts$/, ''));
  const names = EXTENSIONS.map(({ name }) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  expect(names.sort()).toEqual(files.sort());
  expect(new Set(EXTENSIONS.map(({ oid }) => oid)).size).toBe(names.length);
  expect(new Set(EXTENSIONS.flatMap(({ fields }) => fields)).size).toBe(
    EXTENSIONS.flatMap(({ fields }) => fields).length,
  );
});

it('every rule has a row here', () => {
  const rows = ROWS.filter(({ rule }) => rule.raw !== true);
  const tried = new Set([...rows.map(({ rule }) => rule.name), authorityKeyIdentifier.name]);
  expect([...tried].sort()).toEqual(EXTENSIONS.map(({ name }) => name).sort());
});

describe.each(ROWS)('$what', ({ rule, value, config, items }) => {
  it('reads back what it writes', () => expect(rule.read(readAll(rule.write(value)))).toEqual(value));
  it('has its words', () => {
    expect(rule.fields.map((field) => rule.items(value, field))).toEqual(items);
    expect(rule.config(value).value).toBe(config);
  });
  it.each([false, true])('is what openssl writes for its configuration, critical: %s', (critical) => {
    const made = written(extensionSections([{ rule, critical, value }])).get(rule.oid);
    expect(made).toBe(`${critical ? 'critical ' : ''}${hex(rule.write(value))}`);
  });
});

describe('key identifiers that are not known yet', () => {
  const spki = () => certificateFacts(derOf(folder, 'cert.pem'));
  it('are openssl’s affair, and then what the rules write', () => {
    const made = written(
      extensionSections([
        { rule: subjectKeyIdentifier, critical: false, value: null },
        { rule: authorityKeyIdentifier, critical: false, value: null },
      ]),
    );
    const own = spki().extensions.subjectKeyIdentifier?.value ?? '';
    expect(own).toMatch(/^[0-9a-f]{40}$/);
    expect(made.get(subjectKeyIdentifier.oid)).toBe(hex(subjectKeyIdentifier.write(own)));
    const issuer = { keyId: own, issuer: null, serial: null };
    expect(made.get(authorityKeyIdentifier.oid)).toBe(hex(authorityKeyIdentifier.write(issuer)));
  });
  it('have a word, and cannot be written', () => {
    for (const rule of [subjectKeyIdentifier, authorityKeyIdentifier]) {
      expect(rule.items(null)).toEqual(['present']);
      expect(() => rule.write(null)).toThrow('Internal error: a key identifier');
    }
  });
  it('an AKI may name a certificate, too', () => {
    opensslSync(
      [
        'req',
        '-x509',
        '-new',
        '-batch',
        '-config',
        '-',
        '-key',
        'key.pem',
        '-out',
        'root.pem',
        '-set_serial',
        '0xc3',
      ],
      folder,
      '[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = ca\n[name]\nCN = root\n[ca]\nbasicConstraints = critical,CA:TRUE\nsubjectKeyIdentifier = hash\n',
    );
    opensslSync(
      [
        'req',
        '-x509',
        '-new',
        '-batch',
        '-config',
        '-',
        '-key',
        'key.pem',
        '-CA',
        'root.pem',
        '-CAkey',
        'key.pem',
        '-out',
        'leaf.pem',
      ],
      folder,
      '[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = leaf\n[name]\nCN = leaf\n[leaf]\nauthorityKeyIdentifier = keyid:always,issuer:always\n',
    );
    const leaf = derOf(folder, 'leaf.pem');
    const found = certificateFacts(leaf).extensions.authorityKeyIdentifier?.value ?? null;
    expect(found).toMatchObject({ serial: 'c3', keyId: expect.stringMatching(/^[0-9a-f]{40}$/) });
    const made = new Map(extensionsIn(leaf)).get(authorityKeyIdentifier.oid);
    expect(hex(authorityKeyIdentifier.write(found))).toBe(made);
    expect(authorityKeyIdentifier.read(readAll(authorityKeyIdentifier.write(found)))).toEqual(found);
  });
});

describe('names that no manifest has', () => {
  it.each([
    'otherName:#0c00',
    'dirName:#3100',
    'registeredID:#80',
    'ip:#0102',
    'x400Address:#',
    'ediPartyName:#3000',
    'tag9:#00',
  ])('%s', (name) => {
    const der = subjectAltName.write([name]);
    expect(subjectAltName.read(readAll(der))).toEqual([name]);
    expect(subjectAltName.config([name])).toEqual({ value: `DER:${hex(der)}` });
  });
  it('are written with the tags that openssl gives them', () => {
    const san = ['otherName.1 = 1.2.3;UTF8:x', 'RID.1 = 1.2.3.4', 'dirName.1 = dir'].join('\n');
    const made = written([
      { name: 'extensions', entries: [['subjectAltName', '@names']] },
      { name: 'names', entries: san.split('\n').map((line) => line.split(' = ') as [string, string]) },
      { name: 'dir', entries: [['CN', 'x']] },
    ]).get(subjectAltName.oid);
    const found = subjectAltName.read(readAll(Buffer.from(made ?? '', 'hex')));
    expect(hex(subjectAltName.write(found))).toBe(made);
  });
  it.each([
    'a.test',
    'host:a.test',
    'ip:1.2.3',
    'ip:#0',
    'upn',
    'otherName:x',
    'registeredID:1',
    'dirName:x',
  ])('%s is none', (name) => {
    expect(() => subjectAltName.write([name])).toThrow('Internal error: no name can be written');
  });
});

/** RFC 4514 §2.4, written again. */
function escapedValue(value: string): string {
  return value.replaceAll(/[\\"+,;<>]|^[ #]| $/g, (character) => `\\${character}`);
}

it('no value of a name becomes syntax of a configuration', () => {
  const syntax = fc.constantFrom(...'$#"\'`\\ =[],;@:+/'.split(''));
  const letter = fc.constantFrom(...'abcDNS.1'.split(''));
  const text = fc.array(fc.oneof(syntax, letter), { minLength: 1, maxLength: 12 }).map((all) => all.join(''));
  const name = fc
    .tuple(fc.constantFrom('dns', 'uri', 'email'), text)
    .map(([kind, value]) => `${kind}:${value}`);
  const other = fc
    .tuple(
      fc.constantFrom('upn:a@', 'otherName:1.2.3;utf8:a', 'otherName:1.2.3;ia5:a', 'dirName:O=b,CN='),
      text,
    )
    .map(
      ([start, value]) =>
        `${start}${start.startsWith('dir') ? escapedValue(value) : value.replaceAll(/[ @]/g, '_')}`,
    );
  holds(
    fc.array(fc.oneof(other, name), { minLength: 10, maxLength: 30 }),
    (names) => {
      const made = written(extensionSections([{ rule: subjectAltName, critical: true, value: names }]));
      const found = (made.get(subjectAltName.oid) ?? '').replace('critical ', '');
      expect(subjectAltName.read(readAll(Buffer.from(found, 'hex')))).toEqual(names);
    },
    10,
  );
  holds(
    fc.array(name, { minLength: 10, maxLength: 30 }),
    (names) => {
      // openssl takes "copy" and "move" for words of its own where they are all that an e-mail address says.
      const made = written(extensionSections([{ rule: subjectAltName, critical: false, value: names }]));
      expect(subjectAltName.read(readAll(Buffer.from(made.get(subjectAltName.oid) ?? '', 'hex')))).toEqual(
        names,
      );
    },
    10,
  );
});

it('no URL and no notice becomes syntax of a configuration', () => {
  const syntax = fc.constantFrom(...'$#"\'`\\ =[],;@:+/'.split(''));
  const letter = fc.constantFrom(...'URI.1UTF8'.split(''));
  const text = fc.array(fc.oneof(syntax, letter), { minLength: 1, maxLength: 16 }).map((all) => all.join(''));
  holds(
    fc.array(text, { minLength: 3, maxLength: 12 }),
    (texts) => {
      const names = texts.map((one) => `uri:${one}`);
      const policies = [
        { oid: '1.2.3', qualifiers: texts.map((one) => ({ kind: 'cps', text: one }) as const) },
        { oid: '1.2.4', qualifiers: texts.map((one) => ({ kind: 'notice', text: one }) as const) },
      ];
      const access = names.map((name, i) => ({ method: i % 2 === 0 ? 'ocsp' : 'caIssuers', name }));
      const all = [
        { rule: certificatePolicies, critical: false, value: policies },
        { rule: crlDistributionPoints, critical: false, value: [names] },
        { rule: authorityInfoAccess, critical: false, value: access },
      ];
      const made = written(extensionSections(all));
      // openssl below 4.0 adds a key identifier.
      const asked = [...made.keys()].filter((oid) => oid !== subjectKeyIdentifier.oid);
      expect(asked.sort()).toEqual(all.map(({ rule }) => rule.oid).sort());
      for (const { rule, value } of all)
        expect(rule.read(readAll(Buffer.from(made.get(rule.oid) ?? '', 'hex')))).toEqual(value);
    },
    10,
  );
});

describe('what a lenient rule cannot read stays unknown', () => {
  it.each([
    ['2.5.29.32', '3000'],
    ['2.5.29.32', '312e322e33'],
    ['2.5.29.36', '3000'],
    ['2.5.29.36', '3003820100'],
    ['2.5.29.54', '0201ff'],
    // With reasons, or relative to the name of the issuer.
    ['2.5.29.31', '30143012a00ca00a8608687474703a2f2f78810206c0'],
    ['2.5.29.31', '30133011a00fa10d300b060355040313 0478787878'.replaceAll(' ', '')],
    ['1.3.6.1.5.5.7.1.1', '30043002 0500'.replaceAll(' ', '')],
    ['1.3.6.1.5.5.7.1.24', '040105'],
  ])('%s %s', (oid, value) => {
    const octets = encode(TAG.octetString, Buffer.from(value, 'hex'));
    const list = readAll(encode(TAG.sequence, encode(TAG.sequence, encodeOid(oid), octets)));
    expect(extensionFacts(list)).toEqual({
      extensions: {},
      unknown: [{ oid, critical: false, hex: value }],
    });
  });
});

describe('name constraints of another shape are malformed', () => {
  it.each([
    ['nothing', '3000'],
    ['a third list', '3009a20730058203612e62'],
    ['a minimum', '300ca00a3008820361 2e62 800101'],
    ['an address without a mask', '300aa0083006870 40a000001'.replaceAll(' ', '')],
    ['a subtree without a name', '3004a0023000'],
  ])('%s', (_, hex) => {
    expect(() => nameConstraints.read(readAll(Buffer.from(hex.replaceAll(' ', ''), 'hex')))).toThrow(
      DerError,
    );
  });
});

describe('the writer of DER', () => {
  it.each([
    ['1.2.840.113549.1.9.14', '06092a864886f70d01090e'],
    ['2.5.29.17', '0603551d11'],
    ['2.999.3', '0603883703'],
    ['2.25.329800735698586629295641978511506172918', '06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776'],
    ['0.9.2342.19200300.100.1.25', '060a0992268993f22c640119'],
  ])('OID %s', (dotted, expected) => {
    expect(hex(encodeOid(dotted))).toBe(expected);
    expect(oidText(readAll(encodeOid(dotted)))).toBe(dotted);
  });
  it.each([
    [0, '020100'],
    [127, '02017f'],
    [128, '02020080'],
    [65535, '020300ffff'],
  ])('INTEGER %i', (value, expected) => expect(hex(encodeInteger(value))).toBe(expected));
  it.each([
    [[], '030100'],
    [[0], '03020780'],
    [[8], '0303070080'],
    [[5, 6], '03020106'],
  ])('BIT STRING %j', (bits, expected) => expect(hex(encodeBits(bits))).toBe(expected));
});
