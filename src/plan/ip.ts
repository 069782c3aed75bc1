/** IP addresses as the octets of an iPAddress SAN (RFC 5280 §4.2.1.6: 4 or 16) and as text (RFC 5952). */

/** Octets of an address that is already known to be valid, as hex: `127.0.0.1` → `7f000001`. */
export function ipHex(text: string): string {
  return text.includes(':') ? groups(text).join('') : dotted(text);
}

function dotted(text: string): string {
  return text
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
}

/** The eight groups of an IPv6 text, four hex digits each, with `::` and a dotted tail written out. */
function groups(text: string): readonly string[] {
  const tail = /(\d+\.){3}\d+$/.exec(text)?.[0];
  const plain =
    tail === undefined ? text : text.slice(0, -tail.length) + dotted(tail).replace(/^.{4}/, '$&:');
  const [left = '', right] = plain.split('::');
  const head = left === '' ? [] : left.split(':');
  const rest = right === undefined || right === '' ? [] : right.split(':');
  const zeros = new Array<string>(Math.max(0, 8 - head.length - rest.length)).fill('0');
  return [...head, ...zeros, ...rest].map((group) => group.padStart(4, '0').toLowerCase());
}

/** Canonical text of 4 or 16 octets; other lengths as `0x…`, so that a malformed SAN stays visible. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return `0x${Buffer.from(octets).toString('hex')}`;
  const hexGroups = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16),
  );
  return compress(hexGroups);
}

/** RFC 5952 §4.2: the longest run of two or more zero groups becomes `::`, the first of equals. */
function compress(all: readonly string[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < all.length; start++) {
    let length = 0;
    while (all[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return all.join(':');
  return `${all.slice(0, best.start).join(':')}::${all.slice(best.start + best.length).join(':')}`;
}
