/** Ranges of addresses (RFC 4632 §3.1): their text, their octets, and what is in them. */
import { describe, expect, it } from 'vitest';
import { isInRange, prefixMask, rangeText, readRange } from '../../src/x509/ip-range.ts';

const octets = (hex: string): Buffer => Buffer.from(hex, 'hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a range', () => {
  it.each([
    ['0.0.0.0/0', '0000000000000000'],
    ['10.0.0.0/8', '0a000000ff000000'],
    ['10.1.0.0/15', '0a010000fffe0000'],
    ['192.0.2.1/32', 'c0000201ffffffff'],
    ['10.0.0.0/255.0.255.0', '0a000000ff00ff00'],
    ['10.0.0.0/0.255.255.255', '0a00000000ffffff'],
    ['2001:db8::/32', `20010db8${'0'.repeat(24)}ffffffff${'0'.repeat(24)}`],
    ['::/0', '0'.repeat(64)],
    ['::1/128', `${'0'.repeat(31)}1${'f'.repeat(32)}`],
    ['fe80::/ffff:0:ffff::', `fe80${'0'.repeat(28)}ffff0000ffff${'0'.repeat(20)}`],
  ])('%s', (text, expected) => {
    expect(rangeText(octets(expected))).toBe(text);
    const { address, mask } = readRange(text);
    expect(hex(address) + hex(mask)).toBe(expected);
  });

  it.each([0, 4, 6, 7, 9, 16, 31, 33, 64])('is not made of %i octets', (length) =>
    expect(rangeText(Buffer.alloc(length))).toBeUndefined(),
  );

  it.each([
    '',
    '10.0.0.0',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/x',
    'a/8',
    '10.0.0.0/::',
    '::/255.0.0.0',
    '10.0.0.0/-1',
  ])('is not %j', (text) => expect(() => readRange(text)).toThrow('is no range of addresses'));
});

it.each([
  [0, 4, '00000000'],
  [1, 4, '80000000'],
  [7, 4, 'fe000000'],
  [8, 4, 'ff000000'],
  [9, 4, 'ff800000'],
  [31, 4, 'fffffffe'],
  [32, 4, 'ffffffff'],
  [12, 2, 'fff0'],
])('%i ones in %i octets', (length, size, mask) => expect(hex(prefixMask(length, size))).toBe(mask));

describe('an address is in a range', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '9.255.255.255', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.1/32', '192.0.2.1', true],
    ['192.0.2.1/32', '192.0.2.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.0.0.0/255.0.255.0', '10.9.0.9', true],
    ['10.0.0.0/255.0.255.0', '10.0.9.0', false],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '10.0.0.1', false],
    ['::/0', 'ffff::', true],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['::/0', 'no address', false],
  ])('%s, %s: %s', (range, address, isIn) => expect(isInRange(address, readRange(range))).toBe(isIn));
});
