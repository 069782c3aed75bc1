/** Names of every kind as texts and as octets; what has no row of its own, or is malformed, keeps its octets. */
import { describe, expect, it } from 'vitest';
import { readAll } from '../../src/x509/der.ts';
import { encodeName, hasEntry, nameEntry, nameText, plainName } from '../../src/x509/general-name.ts';

const octetsOf = (text: string): string => Buffer.from(encodeName(text)).toString('hex');
const textOf = (hex: string): string => nameText(readAll(Buffer.from(hex, 'hex')));

// RFC 5280 §4.2.1.6: the tag is the number of the kind, with 0x20 where the value is constructed.
describe('a name is', () => {
  it.each([
    ['email:a@b.test', '81086140622e74657374'],
    ['dns:a.test', '8206612e74657374'],
    ['uri:urn:a', '860575726e3a61'],
    ['ip:192.0.2.1', '8704c0000201'],
    ['ip:2001:db8::1', '871020010db8000000000000000000000001'],
    ['registeredID:1.2.3', '88022a03'],
    ['dirName:CN=a', 'a40e300c310a300806035504030c0161'],
    ['otherName:#0500', 'a0020500'],
    ['otherName:1.2.3;utf8:x', 'a00906022a03a0030c0178'],
    ['upn:a@b', 'a013060a2b060104018237140203a0050c03614062'],
    ['x400Address:#0102', 'a3020102'],
    ['ediPartyName:#0102', 'a5020102'],
    ['dirName:#0102', 'a4020102'],
    ['dirName:#300c310a300806035504031a0161', 'a40e300c310a300806035504031a0161'],
    ['ip:#0102', '87020102'],
    ['registeredID:#80', '880180'],
    ['tag9:#00', '890100'],
    ['tag30:#', '9e00'],
  ])('%s as %s, and read back', (text, hex) => {
    expect(octetsOf(text)).toBe(hex);
    expect(textOf(hex)).toBe(text);
  });

  it.each([
    'dns',
    'ip:1',
    'ip:#0',
    'ip:#0g',
    'other:#00',
    'tag:#00',
    'tagx:#00',
    'registeredID:3.1',
    'registeredID:1',
  ])('none where it is %j', (text) =>
    expect(() => encodeName(text)).toThrow(/^Internal error: no name can be written as/),
  );
});

describe('openssl has a form of its own for', () => {
  it.each([
    ['email:a@b.test', 'email.2', 'a@b.test'],
    ['dns:a.test', 'DNS.2', 'a.test'],
    ['uri:urn:a:b', 'URI.2', 'urn:a:b'],
    ['ip:192.0.2.1', 'IP.2', '192.0.2.1'],
  ])('%s', (text, key, value) => {
    expect(hasEntry(text)).toBe(true);
    expect(nameEntry(text, 2)).toEqual([key, value]);
  });

  it.each(['upn:a@b.test', 'dirName:CN=a', 'registeredID:1.2.3', 'x400Address:#0102'])('%s not', (text) => {
    expect(hasEntry(text)).toBe(false);
    expect(() => nameEntry(text, 1)).toThrow(/^Internal error: openssl has no name for/);
  });

  it('an address only where it is one', () => expect(hasEntry('ip:#0102')).toBe(false));
});

it.each([
  ['dns:A.test', 'dns:A.test'],
  ['uri:dirName:a', 'uri:dirName:a'],
  ['dirName:CN=a', 'dirName:CN=a'],
])('%s is compared as %s', (text, expected) => expect(plainName(text)).toBe(expected));
