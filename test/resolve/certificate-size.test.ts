/** What keys, names and statements add to a certificate, octet by octet: against DER that Node.js and openssl wrote. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KeySpec } from '../../src/pki/key-spec.ts';
import { certificateSize, checkHandshakeSizes } from '../../src/resolve/handshake-size.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { certificatePolicies } from '../../src/x509/extensions/certificate-policies.ts';
import { CN, name } from '../helpers/certificate-der.ts';
import { dns } from '../helpers/entities.ts';

const ED25519: KeySpec = { algorithm: 'ed25519' };
const rsa = (size: number): KeySpec => ({ algorithm: 'rsa', size });
const ecdsa = (curve: 'P-256' | 'P-384' | 'P-521'): KeySpec => ({ algorithm: 'ecdsa', curve });
const sizeOf = (key: KeySpec, signer: KeySpec = ED25519, common?: string): number =>
  certificateSize(
    { key, subject: common === undefined ? [] : [{ type: 'CN', value: common }] },
    { key: signer, subject: [] },
    [],
  );

/** Of a public key as Node.js encodes it. */
function spki(key: Readonly<Record<string, string>>): number {
  return createPublicKey({ key, format: 'jwk' }).export({ format: 'der', type: 'spki' }).length;
}

const modulus = (bits: number): string => Buffer.alloc(bits / 8, 0xc1).toString('base64url');
const octets = (count: number): string => Buffer.alloc(count, 9).toString('base64url');

describe('of a public key', () => {
  it.each<[what: string, key: KeySpec, octets: number]>([
    ...[2048, 3072, 4096, 8192].map((bits): [string, KeySpec, number] => [
      `RSA, ${bits} bits`,
      rsa(bits),
      spki({ kty: 'RSA', n: modulus(bits), e: 'AQAB' }),
    ]),
    // Its identifier has no parameters, and so no NULL of two octets.
    [
      'RSASSA-PSS',
      { algorithm: 'rsa-pss', size: 3072 },
      spki({ kty: 'RSA', n: modulus(3072), e: 'AQAB' }) - 2,
    ],
    ['P-256', ecdsa('P-256'), 26 + 65],
    ['P-384', ecdsa('P-384'), 23 + 97],
    ['P-521', ecdsa('P-521'), 25 + 133],
    ['Ed448', { algorithm: 'ed448' }, spki({ kty: 'OKP', crv: 'Ed448', x: octets(57) })],
    // FIPS 204 table 2, in 22 octets around it (RFC 9881).
    ['ML-DSA-44', { algorithm: 'ml-dsa-44' }, 1312 + 22],
    ['ML-DSA-65', { algorithm: 'ml-dsa-65' }, 1952 + 22],
    ['ML-DSA-87', { algorithm: 'ml-dsa-87' }, 2592 + 22],
  ])('%s', (_, key, length) => {
    const least = spki({ kty: 'OKP', crv: 'Ed25519', x: octets(32) });
    expect(sizeOf(key) - sizeOf(ED25519)).toBe(length - least);
  });
});

describe('of a signature, the longest, and of what names it twice', () => {
  const bitString = (content: number): number =>
    (content + 1 < 128 ? 2 : content + 1 < 256 ? 3 : 4) + content + 1;
  it.each<[signer: KeySpec, identifier: number, signature: number]>([
    [rsa(2048), 15, 256],
    [rsa(4096), 15, 512],
    [{ algorithm: 'rsa-pss', size: 3072 }, 67, 384],
    // Two integers, each with an octet for its sign where the order fills its octets.
    [ecdsa('P-256'), 12, 2 + 2 * (2 + 33)],
    [ecdsa('P-384'), 12, 2 + 2 * (2 + 49)],
    [ecdsa('P-521'), 12, 3 + 2 * (2 + 66)],
    [{ algorithm: 'ed448' }, 7, 114],
    [{ algorithm: 'ml-dsa-44' }, 13, 2420],
    [{ algorithm: 'ml-dsa-65' }, 13, 3309],
    [{ algorithm: 'ml-dsa-87' }, 13, 4627],
  ])('%j', (signer, identifier, signature) => {
    const wanted = 2 * identifier + bitString(signature) - (2 * 7 + bitString(64));
    expect(sizeOf(ED25519, signer) - sizeOf(ED25519)).toBe(wanted);
  });
});

it.each([1, 2, 63, 64, 100, 105, 110, 115, 116, 118, 120, 126, 127, 128, 200, 255, 256, 300])(
  'a common name of %i characters is that of X.520',
  (length) => {
    for (const letter of ['x', 'é', '日']) {
      const common = letter.repeat(length);
      expect(sizeOf(ED25519, ED25519, common) - sizeOf(ED25519)).toBe(
        name([CN, common]).length - name().length,
      );
    }
  },
);

it('names need an extension, and none needs none', () => {
  const size = (...names: readonly string[]): number =>
    certificateSize({ key: ED25519, subject: [] }, { key: ED25519, subject: [] }, names.map(dns));
  // OID, criticality, and three lengths.
  expect(size('a') - size()).toBe(2 + 5 + 3 + 2 + 2 + 3);
  expect(size('a', 'bc') - size('a')).toBe(4);
});

const FIXTURE = join(import.meta.dirname, '../fixtures/0.1.0/everything');

it('certificates of openssl are as large as reckoned, and none is larger', () => {
  const loaded = loadManifest(readFileSync(join(FIXTURE, 'pki.yaml'), 'utf8'), 'pki.yaml');
  if (!loaded.ok) throw new Error('not valid');
  const byId = new Map(loaded.inventory.entities.map((entity) => [entity.id, entity]));
  const spare = [...byId.values()].flatMap((entity) => {
    if (entity.layout !== undefined) return [];
    const real = new X509Certificate(readFileSync(join(FIXTURE, 'pki', entity.id, 'cert.pem'))).raw.length;
    return certificateSize(entity, byId.get(entity.issuer ?? '') ?? entity, entity.san) - real;
  });
  expect(spare.length).toBeGreaterThan(8);
  expect(Math.min(...spare)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...spare)).toBeLessThan(100);
});

describe('of what is stated', () => {
  type Stated = Readonly<Record<string, unknown>>;
  /** How long a single name may be before the chain is too large. */
  function room(leaf: Stated, issuer: Stated = {}, chain = 1): number {
    const draft = (kind: string, settings: Stated) =>
      ({
        kind,
        name: 'x',
        key: ED25519,
        subject: [],
        isKnown: () => true,
        at: () => 'at',
        settings,
      }) as never;
    const root = { authority: draft('authority', { ...issuer, name: 'root' }), issuer: null };
    const line = [root];
    for (let at = 1; at < chain; at++)
      line.push({ authority: draft('authority', issuer), issuer: line[at - 1]?.authority ?? null } as never);
    const isTaken = (length: number): boolean => {
      let isReported = false;
      const signed = {
        leaf: draft('server', { ...leaf, san: [dns('x'.repeat(length))] }),
        issuer: line.at(-1),
      };
      checkHandshakeSizes(
        [signed] as never,
        { order: line } as never,
        { error: () => (isReported = true) } as never,
      );
      return !isReported;
    };
    let [good, bad] = [0, 110_000];
    while (bad - good > 1) {
      const middle = (good + bad) >> 1;
      if (isTaken(middle)) good = middle;
      else bad = middle;
    }
    return good;
  }
  const all = room({});
  const AROUND = 32;
  const policies = [{ oid: '1.2.3', qualifiers: [{ kind: 'notice', text: 'For tests' }] }] as never;

  it.each<[what: string, leaf: Stated, issuer: Stated, octets: number]>([
    ['nothing', {}, {}, 0],
    ['policies', { policies }, {}, certificatePolicies.write(policies).length + AROUND],
    ['an extension', { extensions: [{ der: '00'.repeat(70) }] }, {}, 70 + AROUND],
    ['two', { extensions: [{ der: '00' }, { der: '0000' }] }, {}, 3 + 2 * AROUND],
    ['where lists are', {}, { crl: { url: ['x'.repeat(40)] } }, 40 + AROUND],
    ['where two are', {}, { crl: { url: ['x'.repeat(40), 'y'.repeat(20)] } }, 60 + 2 * AROUND],
    ['where a responder is', {}, { ocsp: { url: ['x'.repeat(41)] } }, 41 + AROUND],
    ['where its issuer is', {}, { caIssuers: { url: ['x'.repeat(42)] } }, 42 + AROUND],
    ['a signature by RSASSA-PSS', {}, { signature: 'rsa-pss' }, 2 * 52 + AROUND],
    ['another signature', {}, { signature: 'rsa-pkcs1' }, 0],
  ])('%s takes room from names', (_, leaf, issuer, taken) => expect(all - room(leaf, issuer)).toBe(taken));

  it('of each authority between leaf and root, which is not sent', () => {
    const one = all - room({}, {}, 2);
    expect(one).toBe(certificateSize({ key: ED25519, subject: [] }, { key: ED25519, subject: [] }, []) + 5);
    expect(all - room({}, {}, 4)).toBe(3 * one);
    const url = { crl: { url: ['x'.repeat(40)] } };
    // In each of them, and in the leaf.
    expect(all - room({}, url, 3)).toBe(2 * one + 3 * (40 + AROUND));
  });
});
