/** What a certificate takes in a handshake, against real ones; and the limit of OpenSSL. */
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

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
