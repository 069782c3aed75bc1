/** Whose signature it is, and of which kind, against openssl verify, whatever hash, mask and salt there are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { readAll } from '../../src/x509/der.ts';
import { encode, encodeInteger } from '../../src/x509/der-write.ts';
import { isSupported, signatureName } from '../../src/x509/signature.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import {
  bytes,
  CN,
  certificate,
  integer,
  name,
  oid,
  type Parts,
  pemOf,
  sequence,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { signedBothWays } from '../helpers/signature.ts';

const folder = temporaryFolder();

beforeAll(() => {
  const make = (file: string, algorithm: string, ...options: readonly string[]): void => {
    const all = options.flatMap((option) => ['-pkeyopt', option]);
    opensslSync(['genpkey', '-algorithm', algorithm, ...all, '-out', file], folder);
  };
  make('rsa.key', 'RSA', 'rsa_keygen_bits:2048');
  make('other.key', 'RSA', 'rsa_keygen_bits:2048');
  make('pss.key', 'RSA-PSS', 'rsa_keygen_bits:2048');
  make(
    'bound.key',
    'RSA-PSS',
    'rsa_keygen_bits:2048',
    'rsa_pss_keygen_md:sha384',
    'rsa_pss_keygen_mgf1_md:sha256',
    'rsa_pss_keygen_saltlen:20',
  );
  make('ec.key', 'EC', 'ec_paramgen_curve:P-256');
  for (const key of ['rsa', 'other', 'pss', 'bound', 'ec'])
    opensslSync(['pkey', '-in', `${key}.key`, '-pubout', '-out', `${key}.pub`], folder);
});

const publicOf = (key: string) => publicKeyObject(derOf(folder, `${key}.pub`));

const PSS = ['-sigopt', 'rsa_padding_mode:pss'];
const pss = (hash: string, mask: string, salt: string): readonly string[] => [
  `-${hash}`,
  ...PSS,
  '-sigopt',
  `rsa_mgf1_md:${mask}`,
  '-sigopt',
  `rsa_pss_saltlen:${salt}`,
];

const CASES: readonly (readonly [name: string, key: string, args: readonly string[]])[] = [
  ['sha224WithRSAEncryption', 'rsa', ['-sha224']],
  ['sha384WithRSAEncryption', 'rsa', ['-sha384']],
  ['RSA-SHA3-256', 'rsa', ['-sha3-256']],
  ['RSA-SHA3-512', 'rsa', ['-sha3-512']],
  ['ecdsa-with-SHA224', 'ec', ['-sha224']],
  ['rsassaPss-sha256', 'rsa', pss('sha256', 'sha256', '32')],
  ['rsassaPss-sha256', 'rsa', pss('sha256', 'sha256', '0')],
  ['rsassaPss-sha256', 'rsa', pss('sha256', 'sha256', 'max')],
  ['rsassaPss-sha224', 'rsa', pss('sha224', 'sha224', '11')],
  ['rsassaPss-sha512', 'rsa', pss('sha512', 'sha1', '20')],
  ['rsassaPss-sha384', 'rsa', pss('sha384', 'sha512', '48')],
  ['rsassaPss-sha1', 'rsa', pss('sha1', 'sha1', '20')],
  ['rsassaPss-sha512-256', 'rsa', pss('sha512-256', 'sha256', '20')],
  ['rsassaPss-sha256', 'pss', ['-sha256']],
  ['rsassaPss-sha512', 'pss', ['-sha512', '-sigopt', 'rsa_pss_saltlen:17']],
  ['rsassaPss-sha384', 'bound', ['-sha384']],
];

describe.each(CASES)('%s by %s, %j', (expected, key, args) => {
  let der: Uint8Array;
  beforeAll(() => {
    const config = '[req]\nprompt = no\ndistinguished_name = name\n[name]\nCN = signed\n';
    const call = ['req', '-x509', '-new', '-batch', '-config', '-', '-key', `${key}.key`, '-out', 'cert.pem'];
    opensslSync([...call, ...args], folder, config);
    der = derOf(folder, 'cert.pem');
    expect(
      opensslSync(['verify', '-check_ss_sig', '-auth_level', '0', '-CAfile', 'cert.pem', 'cert.pem'], folder),
    ).toContain('OK');
  });

  it('has its name', () => {
    expect(certificateFacts(der)).toMatchObject({ signature: expected, flaws: [] });
    const printed = /Signature Algorithm: (.*)/.exec(
      opensslSync(['x509', '-in', 'cert.pem', '-noout', '-text'], folder),
    );
    expect(expected).toContain(printed?.[1]?.trim());
  });
  it('is by its own key, and by no other', async () => {
    for (const one of ['rsa', 'other', 'pss', 'bound', 'ec'])
      expect([one, await signedBothWays(der, publicOf(one))]).toEqual([one, one === key]);
    expect(await signedBothWays(der, publicKeyObject(certificateSpki(der)))).toBe(true);
  });
  it('is broken by a bit, in what is signed and in the signature', async () => {
    for (const at of [Buffer.from(der).indexOf('signed'), der.length - 40]) {
      const bad = Uint8Array.from(der);
      bad[at] = (bad[at] ?? 0) ^ 1;
      expect(await signedBothWays(bad, publicOf(key))).toBe(false);
    }
  });
});

const SALT = (octets: number): Buffer => encode(0xa2, encodeInteger(octets));
const hash = (dotted: string): Buffer => sequence(oid(dotted), bytes('0500'));
const SHA256 = hash('2.16.840.1.101.3.4.2.1');

describe('RSASSA-PSS with other parameters than it was made with', () => {
  const parts = (algorithm: Buffer, spki: Buffer): Parts => ({
    version: VERSION_3,
    serial: integer('01'),
    algorithm,
    issuer: name([CN, 'pss']),
    validity: sequence(utcTime(1_790_000_000), utcTime(1_900_000_000)),
    subject: name([CN, 'pss']),
    spki,
    between: Buffer.of(),
    extensions: [],
  });
  // Signed with PKCS #1 v1.5, and said to be something else.
  it.each([
    ['all defaults', sequence()],
    [
      'SHA-256 twice',
      sequence(encode(0xa0, SHA256), encode(0xa1, sequence(oid('1.2.840.113549.1.1.8'), SHA256)), SALT(32)),
    ],
    ['a salt that no key has room for', sequence(encode(0xa0, SHA256), SALT(200))],
  ])('%s', async (_, parameters) => {
    const key = testKey(readFileSync(join(folder, 'rsa.key')));
    const der = certificate(parts(sequence(oid('1.2.840.113549.1.1.10'), parameters), key.spki), key);
    writeFileSync(join(folder, 'bad.pem'), pemOf(der));
    expect(await signedBothWays(der, publicOf('rsa'))).toBe(false);
    expect(() =>
      opensslSync(['verify', '-check_ss_sig', '-auth_level', '0', '-CAfile', 'bad.pem', 'bad.pem'], folder),
    ).toThrow();
  });
});

describe('what openssl makes and OpenSSL 3.0 does not verify', () => {
  it.each(['sha3-224', 'sha3-256', 'sha3-512'])('ecdsa with %s', async (digest) => {
    const config = '[req]\nprompt = no\ndistinguished_name = name\n[name]\nCN = signed\n';
    const call = ['req', '-x509', '-new', '-batch', '-config', '-', '-key', 'ec.key', '-out', 'cert.pem'];
    opensslSync([...call, `-${digest}`], folder, config);
    const der = derOf(folder, 'cert.pem');
    const signature = `ecdsa_with_${digest.toUpperCase()}`;
    expect(certificateFacts(der)).toMatchObject({ signature, flaws: ['unsupported-signature'] });
    for (const one of ['rsa', 'ec']) expect(await signedBothWays(der, publicOf(one))).toBe(one === 'ec');
  });
});

describe('what cannot be checked is called by its name', () => {
  it.each([
    ['sha512-256WithRSAEncryption', sequence(oid('1.2.840.113549.1.1.16'), bytes('0500'))],
    ['md2WithRSAEncryption', sequence(oid('1.2.840.113549.1.1.2'), bytes('0500'))],
    ['rsassaPss', sequence(oid('1.2.840.113549.1.1.10'))],
    ['rsassaPss-shake128', sequence(oid('1.3.6.1.5.5.7.6.30'))],
    ['rsassaPss-1.2.3', sequence(oid('1.2.840.113549.1.1.10'), sequence(encode(0xa0, hash('1.2.3'))))],
    [
      'rsassaPss-sha256',
      sequence(oid('1.2.840.113549.1.1.10'), sequence(encode(0xa0, SHA256), encode(0xa1, hash('1.2.3')))),
    ],
    ['1.2.3.4', sequence(oid('1.2.3.4'))],
  ])('%s', (expected, algorithm) => {
    expect([signatureName(readAll(algorithm)), isSupported(readAll(algorithm))]).toEqual([expected, false]);
  });
});
