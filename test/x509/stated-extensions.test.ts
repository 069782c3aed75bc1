/** Extensions that the manifest states: which are wanted, written, read and shown. */
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/pki/policy.ts';
import { DerError, readAll } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import type { ExtensionContext } from '../../src/x509/extension-rule.ts';
import { basicConstraints } from '../../src/x509/extensions/basic-constraints.ts';
import { certificatePolicies } from '../../src/x509/extensions/certificate-policies.ts';
import { mustStaple } from '../../src/x509/extensions/must-staple.ts';
import { nameConstraints } from '../../src/x509/extensions/name-constraints.ts';
import { ocspNoCheck } from '../../src/x509/extensions/ocsp-no-check.ts';
import { privateExtension } from '../../src/x509/private-extension.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { integer, octets, oid, sequence } from '../helpers/certificate-der.ts';
import { anAuthority, aServer } from '../helpers/entities.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const of = (entity: ExtensionContext['entity']): ExtensionContext => ({
  entity,
  issuer: null,
  keyIdentifier: null,
});

describe('extensions that state one thing', () => {
  const stapled = { presence: 'required', value: [5], critical: false, accepts: 'same' };
  const unchecked = { presence: 'required', value: true, critical: false, accepts: 'either' };
  const NONE = { presence: 'none' };

  it.each([
    [true, stapled, unchecked],
    [false, NONE, NONE],
    [undefined, null, null],
  ])('%s', (stated, staple, check) => {
    const more = stated === undefined ? {} : { mustStaple: stated, ocspNoCheck: stated };
    expect(mustStaple.wanted(of({ ...aServer(), ...more }))).toEqual(staple);
    expect(ocspNoCheck.wanted(of({ ...aServer(), ...more }))).toEqual(check);
    const authority = { ...anAuthority(), ...more } as ReturnType<typeof anAuthority>;
    expect([mustStaple.wanted(of(authority)), ocspNoCheck.wanted(of(authority))]).toEqual([null, null]);
  });

  it('a demand to staple names the features of TLS, by number where there is no name', () => {
    expect(hex(mustStaple.write([5]))).toBe('3003020105');
    expect(mustStaple.read(readAll(mustStaple.write([5, 17, 9])))).toEqual([5, 17, 9]);
    expect(mustStaple.items([5, 17, 9])).toEqual(['status_request', 'status_request_v2', '9']);
    expect(mustStaple.config([5, 9])).toEqual({ key: 'tlsfeature', value: 'status_request,9' });
  });

  it('that a responder is not asked about is NULL', () => {
    expect(hex(ocspNoCheck.write())).toBe('0500');
    expect(ocspNoCheck.read(readAll(Buffer.from('0500', 'hex')))).toBe(true);
    expect(ocspNoCheck.read(readAll(Buffer.from('050100', 'hex')))).toBe(false);
    expect(() => ocspNoCheck.read(readAll(integer('01')))).toThrow(DerError);
    expect([ocspNoCheck.items(true), ocspNoCheck.items(false)]).toEqual([['true'], []]);
    expect(ocspNoCheck.config()).toEqual({ key: 'noCheck', value: 'ignored' });
  });
});

describe('constraints of an authority', () => {
  it.each([
    [{ ca: true, pathLength: null }, '30030101ff', 'CA:TRUE'],
    [{ ca: true, pathLength: 0 }, '30060101ff020100', 'CA:TRUE,pathlen:0'],
    [{ ca: false, pathLength: null }, '3000', 'CA:FALSE'],
  ])('%j', (value, der, config) => {
    expect(hex(basicConstraints.write(value))).toBe(der);
    expect(basicConstraints.read(readAll(Buffer.from(der, 'hex')))).toEqual(value);
    expect(basicConstraints.config(value)).toEqual({ value: config });
    const [kind = ''] = config.split(',');
    expect(basicConstraints.items(value, 'basicConstraints')).toEqual([kind]);
    expect(basicConstraints.items(value, 'pathLength')).toEqual(value.pathLength === null ? [] : ['0']);
  });

  it('have no more parts, and are those of authorities', () => {
    expect(() => basicConstraints.read(readAll(Buffer.from('30090101ff020100020100', 'hex')))).toThrow(
      DerError,
    );
    const wanted = { presence: 'required', critical: true, accepts: 'same' };
    expect(basicConstraints.wanted(of(anAuthority({ pathLength: 2 })))).toEqual({
      ...wanted,
      value: { ca: true, pathLength: 2 },
    });
    expect(basicConstraints.wanted(of(aServer()))).toMatchObject({
      presence: 'expected',
      value: { ca: false },
    });
    const names = { permitted: ['dns:a.test'], excluded: [] };
    expect(nameConstraints.wanted(of(anAuthority({ nameConstraints: names })))).toEqual({
      ...wanted,
      value: names,
    });
    expect(nameConstraints.wanted(of(anAuthority()))).toBeNull();
    const leaf = { ...aServer(), nameConstraints: names } as ReturnType<typeof aServer>;
    expect(nameConstraints.wanted(of(leaf))).toBeNull();
  });

  it('of names are entries for openssl, numbered by their kind of constraint, and ranges have their masks', () => {
    const names = { permitted: ['dns:a.test', 'ip:10.0.0.0/8'], excluded: ['email:b.test'] };
    expect(nameConstraints.config(names)).toEqual({
      value: '@constraints',
      sections: [
        {
          name: 'constraints',
          entries: [
            ['permitted;DNS.1', 'a.test'],
            ['permitted;IP.2', '10.0.0.0/255.0.0.0'],
            ['excluded;email.1', 'b.test'],
          ],
        },
      ],
    });
    expect(nameConstraints.items(names)).toEqual([
      'permitted dns:a.test',
      'permitted ip:10.0.0.0/8',
      'excluded email:b.test',
    ]);
    expect(nameConstraints.read(readAll(nameConstraints.write(names)))).toEqual(names);
  });

  it.each(['3000', '3004a2028200', '3006a004300282000500'])(
    '%s constrains nothing, or in another way',
    (der) => {
      expect(() => nameConstraints.read(readAll(Buffer.from(der, 'hex')))).toThrow(DerError);
    },
  );
});

describe('policies', () => {
  const read = (...parts: readonly Buffer[]) => certificatePolicies.read(readAll(sequence(...parts)));
  const policy = (dotted: string, ...qualifiers: readonly Buffer[]) =>
    sequence(oid(dotted), ...(qualifiers.length === 0 ? [] : [sequence(...qualifiers)]));
  const string = (tag: number, text: string) => encode(tag, Buffer.from(text));
  const cps = sequence(oid('1.3.6.1.5.5.7.2.1'), string(0x16, 'http://a.test/'));
  const notice = (...parts: readonly Buffer[]) => sequence(oid('1.3.6.1.5.5.7.2.2'), sequence(...parts));
  const referring = notice(sequence(string(0x0c, 'Org'), sequence(integer('01'))), string(0x0c, 'text'));
  const strange = sequence(oid('1.2.3.9'), sequence(string(0x0c, 'text')));

  it.each<[string, Buffer, Policy['qualifiers'][number]]>([
    ['an address', cps, { kind: 'cps', text: 'http://a.test/' }],
    ['a notice', notice(string(0x0c, 'Grüße')), { kind: 'notice', text: 'Grüße' }],
    ['a notice in IA5String', notice(string(0x16, 'hi')), { kind: 'notice', text: 'hi' }],
    ['a notice in VisibleString', notice(string(0x1a, 'hi')), { kind: 'notice', text: 'hi' }],
    [
      'a notice in BMPString',
      notice(string(0x1e, 'hi!!')),
      { kind: 'other', text: hex(notice(string(0x1e, 'hi!!'))) },
    ],
    ['one that refers to a document', referring, { kind: 'other', text: hex(referring) }],
    ['an empty notice', notice(), { kind: 'other', text: hex(notice()) }],
    ['something else', strange, { kind: 'other', text: hex(strange) }],
  ])('with %s, written as it was read', (_, qualifier, expected) => {
    const found = read(policy('1.2.3', qualifier));
    expect(found).toEqual([{ oid: '1.2.3', qualifiers: [expected] }]);
    if (expected.kind !== 'notice')
      expect(hex(certificatePolicies.write(found))).toBe(hex(sequence(policy('1.2.3', qualifier))));
  });

  it.each<[string, readonly Buffer[]]>([
    ['none', []],
    ['one twice', [policy('1.2.3'), policy('1.2.4'), policy('1.2.3')]],
    ['one with more parts', [sequence(oid('1.2.3'), sequence(cps), sequence())]],
    [
      'one whose address is no text',
      [policy('1.2.3', sequence(oid('1.3.6.1.5.5.7.2.1'), octets(Buffer.of(1))))],
    ],
  ])('%s', (_, parts) => expect(() => read(...parts)).toThrow(DerError));

  it('are shown with their qualifiers, and written for openssl in a section each', () => {
    const all: readonly Policy[] = [
      { oid: '1.2.3', qualifiers: [] },
      {
        oid: '1.2.4',
        qualifiers: [
          { kind: 'cps', text: 'http://a.test/' },
          { kind: 'notice', text: 'hi' },
        ],
      },
    ];
    expect(certificatePolicies.items(all)).toEqual([
      '1.2.3',
      '1.2.4',
      '1.2.4 cps http://a.test/',
      '1.2.4 notice hi',
    ]);
    expect(certificatePolicies.config(all)).toEqual({
      value: '@policy1,@policy2',
      sections: [
        { name: 'policy1', entries: [['policyIdentifier', '1.2.3']] },
        {
          name: 'policy2',
          entries: [
            ['policyIdentifier', '1.2.4'],
            ['CPS.1', 'http://a.test/'],
            ['userNotice.2', '@policy2notice2'],
          ],
        },
        { name: 'policy2notice2', entries: [['explicitText', 'UTF8:hi']] },
      ],
    });
    expect(read(...all.map(({ oid: dotted }) => policy(dotted)))).toHaveLength(2);
    expect(certificatePolicies.read(readAll(certificatePolicies.write(all)))).toEqual(all);
  });
});

describe('a private extension', () => {
  const OID = '1.3.6.1.4.1.99999.1';
  const rule = privateExtension(OID);
  const long = (count: number) => `04${count.toString(16).padStart(2, '0')}${'ab'.repeat(count)}`;

  it.each([
    ['text', '0c026869', 'utf8 hi'],
    ['IA5String', '16026869', 'ia5 hi'],
    ['PrintableString', '13026869', 'printable hi'],
    ['a number', '020180', 'integer -128'],
    ['TRUE', '0101ff', 'boolean true'],
    ['FALSE', '010100', 'boolean false'],
    ['an OID', '0603551d13', 'oid 2.5.29.19'],
    ['NULL', '0500', 'null true'],
    ['octets', '0401ab', 'der 0401ab'],
    ['what is not whole', '0402ab', 'der 0402ab'],
    ['what is not DER', '010101', 'der 010101'],
    ['32 octets', long(30), `der ${long(30)}`],
    [
      '33 octets',
      long(31),
      `der ${long(31).slice(0, 32)}… of 33 octets, SHA-256 ${sha256(Buffer.from(long(31), 'hex'))}`,
    ],
  ])('shows %s', (_, value, text) => expect(rule.items(value, 'extensions')).toEqual([`${OID} ${text}`]));

  it('is what the manifest states under its OID, to the octet', () => {
    const extensions = [
      { oid: '1.2.3', der: '0500', critical: false },
      { oid: OID, der: '0c00', critical: true },
    ];
    const wanted = (entity: object) => rule.wanted(of({ ...aServer(), ...entity }));
    expect(wanted({ extensions })).toEqual({
      presence: 'required',
      value: '0c00',
      critical: true,
      accepts: 'same',
    });
    expect([wanted({ extensions: extensions.slice(0, 1) }), wanted({})]).toEqual([null, null]);
    expect(rule.read(readAll(Buffer.from('0c00', 'hex')))).toBe('0c00');
    expect(hex(rule.write('0c00'))).toBe('0c00');
    expect(rule.config('0c00')).toEqual({ value: 'DER:0c00' });
  });
});
