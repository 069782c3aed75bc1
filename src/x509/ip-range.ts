/** Ranges of addresses as name constraints have them (RFC 5280 §4.2.1.10, RFC 4632 §3.1): an address, and as long a mask. */
import { ipOctets, ipText } from '../pki/ip.ts';

/** Octets of both, 4 or 16 each. */
export interface IpRange {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

/**
 * `10.0.0.0/8`, or `10.0.0.0/255.0.255.0` where the mask is not a prefix; `undefined` where the octets are not a range.
 */
export function rangeText(octets: Uint8Array): string | undefined {
  const half = octets.length / 2;
  if (half !== 4 && half !== 16) return undefined;
  const mask = octets.subarray(half);
  const bits = [...mask].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  const length = bits.replace(/0*$/, '').length;
  const isPrefix = !bits.slice(0, length).includes('0');
  return `${ipText(octets.subarray(0, half))}/${isPrefix ? length : ipText(mask)}`;
}

/** Whether the mask is a prefix, as in every range that RFC 5280 §4.2.1.10 has. @param range what `rangeText` wrote */
export function hasPrefix(range: string): boolean {
  return /\/\d+$/.test(range);
}

/** What `rangeText` wrote. @throws Error for anything else. */
export function readRange(text: string): IpRange {
  const [start = '', length = ''] = text.split('/');
  const address = ipOctets(start);
  const mask = hasPrefix(text) ? prefixMask(Number(length), address?.length ?? 0) : ipOctets(length);
  if (address === undefined || address.length !== mask?.length)
    throw new Error(`Internal error: ${JSON.stringify(text)} is no range of addresses`);
  return { address, mask };
}

/** A mask of so many ones, in so many octets. */
export function prefixMask(length: number, octets: number): Uint8Array {
  const ones = (i: number): number => Math.min(8, Math.max(0, length - 8 * i));
  return Uint8Array.from({ length: octets }, (_, i) => (0xff00 >> ones(i)) & 0xff);
}

/** Whether an address, as text, is in the range; one of the other family never is. */
export function isInRange(text: string, { address, mask }: IpRange): boolean {
  const octets = ipOctets(text);
  if (octets?.length !== address.length) return false;
  return octets.every((octet, i) => ((octet ^ (address[i] ?? 0)) & (mask[i] ?? 0)) === 0);
}
