/** What a certificate takes in a handshake, against real ones; and the limit of OpenSSL. */
import { describe, expect, it } from 'vitest';
import { certificateSize } from '../../src/resolve/handshake-size.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { dns } from '../helpers/entities.ts';

const LABEL = 'x'.repeat(60);
const LONG = `${LABEL}.${LABEL}.${LABEL}`;

function manifestOf(names: readonly string[], issuer = 'root', section = 'servers'): string {
  const san = JSON.stringify(names);
  return `version: 1
authorities:
  root: { commonName: Root }
  sub: { commonName: Sub, issuer: root, key: rsa-4096 }
  low: { commonName: Low, issuer: sub, key: rsa-8192 }
${section}: { big: { issuer: ${issuer}, commonName: big, san: ${san} } }
`;
}

function problemOf(text: string): string | undefined {
  const loaded = loadManifest(text, 'pki.yaml');
  return loaded.ok ? undefined : loaded.diagnostics.map(({ message }) => message).join('\n');
}

/** Names of 200 characters, of which each takes 203 octets. */
const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${`n${i}`.padEnd(11, 'y')}.${LONG}.test`.padEnd(200, 't'));

const KEY = { key: { algorithm: 'ed25519' }, subject: [] } as const;

it.each([
  [127, 129],
  [128, 131],
  [255, 258],
  [256, 260],
])('a name of %i characters takes %i octets', (length, octets) => {
  const sizeOf = (count: number): number =>
    certificateSize(KEY, KEY, Array(count).fill(dns('x'.repeat(length))));
  expect(sizeOf(21) - sizeOf(20)).toBe(octets);
});

it('an address has four octets, or sixteen', () => {
  const sizeOf = (value: string, count: number): number =>
    certificateSize(KEY, KEY, Array(count).fill({ kind: 'ip', value }));
  expect(['192.0.2.1', '2001:db8::1'].map((value) => sizeOf(value, 91) - sizeOf(value, 90))).toEqual([6, 18]);
});

it('the limit is met to the octet', () => {
  const last = (length: number): string => `${LABEL}.${LABEL}.z.`.padEnd(length, 'z');
  const text = (length: number): string => manifestOf([...names(501), last(length)]);
  const loaded = loadManifest(text(130), 'pki.yaml');
  if (!loaded.ok) throw new Error('too large');
  const [root, , , leaf] = loaded.inventory.entities;
  if (root === undefined || leaf === undefined) throw new Error('no entities');
  // Around the certificate are 4 octets of the message, and 5 of its entry.
  const room = 100 * 1024 - 9 - certificateSize(leaf, root, leaf.san);
  expect(room).toBeGreaterThan(0);
  expect(problemOf(text(130 + room))).toBeUndefined();
  expect(problemOf(text(131 + room))).toMatch(/ is too large for TLS: with its chain 101 KiB, /);
  // Four names of 203 octets and one of 212 more: 101 KiB to the octet.
  const more = (length: number): string => `w.${LONG}.test`.padEnd(length, 't');
  const beyond = (length: number): string => manifestOf([...names(505), last(130 + room), more(length)]);
  expect(problemOf(beyond(209))).toMatch(/ with its chain 101 KiB, and OpenSSL takes 100 KiB$/);
  expect(problemOf(beyond(210))).toMatch(/ with its chain 102 KiB, and OpenSSL takes 100 KiB$/);
});

describe('the limit of OpenSSL, 100 KiB with the chain,', () => {
  it.each(['servers', 'clients', 'peers'])('is one for %s', (section) => {
    expect(problemOf(manifestOf(names(500), 'root', section))).toBeUndefined();
    expect(problemOf(manifestOf(names(504), 'root', section))).toMatch(
      /^the certificate of \w+ "big" is too large for TLS: with its chain 101 KiB, and OpenSSL takes 100 KiB$/,
    );
  });

  it('counts what is between leaf and root', () => {
    expect(problemOf(manifestOf(names(494), 'sub'))).toBeUndefined();
    expect(problemOf(manifestOf(names(494), 'low'))).toMatch(/ is too large for TLS: /);
  });

  it('is not reached by a thousand ordinary names', () => {
    const ordinary = Array.from({ length: 1000 }, (_, i) => `host-${i}.department.example.test`);
    expect(problemOf(manifestOf(ordinary, 'low'))).toBeUndefined();
  });

  it('does not hide another mistake, and none hides it', () => {
    const text = manifestOf(names(900)).replace('Root }', 'Root, validity: 1x }');
    expect(problemOf(text)).toMatch(/is not a length of time\n.*too large for TLS/);
  });

  it('is reported once for many entries', () => {
    const entries = Array.from({ length: 30 }, (_, i) => `s${i}: { <<: *big, commonName: c${i} }`).join(', ');
    const text = manifestOf(names(900))
      .replace('big: {', 'big: &big {')
      .replace(/ \}\n$/, `, ${entries} }\n`);
    expect(problemOf(text)).toMatch(
      /^the certificate of server "big" \(and 30 more\) is too large for TLS: /,
    );
  });
});
