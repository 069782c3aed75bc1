/**
 * Names as other tools write them: what openssl can be asked for comes out of our own request and signature to the octet,
 * and what it cannot be asked for is known before.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { configText } from '../../src/openssl/config.ts';
import { nameSection, policySection } from '../../src/openssl/distinguished-name.ts';
import { requestCommand } from '../../src/openssl/request.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Attribute, Subject } from '../../src/pki/subject.ts';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { encode, encodeOid } from '../../src/x509/der-write.ts';
import { encodedNameDer, keptName, nameDer, nextName } from '../../src/x509/name.ts';
import { nameText } from '../../src/x509/name-read.ts';
import { aClient } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();
beforeAll(() => {
  const make = ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'key.pem'];
  opensslSync(make, folder);
  const root =
    '[req]\nprompt = no\ndistinguished_name = n\nx509_extensions = e\n[n]\nCN = Root\n[e]\nsubjectKeyIdentifier = hash\n';
  opensslSync(['req', '-x509', '-new', '-config', '-', '-key', 'key.pem', '-out', 'root.pem'], folder, root);
});

const OIDS: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  serialNumber: '2.5.4.5',
  emailAddress: '1.2.840.113549.1.9.1',
};
type StringTag = 'utf8' | 'printable' | 't61' | 'bmp' | 'ia5';
const TAGS: Readonly<Record<StringTag, number>> = {
  utf8: 0x0c,
  printable: 0x13,
  t61: 0x14,
  ia5: 0x16,
  bmp: 0x1e,
};

function octets(text: string, tag: StringTag): Buffer {
  if (tag === 'bmp') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, tag === 't61' ? 'latin1' : 'utf8');
}

type Piece = readonly [type: Attribute['type'], value: string, tag?: StringTag];
type Rdns = readonly (readonly Piece[])[];

/** The DER of a name of these RDNs, written here and not by the code under test. */
function der(rdns: Rdns): string {
  const sets = rdns.map((rdn) => {
    const attributes = rdn.map(([type, value, tag = 'utf8']) =>
      encode(0x30, encodeOid(OIDS[type] ?? ''), encode(TAGS[tag], octets(value, tag))),
    );
    return encode(0x31, ...attributes.sort(Buffer.compare));
  });
  return encode(0x30, ...sets).toString('hex');
}

const ORDER: readonly string[] = ['C', 'ST', 'L', 'O', 'OU', 'CN'];

/** In the order of the manifest, whatever that of the certificate is. */
function manifestOf(rdns: Rdns): Subject {
  const subject = rdns.flat().map(([type, value]) => ({ type, value }));
  return subject.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type));
}

const KEPT: readonly (readonly [what: string, rdns: Rdns])[] = [
  ['another order', [[['CN', 'admin']], [['O', 'Org']], [['L', 'Graz']], [['ST', 'Styria']]]],
  ['another order, the country last', [[['CN', 'node']], [['OU', 'SSL']], [['C', 'DE', 'printable']]]],
  [
    'an RDN of two',
    [
      [['O', 'Acme']],
      [
        ['CN', 'John Doe'],
        ['OU', 'dev'],
      ],
    ],
  ],
  [
    'an RDN of two, and one behind it of three',
    [
      [
        ['O', 'Acme'],
        ['L', 'Ås'],
      ],
      [
        ['OU', 'a'],
        ['CN', 'b'],
        ['ST', 'c'],
      ],
    ],
  ],
  ['PrintableString', [[['O', 'Acme', 'printable']], [['CN', 'web', 'printable']]]],
  ['PrintableString and what it has no room for', [[['O', 'Ärzte']], [['CN', 'web', 'printable']]]],
  ['T61String', [[['O', 'Ärzte', 't61']], [['CN', 'web', 't61']]]],
  ['T61String and what it has no room for', [[['O', '東京']], [['CN', 'web', 't61']]]],
  ['PrintableString and T61String', [[['O', 'Ärzte', 't61']], [['CN', 'web', 'printable']]]],
  ['BMPString', [[['O', '東京', 'bmp']], [['CN', 'web', 'bmp']]]],
  ['PrintableString and BMPString', [[['O', 'Zürich', 'bmp']], [['CN', 'web', 'printable']]]],
  [
    'PrintableString, T61String and BMPString, in another order',
    [[['CN', 'web', 'printable']], [['OU', 'Ö', 't61']], [['O', '東', 'bmp']]],
  ],
  [
    'an order, an RDN of two and other strings',
    [
      [
        ['CN', 'x', 'printable'],
        ['O', 'Å', 't61'],
      ],
      [['C', 'SE', 'printable']],
    ],
  ],
];

describe('is kept', () => {
  it.each(KEPT)('%s', (_, rdns) => {
    const subjectDer = der(rdns);
    const entity = aClient({ name: 'kept', subject: manifestOf(rdns) });
    const name = keptName(entity, { subjectDer });
    if (name === undefined) throw new Error('the name is not kept');
    expect(encodedNameDer(name)).toBe(subjectDer);

    const key = { kind: 'file', of: entity.id, isNew: false } as const;
    const make = { op: 'request', of: entity.id, key, name } as const;
    const { input } = requestCommand(make, byIdOf([entity]), { run: 'x', database: '' });
    const call = ['req', '-new', '-batch', '-config', '-', '-key', 'key.pem', '-out', 'csr.pem'];
    opensslSync(call, folder, input ?? '');
    expect(signed()).toBe(subjectDer);
  });
});

/** Hex of the subject of what openssl ca makes of the request. */
function signed(): string {
  writeFileSync(join(folder, 'index.txt'), '');
  const config = configText([
    { name: 'ca', entries: [['default_ca', 'issue']] },
    {
      name: 'issue',
      entries: [
        ['database', 'index.txt'],
        ['new_certs_dir', '.'],
        ['rand_serial', 'yes'],
        ['default_md', 'sha256'],
        ['policy', 'policy'],
        ['unique_subject', 'no'],
      ],
    },
    policySection(),
  ]);
  const call = ['ca', '-batch', '-notext', '-preserveDN', '-config', '-', '-cert', 'root.pem'];
  opensslSync(
    [...call, '-keyfile', 'key.pem', '-days', '1', '-in', 'csr.pem', '-out', 'cert.pem'],
    folder,
    config,
  );
  return certificateFacts(derOf(folder, 'cert.pem')).subjectDer;
}

describe('is as we write it, or cannot be asked for', () => {
  it.each<[string, Rdns]>([
    ['ours', [[['C', 'SE', 'printable']], [['O', 'Acme']], [['CN', 'web']]]],
    ['UTF8String before PrintableString', [[['O', 'Acme']], [['CN', 'web', 'printable']]]],
    ['a common name of IA5String', [[['CN', 'web', 'ia5']]]],
    ['a country of UTF8String', [[['C', 'SE']], [['CN', 'web']]]],
    ['BMPString where T61String has room', [[['O', 'Ä', 'bmp']], [['CN', 'Ö', 't61']]]],
  ])('%s', (_, rdns) => {
    const entity = aClient({ subject: manifestOf(rdns) });
    expect(keptName(entity, { subjectDer: der(rdns) })).toBeUndefined();
  });
  it.each<[string, Subject]>([
    ['another value', [{ type: 'CN', value: 'other' }]],
    ['an attribute less', []],
    [
      'an attribute more',
      [
        { type: 'O', value: 'Acme' },
        { type: 'CN', value: 'web' },
      ],
    ],
  ])('%s is another name', (_, subject) => {
    const subjectDer = der([[['CN', 'web', 'printable']]]);
    expect(keptName(aClient({ subject }), { subjectDer })).toBeUndefined();
  });

  it.each<[string, readonly string[], readonly string[], boolean]>([
    ['the same unit twice', ['a', 'a'], ['a', 'a'], true],
    ['one twice in the place of two', ['a', 'b'], ['a', 'a'], false],
    ['two in the place of one twice', ['a', 'a'], ['a', 'b'], false],
    ['one of three twice', ['a', 'b', 'b'], ['a', 'a', 'b'], false],
    ['both in another order', ['a', 'b'], ['b', 'a'], true],
  ])('%s', (_, stated, found, isKept) => {
    const subject: Subject = stated.map((value) => ({ type: 'OU', value }));
    const subjectDer = der(found.map((value) => [['OU', value, 'printable']]));
    expect(keptName({ subject }, { subjectDer }) !== undefined).toBe(isKept);
    expect(nextName({ subject }, { subjectDer })).toBe(isKept ? subjectDer : nameDer(subject));
  });
});

describe('is shown', () => {
  const multi = der([
    [['C', 'SE', 'printable']],
    [
      ['CN', 'John'],
      ['OU', 'dev', 't61'],
    ],
  ]);
  it('by its RDNs', () => expect(nameText(multi)).toBe('C=SE, OU=dev+CN=John'));
  it('with strings that are not ours', () => {
    expect(nameText(multi, true)).toBe('C=SE, OU=dev (T61String)+CN=John');
    expect(nameText(nameDer([{ type: 'CN', value: 'a' }]), true)).toBe('CN=a');
  });
  it.each([
    ['0c025345', 'C=SE (UTF8String)'],
    ['0c03612e74', 'emailAddress=a.t (UTF8String)'],
    ['12023432', 'serialNumber=42 (NumericString)'],
    ['1a0141', 'O=A (VisibleString)'],
    ['1b0141', 'O=A (GeneralString)'],
    ['190141', 'O=A (type 25)'],
    ['13025345', 'C=SE'],
    ['1603612e74', 'emailAddress=a.t'],
  ])('a value %s is %s', (value, text) => {
    const oid = encodeOid(OIDS[text.slice(0, text.indexOf('='))] ?? '');
    const name = encode(0x30, encode(0x31, encode(0x30, oid, Buffer.from(value, 'hex'))));
    expect(nameText(name.toString('hex'), true)).toBe(text);
  });
});

it('distinct types in single RDNs have plain keys', () => {
  const subject: Subject = [
    { type: 'O', value: 'a' },
    { type: 'CN', value: 'b' },
  ];
  const plain = ['organizationName', 'commonName'];
  expect(nameSection({ subject }).entries.map(([key]) => key)).toEqual(plain);
  expect(nameSection({ subject, joined: [1] }).entries).toEqual([
    ['0.organizationName', 'a'],
    ['1.+commonName', 'b'],
  ]);
});
