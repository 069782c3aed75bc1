import { isIP, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipOctets, ipText } from '../../src/pki/ip.ts';
import { holds } from '../helpers/property.ts';

const ipHex = (address: string): string => Buffer.from(ipOctets(address) ?? []).toString('hex');
const text = (hex: string): string => ipText(Buffer.from(hex, 'hex'));

it.each([
  ['127.0.0.1', '7f000001'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['2001:db8::', `20010db8${'0'.repeat(24)}`],
  ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
  ['2001:DB8:0:0:8:800:200C:417A', '20010db80000000000080800200c417a'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ['1::8', '00010000000000000000000000000008'],
])('%s has the octets %s', (address, octets) => expect(ipHex(address)).toBe(octets));

describe('RFC 5952', () => {
  it.each([
    ['the longest run is shortened', '00010000000000020000000000000003', '1:0:0:2::3'],
    ['of equal runs the first', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['one group alone is not', '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['at the end', `fe80${'0'.repeat(28)}`, 'fe80::'],
  ])('%s', (_, octets, address) => expect(text(octets)).toBe(address));
});

/** Runs of zeros are what texts differ in, so zero groups come often. */
const ADDRESS = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff])));

it('agrees with the URL parser on every IPv6 address, and reads back what it wrote', () => {
  holds(
    ADDRESS,
    (octets) => {
      const plain = octets.toString('hex').replace(/(.{4})(?=.)/g, '$1:');
      const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
      // The URL parser does not write mapped addresses in dotted decimal (RFC 5952 §5).
      if (!canonical.startsWith('::ffff:')) expect(ipText(octets)).toBe(canonical);
      expect(ipHex(canonical)).toBe(octets.toString('hex'));
      expect(ipHex(plain)).toBe(octets.toString('hex'));
    },
    1000,
  );
});

it('reads every spelling of an address that node takes', () => {
  const spelt = fc.ipV6().filter((address) => isIP(address) === 6);
  holds(spelt, (address) => {
    const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
    expect(ipHex(text(ipHex(address)))).toBe(ipHex(canonical));
  });
});

it('reads back every IPv4 address', () => {
  holds(fc.ipV4(), (address) => {
    expect(text(ipHex(address))).toBe(address);
  });
});

it('an IPv6 address is what node takes for one, zone identifiers apart', () => {
  const group = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16)) },
    fc.constantFrom('', '0', 'FFFF', '00001', 'g', '1.2.3.4', '1.2.3', '256.1.1.1', '::'),
  );
  const written = fc
    .tuple(fc.array(group, { maxLength: 10 }), fc.option(fc.nat(9)), fc.constantFrom('', ':', '::'))
    .map(
      ([groups, gap, end]) =>
        [...groups.slice(0, gap ?? 99), ...(gap === null ? [] : ['']), ...groups.slice(gap ?? 99)].join(':') +
        end,
    );
  holds(
    written,
    (one) => expect(`${one} ${ipOctets(one)?.length === 16}`).toBe(`${one} ${isIPv6(one)}`),
    5000,
  );
});
