/** What adoption reads out of names, keys, extensions and lists, by tables of values. */
import { describe, expect, it } from 'vitest';
import { keyText } from '../../src/adopt/key-text.ts';
import { isFurther, issuerText, nameText } from '../../src/adopt/pair.ts';
import { privateExtensionsOf } from '../../src/adopt/private-extensions.ts';
import { isNamedAlike, unusableKey } from '../../src/adopt/unpaired.ts';
import { anAuthority, certificateFor, changed, keyFacts, NOW } from '../helpers/entities.ts';

const CA = certificateFor(
  anAuthority({ name: 'ca' }),
  keyFacts('ca'),
  { notBefore: NOW, notAfter: NOW + 1 } as never,
  null,
  '01',
);

it.each<[string, ReturnType<typeof keyText>]>([
  ['ecdsa-p256', 'ecdsa-p256'],
  ['rsa-2048', 'rsa-2048'],
  ['rsa-2304', { algorithm: 'rsa', size: 2304 }],
  ['rsa-pss-2304', { algorithm: 'rsa-pss', size: 2304 }],
  ['rsa-1024', undefined],
  ['rsa-99999', undefined],
  ['dsa-2048', undefined],
  ['x-rsa-2304', undefined],
  ['rsa-2304x', undefined],
  ['rsa-', undefined],
])('a key of kind %s', (spec, expected) => expect(keyText(spec)).toEqual(expected));

it('a certificate is called by its subject, or by its names, or by none', () => {
  const nameless = changed(CA, { subject: [] });
  const named = changed(CA, {
    subject: [],
    extensions: { subjectAltName: { critical: true, value: ['dns:a.test', 'ip:::1'] } },
  });
  expect([
    nameText(CA),
    nameText(named),
    nameText(changed(nameless, { extensions: { subjectAltName: undefined } })),
  ]).toEqual(['CN=ca CA', 'dns:a.test, ip:::1', 'no name']);
  expect(issuerText(changed(named, { issuer: [{ type: 'CN', value: 'above' }] }))).toBe('CN=above');
  expect(issuerText(changed(named, { issuer: [] }))).toBe('no name');
});

it('a certificate is a further one where key and name are the same, and the issuer is another', () => {
  const cross = changed(CA, { issuerDer: 'aa' });
  expect(isFurther(cross, CA)).toBe(true);
  expect(isFurther(CA, cross)).toBe(false);
  expect(isFurther(CA, CA)).toBe(false);
  expect(isFurther(changed(cross, { keyId: 'other' }), CA)).toBe(false);
  expect(isFurther(changed(cross, { subjectDer: 'bb' }), CA)).toBe(false);
  expect(isFurther(changed(cross, { extensions: { basicConstraints: undefined } }), CA)).toBe(false);
});

it.each([
  ['a/api.pem', 'b/api.key', true],
  ['a/API.pem', 'a/api.key', true],
  ['a/api.pem', 'a/web.key', false],
  ['a/cert.pem', 'a/key.pem', true],
  ['a/cert.pem', 'b/key.pem', false],
  ['a/api-cert.pem', 'b/api-key.pem', true],
])('the key of %s may be %s: %s', (cert, key, expected) => expect(isNamedAlike(cert, key)).toBe(expected));

it('a key of no use is foreign, or cannot be read', () => {
  const format = { kind: 'tpm' } as const;
  expect(unusableKey('k', { kind: 'foreign-key', format } as never)).toEqual({
    kind: 'foreign-key',
    keyPath: 'k',
    format,
  });
  const fault = { kind: 'gone' } as const;
  expect(unusableKey('k', fault)).toEqual({ kind: 'unreadable', fault });
});

describe('extensions without a name', () => {
  const OID = '1.3.6.1.4.1.99999.1';
  const of = (
    hex: string,
    { critical = false, oid = OID, section = 'servers' as 'servers' | 'certificates' } = {},
  ) => privateExtensionsOf({ ...CA, unknown: [{ oid, critical, hex }] }, section)?.[oid];

  it.each<[string, string, unknown]>([
    ['TRUE', '0101ff', { boolean: true }],
    ['FALSE', '010100', { boolean: false }],
    ['NULL', '0500', { null: true }],
    ['a number', '02017f', { integer: 127 }],
    ['a negative number', '0201ff', { integer: -1 }],
    ['the largest that is safe', '02071fffffffffffff', { integer: Number.MAX_SAFE_INTEGER }],
    ['one more', '020720000000000000', { integer: '9007199254740992' }],
    ['text', '0c026869', { utf8: 'hi' }],
    ['a list', '3003020101', { der: '3003020101' }],
  ])('%s', (_, hex, expected) => expect(of(hex)).toEqual(expected));

  it('are left out where they are critical, have a name, or are not whole', () => {
    expect(of('0500', { critical: true })).toBeUndefined();
    expect(of('0500', { critical: true, section: 'certificates' })).toEqual({ critical: true, null: true });
    expect(of('0500', { oid: '1.3.6.1.5.5.7.1.3' })).toBeUndefined();
    expect(of('6869')).toBeUndefined();
    expect(privateExtensionsOf({ ...CA, unknown: [] }, 'servers')).toBeUndefined();
  });
});
