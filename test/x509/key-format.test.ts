/** Formats of private keys for other programs, by the first octets of a file or the words in it. */
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/x509/der-write.ts';
import { type KeyFormat, keyFormatOf } from '../../src/x509/key-format.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { pemText } from '../../src/x509/pem.ts';
import { integer, octets, oid, sequence } from '../helpers/certificate-der.ts';

const of = (content: string | Buffer): KeyFormat | null => keyFormatOf(Buffer.from(content as string));
const hex = (digits: string): Buffer => Buffer.from(digits.padEnd(20, '0'), 'hex');

describe('by the first octets', () => {
  it.each<[string, KeyFormat]>([
    ['feedfeed', { kind: 'java-keystore' }],
    ['cececece', { kind: 'java-keystore' }],
    ['1ef1b5b0', { kind: 'windows-blob', form: 'PVK' }],
    ['0702000000a4', { kind: 'windows-blob', form: 'MSBLOB' }],
    ['070200000024', { kind: 'windows-blob', form: 'MSBLOB' }],
    ['00474954435259505400', { kind: 'wrapped', tool: 'git-crypt' }],
    ['fffe', { kind: 'utf16' }],
    ['feff', { kind: 'utf16' }],
  ])('%s', (magic, format) => {
    expect(of(hex(magic))).toEqual(format);
    // By themselves they are no file of that format.
    expect(of(hex(magic).subarray(0, 8))).toBeNull();
  });
});

describe('by the words', () => {
  const wrapped = (tool: string): KeyFormat => ({ kind: 'wrapped', tool });
  it.each<[string, KeyFormat]>([
    ['pkcs11:object=a', { kind: 'pkcs11' }],
    ['\n pkcs11:object=a', { kind: 'pkcs11' }],
    ['PuTTY-User-Key-File-2: x', { kind: 'putty' }],
    ['---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----', { kind: 'openssh' }],
    ['of api:\n---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----', { kind: 'openssh' }],
    ['{"kty":"EC"}', { kind: 'jwk' }],
    [' {\n "crv": "x",\n "kty" : "EC" }', { kind: 'jwk' }],
    ['$ANSIBLE_VAULT;1.1;AES256', wrapped('ansible-vault')],
    ['age-encryption.org/v1', wrapped('age')],
    ['# created: 2026\n# public key: age1\nAGE-SECRET-KEY-1', wrapped('age')],
    ['AGE-SECRET-KEY-1', wrapped('age')],
    ['-----BEGIN AGE ENCRYPTED FILE-----', wrapped('age')],
    ['key: ENC[AES256_GCM,data:x]', wrapped('sops')],
    ['vault:v12:abc', wrapped('Vault')],
    ['version https://git-lfs.github.com/spec/v1', wrapped('git-lfs')],
    ['../../.git/annex/objects/a/b', wrapped('git-annex')],
    ['/annex/objects/SHA256E-s1--a', wrapped('git-annex')],
    ['-----BEGIN PGP MESSAGE-----', wrapped('GnuPG')],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----', wrapped('GnuPG')],
    [`gAAAAA${'a'.repeat(60)}==\n`, wrapped('Fernet')],
    ['projects/p/cryptoKeys/k', { kind: 'uri', scheme: 'gcpkms' }],
    ['kind: SealedSecret\n', wrapped('kubeseal')],
    ['a: b\nkind:  "SealedSecret"\n', wrapped('kubeseal')],
    ['private key:\n  01:02', { kind: 'numbers' }],
    ['modulus:\npriv:\n  01', { kind: 'numbers' }],
    ['privateExponent:\n', { kind: 'numbers' }],
    ['<D>AQ==</D>', { kind: 'numbers' }],
    ['(private-key (rsa))', { kind: 'numbers' }],
    ['(protected-private-key (rsa))', { kind: 'numbers' }],
    ['x\nPrivate-key-format: v1.3', { kind: 'numbers' }],
    ['LS0tLS1CRUdJTiBQ\n', { kind: 'base64-pem', isAlone: true }],
    ['tls.key: LS0tLS1CRUdJTiBQ\n', { kind: 'base64-pem', isAlone: false }],
    ['AWSKMS:///alias/x\n', { kind: 'uri', scheme: 'awskms' }],
    ['op://a/b', { kind: 'uri', scheme: 'op' }],
    ['x+y.1-z:a', { kind: 'uri', scheme: 'x+y.1-z' }],
  ])('%j', (text, format) => expect(of(text)).toEqual(format));

  it.each([
    '',
    'a word',
    'see pkcs11:object=a',
    'x PuTTY-User-Key-File-2: x',
    '["kty"]',
    'C:\\key',
    'a b:c',
    'a:b c',
    'gAAAAAshort',
    'private key: see the safe',
    'kind: Secret',
    'x age-encryption.org/v1',
  ])('%j is nothing', (text) => expect(of(text)).toBeNull());
});

describe('by the label', () => {
  const labelled = (label: string): string => pemText(label, sequence(integer('01')));
  it.each<[string, KeyFormat | null]>([
    ['TSS2 PRIVATE KEY', { kind: 'tpm' }],
    ['TSS KEY BLOB', { kind: 'tpm' }],
    ['PKCS#11 PROVIDER URI', { kind: 'pkcs11' }],
    ['OPENSSH PRIVATE KEY', { kind: 'openssh' }],
    ['DSA PRIVATE KEY', { kind: 'label', label: 'DSA PRIVATE KEY' }],
    ['SEALED BLOB', { kind: 'label', label: 'SEALED BLOB' }],
    ['MY TSS KEY', { kind: 'label', label: 'MY TSS KEY' }],
    ['MY PKCS#11 KEY', { kind: 'label', label: 'MY PKCS#11 KEY' }],
    ['TSSX', { kind: 'label', label: 'TSSX' }],
    ['RSA PRIVATE KEY', null],
    ['EC PRIVATE KEY', null],
    ['ENCRYPTED PRIVATE KEY', null],
    ['PUBLIC KEY', null],
    ['RSA PUBLIC KEY', null],
    ['PKCS7', null],
    ['CMS', null],
    ['CERTIFICATE', null],
    ['EC PARAMETERS', null],
    ['X509 CRL', null],
  ])('%s', (label, format) => expect(of(labelled(label))).toEqual(format));

  it('of the first that is not ordinary', () => {
    const text = labelled('CERTIFICATE') + labelled('SEALED BLOB') + labelled('TSS2 PRIVATE KEY');
    expect(of(text)).toEqual({ kind: 'label', label: 'SEALED BLOB' });
  });
});

describe('by what is in a key of PEM', () => {
  const EC = '1.2.840.10045.2.1';
  const pkcs8 = (version: string, ...algorithm: readonly Buffer[]): string =>
    pemText('PRIVATE KEY', sequence(integer(version), sequence(...algorithm), octets(Buffer.of(1))));
  const sec1 = (...curve: readonly Buffer[]): string =>
    pemText(
      'EC PRIVATE KEY',
      sequence(integer('01'), octets(Buffer.of(1)), ...curve.map((one) => encode(0xa0, one))),
    );

  it.each<[string, string, KeyFormat | null]>([
    ['version 2', pkcs8('01', oid('1.3.101.112')), { kind: 'pkcs8-v2' }],
    ['a usual one', pkcs8('00', oid('1.3.101.112')), null],
    ['X25519', pkcs8('00', oid('1.3.101.110')), { kind: 'algorithm', name: 'x25519' }],
    ['X25519 of version 2', pkcs8('01', oid('1.3.101.110')), { kind: 'algorithm', name: 'x25519' }],
    ['ML-DSA', pkcs8('00', oid('2.16.840.1.101.3.4.3.17')), { kind: 'algorithm', name: 'ml-dsa-44' }],
    ['a number', pkcs8('00', oid('1.2.3')), { kind: 'algorithm', name: '1.2.3' }],
    ['P-256', pkcs8('00', oid(EC), oid('1.2.840.10045.3.1.7')), null],
    ['P-224', pkcs8('00', oid(EC), oid('1.3.132.0.33')), { kind: 'algorithm', name: 'ecdsa-p224' }],
    ['a curve by number', pkcs8('00', oid(EC), oid('1.2.4')), { kind: 'algorithm', name: '1.2.4' }],
    ['explicit parameters', pkcs8('00', oid(EC), sequence(integer('01'))), { kind: 'explicit-curve' }],
    ['no parameters', pkcs8('00', oid(EC)), null],
    ['SEC 1 on P-384', sec1(oid('1.3.132.0.34')), null],
    ['SEC 1 on secp256k1', sec1(oid('1.3.132.0.10')), { kind: 'algorithm', name: 'ecdsa-secp256k1' }],
    ['SEC 1 with explicit parameters', sec1(sequence(integer('01'))), { kind: 'explicit-curve' }],
    ['SEC 1 without its curve', sec1(), null],
    ['no key', pemText('PRIVATE KEY', integer('01')), null],
    ['no octets of a key', pemText('PRIVATE KEY', sequence(integer('00'), sequence(oid('1.2.3')))), null],
  ])('%s', (_, text, format) => expect(of(text)).toEqual(format));
});

it('hex digits are DER, in pairs', () => {
  const digits = sequence(integer('00'), octets(Buffer.alloc(4))).toString('hex');
  for (const text of [digits, digits.toUpperCase(), digits.replaceAll(/(..)(?=.)/g, '$1:'), ` ${digits}\n`])
    expect(of(text)).toEqual({ kind: 'hex' });
  for (const text of [digits.slice(1), `${digits}0`, `x${digits}`, digits.replace(/^30/, '31')])
    expect(of(text)).toBeNull();
});

it('files without a usable key differ in the kind of error', () => {
  const error = (content: string | Buffer): Error => {
    try {
      parseKey(Buffer.from(content as string));
    } catch (caught) {
      return caught as Error;
    }
    throw new Error('it was read');
  };
  const said = (content: string | Buffer): readonly string[] => {
    const { name, message } = error(content);
    return [name, message];
  };
  const encrypted = pemText('ENCRYPTED PRIVATE KEY', sequence(integer('01')));
  expect(said(encrypted)).toEqual(['EncryptedKeyError', 'the key is encrypted']);
  expect(said('pkcs11:object=a')).toEqual(['ForeignKeyError', 'holds a private key in another form']);
  expect(error('pkcs11:object=a')).toMatchObject({ format: { kind: 'pkcs11' } });
  for (const nothing of ['', 'UNENCRYPTED', 'a word'])
    expect(said(nothing)).toEqual(['Error', 'holds no readable private key']);
});
