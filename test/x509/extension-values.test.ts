/** Values of extensions as octets (RFC 5280 §4.2), as items and for openssl; anything else is refused. */
import { describe, expect, it } from 'vitest';
import { DerError, readAll } from '../../src/x509/der.ts';
import type { ExtensionContext } from '../../src/x509/extension-rule.ts';
import { authorityInfoAccess } from '../../src/x509/extensions/authority-info-access.ts';
import { crlDistributionPoints } from '../../src/x509/extensions/crl-distribution-points.ts';
import { extendedKeyUsage } from '../../src/x509/extensions/extended-key-usage.ts';
import { inhibitAnyPolicy } from '../../src/x509/extensions/inhibit-any-policy.ts';
import { keyUsage } from '../../src/x509/extensions/key-usage.ts';
import { policyConstraints } from '../../src/x509/extensions/policy-constraints.ts';
import { subjectAltName } from '../../src/x509/extensions/subject-alt-name.ts';
import { subjectKeyIdentifier } from '../../src/x509/extensions/subject-key-identifier.ts';
import { EXTENSIONS } from '../../src/x509/extensions.ts';
import { aClient, anAuthority, aPeer, aServer, dns, ip } from '../helpers/entities.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const der = (digits: string) => readAll(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
const of = (entity: object, keyIdentifier: string | null = null): ExtensionContext => ({
  entity: entity as ExtensionContext['entity'],
  issuer: null,
  keyIdentifier,
});

it('a request asks for what its sender knows, and certificates do without some', () => {
  const names = (which: (rule: (typeof EXTENSIONS)[number]) => boolean) =>
    EXTENSIONS.filter(which).map(({ name }) => name);
  expect(names(({ inRequest }) => inRequest)).toEqual([
    'basicConstraints',
    'keyUsage',
    'extendedKeyUsage',
    'subjectAltName',
    'mustStaple',
    'ocspNoCheck',
  ]);
  expect(names((rule) => 'narrows' in rule && rule.narrows === true)).toEqual(['keyUsage']);
  expect(names((rule) => 'waits' in rule && rule.waits === true)).toEqual(['crlDistributionPoints']);
});

describe('where lists are', () => {
  const rule = crlDistributionPoints;
  const POINTS = [['uri:a', 'uri:b'], ['dns:c']];

  it('is one point for each list, with all its names', () => {
    expect(hex(rule.write([['uri:a']]))).toBe('30093007a005a003860161');
    expect(hex(rule.write(POINTS))).toBe('3015300aa008a0068601618601623007a005a003820163');
    expect(rule.read(readAll(rule.write(POINTS)))).toEqual(POINTS);
    expect(rule.items(POINTS)).toEqual(['a', 'b', 'dns:c']);
    expect(rule.config(POINTS)).toEqual({
      value: 'crl1,crl2',
      sections: [
        { name: 'crl1', entries: [['fullname', '@crl1names']] },
        {
          name: 'crl1names',
          entries: [
            ['URI.1', 'a'],
            ['URI.2', 'b'],
          ],
        },
        { name: 'crl2', entries: [['fullname', '@crl2names']] },
        { name: 'crl2names', entries: [['DNS.1', 'c']] },
      ],
    });
  });

  it.each([
    '300d300ba005a00386016181020102',
    '30023000',
    '300b3009a007a003860161a100',
    '30053003860161',
    '0500',
  ])('%s says something else', (octets) => expect(() => rule.read(der(octets))).toThrow(DerError));

  it('is what the issuer states', () => {
    const locations = { crl: ['http://a', 'http://b'], ocsp: [], caIssuers: [] };
    expect(rule.wanted(of(aServer({ locations })))).toEqual({
      presence: 'required',
      value: [['uri:http://a', 'uri:http://b']],
      critical: false,
      accepts: 'either',
    });
    expect(rule.wanted(of(aServer({ locations: { ...locations, crl: [] } })))).toBeNull();
    expect(rule.wanted(of(aServer()))).toBeNull();
  });
});

describe('where the issuer and its answers are', () => {
  const rule = authorityInfoAccess;
  const ALL = [
    { method: 'ocsp', name: 'uri:a' },
    { method: 'caIssuers', name: 'uri:b' },
    { method: '1.2.3', name: 'dns:c' },
  ];

  it('is a method and a name each', () => {
    const octets = '3027300d06082b06010505073001860161300d06082b06010505073002860162300706022a03820163';
    expect(hex(rule.write(ALL))).toBe(octets);
    expect(rule.read(readAll(rule.write(ALL)))).toEqual(ALL);
    expect([rule.items(ALL, 'ocsp'), rule.items(ALL, 'caIssuers')]).toEqual([['a'], ['b']]);
    expect(rule.config(ALL)).toEqual({
      value: '@access',
      sections: [
        {
          name: 'access',
          entries: [
            ['OCSP;URI.1', 'a'],
            ['caIssuers;URI.2', 'b'],
            ['1.2.3;DNS.3', 'c'],
          ],
        },
      ],
    });
  });

  it.each(['3006300406022a03', '300b300906022a03860161 0500', '3003 0201 01', '0500'])(
    '%s is neither',
    (octets) => expect(() => rule.read(der(octets))).toThrow(DerError),
  );

  it('is compared by the methods that are stated', () => {
    const one = (method: string, name: string) => ({ method, name: `uri:${name}` });
    const matches = (found: readonly string[], wanted: readonly string[]): boolean => {
      const read = (texts: readonly string[]) =>
        texts.map((text) => one(text.split(' ')[0] ?? '', text.split(' ')[1] ?? ''));
      return rule.matches(read(found), read(wanted));
    };
    expect(matches(['ocsp a'], ['ocsp a'])).toBe(true);
    expect(matches(['ocsp b', 'ocsp a'], ['ocsp a', 'ocsp b'])).toBe(true);
    expect(matches(['ocsp a', 'caIssuers b'], ['ocsp a'])).toBe(true);
    expect(matches(['ocsp a'], ['ocsp a', 'caIssuers b'])).toBe(false);
    expect(matches(['ocsp b'], ['ocsp a'])).toBe(false);
    expect(matches(['ocsp a', 'ocsp b'], ['ocsp a'])).toBe(false);
    expect(matches(['caIssuers a'], ['ocsp a'])).toBe(false);
    const locations = { crl: [], ocsp: ['a'], caIssuers: ['b'] };
    expect(rule.wanted(of(aServer({ locations })))).toEqual({
      presence: 'required',
      value: [one('ocsp', 'a'), one('caIssuers', 'b')],
      critical: false,
      accepts: 'same',
    });
    expect(rule.wanted(of(aServer({ locations: { ...locations, ocsp: [], caIssuers: [] } })))).toBeNull();
    expect(rule.wanted(of(aServer()))).toBeNull();
  });
});

describe('what chains have to show', () => {
  const both = (requireExplicitPolicy: number | null, inhibitPolicyMapping: number | null) => ({
    requireExplicitPolicy,
    inhibitPolicyMapping,
  });
  it.each([
    ['3003800100', both(0, null), 'requireExplicitPolicy:0'],
    ['3003810102', both(null, 2), 'inhibitPolicyMapping:2'],
    ['300680010081017f', both(0, 127), 'requireExplicitPolicy:0,inhibitPolicyMapping:127'],
    ['300480020080', both(128, null), 'requireExplicitPolicy:128'],
  ])('%s', (octets, value, config) => {
    expect(policyConstraints.read(der(octets))).toEqual(value);
    expect(hex(policyConstraints.write(value))).toBe(octets);
    expect(policyConstraints.config(value)).toEqual({ value: config });
    expect(policyConstraints.items(value)).toEqual(config.split(',').map((one) => one.replace(':', ' ')));
  });

  it.each(['3000', '3003820100', '3006800100820100', '0500', '30028000'])('%s is nothing', (octets) =>
    expect(() => policyConstraints.read(der(octets))).toThrow(DerError),
  );

  it('is what authorities state, and critical', () => {
    const stated = { policyConstraints: both(0, null), inhibitAnyPolicy: 1 };
    const wanted = { presence: 'required', critical: true, accepts: 'same' };
    expect(policyConstraints.wanted(of(anAuthority(stated)))).toEqual({ ...wanted, value: both(0, null) });
    expect(inhibitAnyPolicy.wanted(of(anAuthority(stated)))).toEqual({ ...wanted, value: 1 });
    for (const entity of [anAuthority(), aServer(), { ...aServer(), ...stated }])
      expect([policyConstraints.wanted(of(entity)), inhibitAnyPolicy.wanted(of(entity))]).toEqual([
        null,
        null,
      ]);
    expect([inhibitAnyPolicy.read(der('020105')), hex(inhibitAnyPolicy.write(5))]).toEqual([5, '020105']);
    expect([inhibitAnyPolicy.items(5), inhibitAnyPolicy.config(5)]).toEqual([['5'], { value: '5' }]);
  });
});

describe('purposes', () => {
  const rule = extendedKeyUsage;
  it('have names, or numbers', () => {
    const octets = '300e06082b0601050507030106022a03';
    expect(rule.read(der(octets))).toEqual(['serverAuth', '1.2.3']);
    expect(hex(rule.write(['serverAuth', '1.2.3']))).toBe(octets);
    expect(rule.config(['serverAuth', '1.2.3'])).toEqual({ value: 'serverAuth,1.2.3' });
    expect(rule.items(['clientAuth'])).toEqual(['clientAuth']);
  });

  it.each<[string, object, object]>([
    ['an authority', anAuthority(), { presence: 'none' }],
    ['a server', aServer(), { value: ['serverAuth'], critical: false, accepts: 'either' }],
    ['a client', aClient(), { value: ['clientAuth'], critical: false }],
    ['a peer', aPeer(), { value: ['serverAuth', 'clientAuth'], critical: false }],
    ['what states others', { ...aServer(), extendedKeyUsage: ['1.2.3'] }, { value: ['1.2.3'] }],
    [
      'an authority that states some',
      { ...anAuthority(), extendedKeyUsage: ['serverAuth'] },
      { value: ['serverAuth'] },
    ],
    [
      'a time stamping authority (RFC 3161 §2.3)',
      { ...aServer(), kind: 'certificate', extendedKeyUsage: ['timeStamping'] },
      { value: ['timeStamping'], critical: true, accepts: 'same' },
    ],
    [
      'a server that also stamps times',
      { ...aServer(), extendedKeyUsage: ['serverAuth', 'timeStamping'] },
      { critical: false, accepts: 'either' },
    ],
  ])('of %s', (_, entity, wanted) => expect(rule.wanted(of(entity))).toMatchObject(wanted));
});

describe('usages of a key', () => {
  const rule = keyUsage;
  it.each([
    ['03020780', ['digitalSignature']],
    ['030205a0', ['digitalSignature', 'keyEncipherment']],
    ['03020106', ['keyCertSign', 'cRLSign']],
    ['0303078080', ['digitalSignature', 'decipherOnly']],
    ['03020001', ['encipherOnly']],
    ['030100', []],
  ] as const)('%s', (octets, usages) => {
    expect(rule.read(der(octets))).toEqual(usages);
    expect(hex(rule.write(usages))).toBe(octets);
  });

  it.each<[string, readonly string[], readonly string[], boolean]>([
    ['more that is harmless', ['digitalSignature', 'keyAgreement'], ['digitalSignature'], true],
    [
      'all that is harmless',
      ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement'],
      ['digitalSignature'],
      true,
    ],
    ['less', ['keyEncipherment'], ['digitalSignature'], false],
    ['what makes a leaf an authority', ['digitalSignature', 'keyCertSign'], ['digitalSignature'], false],
    ['what narrows agreement', ['digitalSignature', 'encipherOnly'], ['digitalSignature'], false],
    ['an authority without lists', ['keyCertSign'], ['keyCertSign', 'cRLSign'], true],
    [
      'an authority with more',
      ['digitalSignature', 'keyCertSign', 'encipherOnly'],
      ['keyCertSign', 'cRLSign'],
      true,
    ],
    ['no authority', ['cRLSign'], ['keyCertSign', 'cRLSign'], false],
  ])('%s', (_, found, wanted, isAsGood) => {
    expect(rule.matches(found as never, wanted as never)).toBe(isAsGood);
  });

  it('are needed by authorities, and where they are stated', () => {
    expect(rule.wanted(of(anAuthority()))).toEqual({
      presence: 'required',
      value: ['keyCertSign', 'cRLSign'],
      critical: true,
      accepts: 'either',
    });
    expect(rule.wanted(of(aServer()))).toMatchObject({ presence: 'expected', value: ['digitalSignature'] });
    expect(rule.wanted(of(aServer({ keyUsage: ['keyAgreement'] })))).toMatchObject({
      presence: 'required',
      value: ['keyAgreement'],
      exactly: true,
    });
  });
});

describe('names', () => {
  it('are critical where the subject is empty (RFC 5280 §4.2.1.6), and none where there are none', () => {
    const rule = subjectAltName;
    const san = [dns('a.test'), ip('::1')];
    const value = ['dns:a.test', 'ip:::1'];
    expect(rule.wanted(of(aServer({ san })))).toEqual({
      presence: 'required',
      value,
      critical: false,
      accepts: 'either',
    });
    expect(rule.wanted(of(aServer({ san, subject: [] })))).toEqual({
      presence: 'required',
      value,
      critical: true,
      accepts: 'same',
    });
    expect(rule.wanted(of(aServer({ san: [] })))).toEqual({ presence: 'none' });
    expect(rule.matches(['dns:a', 'dns:b', 'dns:a'], ['dns:b', 'dns:a'])).toBe(true);
    // A directory name of PrintableStrings is the same as one of UTF8Strings.
    expect(rule.matches(['dirName:CN=#130161'], ['dirName:CN=a'])).toBe(true);
    expect(rule.matches(['dirName:CN=#130162'], ['dirName:CN=a'])).toBe(false);
    expect([
      rule.matches(['dns:a'], ['dns:a', 'dns:b']),
      rule.matches(['dns:a', 'dns:b'], ['dns:a']),
    ]).toEqual([false, false]);
    expect(rule.config(['dns:a', 'ip:::1'])).toEqual({
      value: '@san',
      sections: [
        {
          name: 'san',
          entries: [
            ['DNS.1', 'a'],
            ['IP.2', '::1'],
          ],
        },
      ],
    });
    expect(rule.config(['registeredID:1.2.3'])).toEqual({ value: 'DER:300488022a03' });
  });

  it('of a key are its identifier, whichever that is', () => {
    const rule = subjectKeyIdentifier;
    expect([rule.read(der('0402aabb')), hex(rule.write('aabb'))]).toEqual(['aabb', '0402aabb']);
    expect([rule.items('aa'), rule.items(null), rule.config('aa'), rule.config(null)]).toEqual([
      ['aa'],
      ['present'],
      { value: 'aa' },
      { value: 'hash' },
    ]);
    expect([rule.matches('aa', 'aa'), rule.matches('aa', null), rule.matches('aa', 'bb')]).toEqual([
      true,
      true,
      false,
    ]);
    const wanted = { value: 'aa', critical: false, accepts: 'same' };
    expect(rule.wanted(of(anAuthority(), 'aa'))).toEqual({ presence: 'required', ...wanted });
    expect(rule.wanted(of(aServer(), 'aa'))).toEqual({ presence: 'expected', ...wanted });
  });
});
