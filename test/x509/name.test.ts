/** The bytes of names, against those that openssl writes from our own configuration. */
import { describe, expect, it } from 'vitest';
import { configText } from '../../src/openssl/config.ts';
import { nameSection } from '../../src/openssl/distinguished-name.ts';
import type { Subject } from '../../src/pki/subject.ts';

import { children, hex, readAll, TAG } from '../../src/x509/der.ts';
import { encode, encodeOid } from '../../src/x509/der-write.ts';
import {
  type EncodedName,
  encodedName,
  encodedNameDer,
  issuedName,
  keptName,
  nameDer,
  nextName,
} from '../../src/x509/name.ts';
import { comparableName, nameAttributes } from '../../src/x509/name-read.ts';
import { parseRequest } from '../../src/x509/parse.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();

const FULL: Subject = [
  { type: 'C', value: 'SE' },
  { type: 'ST', value: 'Skåne län' },
  { type: 'L', value: 'Malmö' },
  { type: 'O', value: 'Example Org, Inc.' },
  { type: 'OU', value: '東京 😀' },
  { type: 'CN', value: "it's" },
];

/** Two octets a character, so that octets and characters are told apart. */
const long = (octets: number): string => 'å'.repeat(octets / 2);

it.each<[string, Subject]>([
  ['every type', FULL],
  ['one attribute', [{ type: 'CN', value: 'a' }]],
  [
    'the same type twice',
    [
      { type: 'CN', value: 'a' },
      { type: 'OU', value: 'x' },
      { type: 'OU', value: 'y' },
    ],
  ],
  ['64 characters of four octets each', [{ type: 'CN', value: '😀'.repeat(64) }]],
  ['an attribute of 126 octets', [{ type: 'O', value: long(126) }]],
  ['an attribute of 128 octets', [{ type: 'O', value: long(128) }]],
  [
    'a name of over 255 octets',
    [
      { type: 'O', value: long(128) },
      { type: 'ST', value: long(128) },
    ],
  ],
  [
    'a name of over 1000 octets',
    (['ST', 'L', 'O', 'OU'] as const).map((type) => ({ type, value: '😀'.repeat(64) })),
  ],
])('%s', (_, subject) => {
  const settings = { prompt: 'no', utf8: 'yes', string_mask: 'utf8only', distinguished_name: 'name' };
  const config = configText([{ name: 'req', entries: Object.entries(settings) }, nameSection({ subject })]);
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
  const [, name] = children(children(readAll(derOf(folder, 'csr.pem')))[0] ?? readAll(new Uint8Array()));
  expect(hex(name?.bytes ?? new Uint8Array())).toBe(nameDer(subject));
});

it('the empty name', () => expect(nameDer([])).toBe('3000'));

it('reads back as it was written', () => {
  expect(nameAttributes(readAll(Buffer.from(nameDer(FULL), 'hex')))).toEqual(FULL);
});

it.each([
  [0x0c, '41206220'],
  [0x13, '41206220'],
  [0x14, '41206220'],
  [0x16, '41206220'],
  [0x1a, '41206220'],
  [0x1c, '00000041000000200000006200000020'],
  [0x1e, '0041002000620020'],
])('strings of type %i are compared by what they say', (tag, value) => {
  const der = (hexTag: number, text: string): string => {
    const attribute = encode(TAG.sequence, encodeOid('2.5.4.3'), encode(hexTag, Buffer.from(text, 'hex')));
    return encode(TAG.sequence, encode(TAG.set, attribute)).toString('hex');
  };
  expect(comparableName(der(tag, value))).toEqual(
    comparableName(der(0x0c, Buffer.from('a  B').toString('hex'))),
  );
  expect(comparableName(der(tag, value))).not.toEqual(
    comparableName(der(0x0c, Buffer.from('ab').toString('hex'))),
  );
});

describe('the name of the next certificate', () => {
  const [C, O, CN] = [
    { type: 'C', value: 'SE' },
    { type: 'O', value: 'Acme' },
    { type: 'CN', value: 'web' },
  ] as const;
  const subject: Subject = [C, O, CN];
  const own = { strings: 'utf8' } as const;

  it.each<[string, EncodedName, kept: boolean, exact: boolean]>([
    ['another order', { ...own, subject: [CN, O, C] }, true, false],
    ['one RDN', { ...own, subject, joined: [1, 2] }, true, false],
    ['an RDN of the last two', { ...own, subject, joined: [2] }, true, false],
    ['other strings', { strings: 'printable', subject }, true, true],
    ['another value', { ...own, subject: [C, O, { ...CN, value: 'x' }] }, false, false],
    ['another type', { ...own, subject: [C, O, { ...CN, type: 'OU' }] }, false, false],
    ['one less', { ...own, subject: [C, CN] }, false, false],
  ])('of %s', (_, name, isKept, isExact) => {
    const subjectDer = encodedNameDer(name);
    const kept = keptName({ subject }, { subjectDer });
    expect(kept === undefined ? undefined : encodedNameDer(kept)).toBe(isKept ? subjectDer : undefined);
    expect(nextName({ subject }, { subjectDer })).toBe(isKept ? subjectDer : nameDer(subject));
    const exact = { subject, exactSubject: true } as const;
    expect(keptName(exact, { subjectDer }) !== undefined).toBe(isExact);
    expect(issuedName({ subject }, kept)).toBe(isKept ? subjectDer : nameDer(subject));
  });

  it('is our own where it is that already', () => {
    const subjectDer = nameDer(subject);
    expect(keptName({ subject }, { subjectDer })).toBeUndefined();
    expect(nextName({ subject }, { subjectDer })).toBe(subjectDer);
    expect(encodedName({ subject }, undefined)).toEqual({ subject, strings: 'utf8' });
    const joined: Subject = [O, { ...CN, joined: true }];
    expect(encodedName({ subject: joined }, undefined)).toEqual({
      subject: joined,
      strings: 'utf8',
      joined: [1],
    });
    expect(nameDer(joined)).toBe(encodedNameDer({ ...own, subject: [O, CN], joined: [1] }));
    expect(nameDer(joined)).not.toBe(nameDer([O, CN]));
  });
});

it('attributes that stand side by side in a name are read so, and the others one after the other', () => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'joined.key'];
  const request = opensslSync(['req', '-new', ...key, '-subj', '/O=a+OU=b/CN=c'], folder);
  expect(parseRequest(Buffer.from(request)).subject).toEqual([
    { type: 'O', value: 'a' },
    { type: 'OU', value: 'b', joined: true },
    { type: 'CN', value: 'c' },
  ]);
});
