// The size of a certificate as validation reckons it, beside those that openssl makes and a TLS server presents.
import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { certificateSize } from '../../src/resolve/handshake-size.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { LONGER } from '../helpers/everything.ts';
import { Project } from './project.ts';

const LABEL = 'x'.repeat(63);
const names = (count: number): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => `${`${i}`.padStart(5, '0')}.${LABEL}.${LABEL}.${LABEL}.test`),
  );

it('is reckoned to a hundred octets, and never too small', async () => {
  const text = `version: 1
defaults: { subject: { organization: "Örg & Co", country: SE } }
authorities:
  root: { commonName: Root CA, key: ecdsa-p384 }
  rsa: { commonName: RSA, issuer: root, key: rsa-2048, pathLength: 1 }
  p521: { commonName: P521, issuer: rsa, key: ecdsa-p521 }
  ed: { commonName: Ed, issuer: root, key: ed448 }
servers:
  few: { issuer: rsa, key: rsa-3072, commonName: few.test }
  many: { issuer: p521, commonName: many.test, san: [many.test, 10.0.0.1, "2001:db8::1", "uri:https://many.test/", "email:a@many.test"] }
  long: { issuer: ed, key: ed25519, commonName: long, san: ${names(300)} }
clients: { none: { issuer: root } }
`;
  const project = new Project(text);
  await project.apply();
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error('not valid');
  const byId = new Map(loaded.inventory.entities.map((entity) => [entity.id, entity]));
  for (const entity of byId.values()) {
    const issuer = byId.get(entity.issuer ?? '') ?? entity;
    const reckoned = certificateSize(entity, issuer, entity.san);
    const real = new X509Certificate(project.read(entity.id, 'cert.pem')).raw.length;
    expect(reckoned - real, entity.id).toBeGreaterThanOrEqual(0);
    expect(reckoned - real, entity.id).toBeLessThan(100);
  }
});

it.runIf(LONGER)(
  'just below the limit, servers and clients meet; just above it, validation says so',
  async () => {
    const manifest = (count: number): string => `version: 1
authorities: { root: { commonName: Root } }
servers: { big: { commonName: big, san: ${names(count)} } }
clients: { big: { commonName: client, san: ${names(count)} } }
`;
    const project = new Project(manifest(495));
    const run = await project.pki(['apply']);
    expect(run).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/handshakes accepted, \d+ refused, as expected/),
    });
    const size = new X509Certificate(project.read('servers/big/cert.pem')).raw.length;
    expect(size).toBeGreaterThan(101_000);
    project.write(manifest(500));
    const validated = await project.pki(['validate']);
    expect(validated.code).toBe(1);
    expect(validated.stderr).toMatch(
      /the certificate of server "big" is too large for TLS: .* OpenSSL takes 100 KiB/,
    );
    expect(validated.stderr).toMatch(/the certificate of client "big" is too large for TLS/);
  },
);
