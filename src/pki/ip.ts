/** IP addresses as octets and in their canonical text. */
import { isIPv4 } from 'node:net';

function octetsOf4(text: string): number[] {
  return text.split('.').map(Number);
}

function groupOctets(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return octetsOf4(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** RFC 4291 §2.2. Not node's `isIPv6`, which compiles so large a pattern that it took 6 ms of every start. */
function is6(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const hasDotted = last.includes('.') && text.endsWith(last);
  const hex = hasDotted ? groups.slice(0, -1) : groups;
  if ((hasDotted && !isIPv4(last)) || !hex.every((group) => /^[\da-f]{1,4}$/i.test(group))) return false;
  const count = hex.length + (hasDotted ? 2 : 0);
  return halves.length === 2 ? count <= 7 : halves.length === 1 && count === 8;
}

/** 4 or 16 octets; `undefined` for anything but an address (zone ids and masks included). */
export function ipOctets(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(octetsOf4(text));
  if (!is6(text)) return undefined;
  const [head = '', tail] = text.split('::');
  const before = groupOctets(head);
  const after = groupOctets(tail ?? '');
  const zeros = tail === undefined ? 0 : 16 - before.length - after.length;
  return Uint8Array.from([...before, ...Array<number>(zeros).fill(0), ...after]);
}

/** Start and length of the first of the longest runs of zero groups; one group alone is not shortened (RFC 5952 §4.2). */
function longestZeros(groups: readonly number[]): { at: number; count: number } {
  let best = { at: -1, count: 1 };
  for (let at = 0; at < groups.length; at++) {
    let count = 0;
    while (groups[at + count] === 0) count++;
    if (count > best.count) best = { at, count };
    at += count;
  }
  return best;
}

function text6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
  // RFC 5952 §5: the well-known prefix of IPv4-mapped addresses is followed by dotted decimal
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${octets.subarray(12).join('.')}`;
  }
  const hex = groups.map((group) => group.toString(16));
  const { at, count } = longestZeros(groups);
  if (at < 0) return hex.join(':');
  return `${hex.slice(0, at).join(':')}::${hex.slice(at + count).join(':')}`;
}

/** Dotted IPv4; IPv6 as RFC 5952. Equal addresses are equal strings. */
export function ipText(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join('.') : text6(octets);
}
