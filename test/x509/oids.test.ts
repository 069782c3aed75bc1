/** Object identifiers under their names: openssl has the same for each that it knows. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { PURPOSES } from '../../src/pki/purposes.ts';
import {
  CRL_ENTRY,
  CRL_LIST,
  CURVES,
  DIGESTS,
  EXTENSION_REQUEST,
  KEY_ALGORITHM,
  MGF1,
  ML_DSA,
  OTHER_KEYS,
  SIGNATURES,
  UNCHECKED_SIGNATURES,
} from '../../src/x509/oids.ts';
import { oid, sequence } from '../helpers/certificate-der.ts';

/** `asn1parse` prints a name, or the number where it has none. */
function namesBy(oids: readonly string[]): readonly string[] {
  const args = ['asn1parse', '-inform', 'DER'];
  const { stdout } = spawnSync('openssl', args, { input: sequence(...oids.map(oid)), encoding: 'utf8' });
  return [...stdout.matchAll(/OBJECT +:(.*)/g)].map(([, name = '']) => name);
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

describe('openssl calls', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['signatures', Object.fromEntries(Object.entries(SIGNATURES).map(([key, { name }]) => [key, name]))],
    ['signatures that are not checked', UNCHECKED_SIGNATURES],
  ])('%s as they are called here', (_, table) => {
    const oids = Object.keys(table);
    const names = namesBy(oids);
    expect(names).toHaveLength(oids.length);
    const known = oids.flatMap((one, i) => (names[i] === one ? [] : [[table[one] ?? '', names[i] ?? '']]));
    expect(known.length).toBeGreaterThan(oids.length / 2);
    for (const [here = '', there = ''] of known) expect(plain(here)).toBe(plain(there));
  });

  it('digests, by which a signature is checked, as node does', () => {
    const names = namesBy(Object.keys(DIGESTS)).map(plain);
    expect(names).toEqual(Object.values(DIGESTS).map((name) => plain(name)));
    const signed = Object.values(SIGNATURES).flatMap(({ name, digest }) =>
      digest === null ? [] : [[name, digest]],
    );
    for (const [name = '', digest = ''] of signed) expect(plain(name)).toContain(plain(digest));
  });

  it('the rest', () => {
    const rows = {
      ...{ [EXTENSION_REQUEST]: 'Extension Request', [MGF1]: 'mgf1' },
      ...{ [KEY_ALGORITHM.rsa]: 'rsaEncryption', [KEY_ALGORITHM.rsaPss]: 'rsassaPss' },
      ...{ [KEY_ALGORITHM.ec]: 'id-ecPublicKey' },
      ...{ [KEY_ALGORITHM.ed25519]: 'ED25519', [KEY_ALGORITHM.ed448]: 'ED448' },
      ...{ [CRL_LIST.crlNumber]: 'X509v3 CRL Number', [CRL_LIST.delta]: 'X509v3 Delta CRL Indicator' },
      ...{ [CRL_LIST.scope]: 'X509v3 Issuing Distribution Point' },
      ...{ [CRL_ENTRY.reason]: 'X509v3 CRL Reason Code', [CRL_ENTRY.invalidityDate]: 'Invalidity Date' },
      ...{ [CRL_ENTRY.issuer]: 'X509v3 Certificate Issuer' },
      ...{ [PURPOSES.serverAuth]: 'TLS Web Server Authentication' },
      ...{ [PURPOSES.clientAuth]: 'TLS Web Client Authentication' },
      ...{ [PURPOSES.codeSigning]: 'Code Signing', [PURPOSES.emailProtection]: 'E-mail Protection' },
      ...{ [PURPOSES.timeStamping]: 'Time Stamping', [PURPOSES.OCSPSigning]: 'OCSP Signing' },
      ...{ [PURPOSES.anyExtendedKeyUsage]: 'Any Extended Key Usage' },
    };
    expect(namesBy(Object.keys(rows))).toEqual(Object.values(rows));
  });
});

it('curves and keys of other kinds have the numbers of openssl', () => {
  expect(namesBy(Object.keys(CURVES))).toEqual(['prime256v1', 'secp384r1', 'secp521r1']);
  expect(Object.values(CURVES)).toEqual(['P-256', 'P-384', 'P-521']);
  expect(namesBy(Object.keys(OTHER_KEYS))).toEqual([
    'dsaEncryption',
    'prime192v1',
    'secp224r1',
    'secp256k1',
    'brainpoolP256r1',
    'brainpoolP384r1',
    'brainpoolP512r1',
    'sm2',
    'X25519',
    'X448',
  ]);
  expect(Object.values(OTHER_KEYS)).toEqual([
    'dsa',
    'ecdsa-p192',
    'ecdsa-p224',
    'ecdsa-secp256k1',
    'ecdsa-brainpoolP256r1',
    'ecdsa-brainpoolP384r1',
    'ecdsa-brainpoolP512r1',
    'sm2',
    'x25519',
    'x448',
  ]);
});

// RFC 9881 §2.
it('keys of ML-DSA have three numbers in a row', () => {
  expect(ML_DSA).toEqual({
    '2.16.840.1.101.3.4.3.17': 'ml-dsa-44',
    '2.16.840.1.101.3.4.3.18': 'ml-dsa-65',
    '2.16.840.1.101.3.4.3.19': 'ml-dsa-87',
  });
});
