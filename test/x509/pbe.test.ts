/** Encryption under a password, in every form that is read, by openssl; and what is no such form. */
import { createCipheriv, createPrivateKey, pbkdf2Sync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { children, type Der, DerError, expectTag, readAll, TAG } from '../../src/x509/der.ts';
import { encode, encodeInteger } from '../../src/x509/der-write.ts';
import { type Draw, MOST_ITERATIONS, seal, sealModern, unseal } from '../../src/x509/pbe.ts';
import { octets, oid, sequence } from '../helpers/certificate-der.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { keyPem, smallKey } from '../helpers/small-certificates.ts';

const folder = temporaryFolder();
const PASSWORD = 'Grüße, 密码';
const key = smallKey();
const PLAIN = createPrivateKey(keyPem(key)).export({ format: 'der', type: 'pkcs8' });
writeFileSync(join(folder, 'key.pem'), keyPem(key));
writeFileSync(join(folder, 'password'), PASSWORD);

/** EncryptedPrivateKeyInfo: the algorithm, and what is encrypted (RFC 5958 §3). */
function opened(der: Uint8Array, password = PASSWORD) {
  const [algorithm, content] = children(readAll(der));
  const { plain, encryption } = unseal(algorithm, expectTag(content, TAG.octetString).body, password);
  return { plain, encryption };
}
/** One time in 256 the padding is right by chance, and what comes out is something else. */
function isOpened(open: () => { readonly plain: Buffer }): boolean {
  try {
    return open().plain.equals(PLAIN);
  } catch {
    return false;
  }
}
function byOpenssl(...how: readonly string[]): Uint8Array {
  const given = ['-in', 'key.pem', '-passout', 'file:password', '-out', 'sealed.pem'];
  opensslSync(['pkcs8', '-topk8', ...how, ...given], folder);
  return derOf(folder, 'sealed.pem');
}

describe('what openssl encrypts', () => {
  it.each([
    [['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256'], 'modern'],
    [['-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA256'], null],
    [['-v2', 'aes-192-cbc', '-v2prf', 'hmacWithSHA384'], null],
    [['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA512'], null],
    // The default, which is left out (RFC 8018 A.2).
    [['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA1'], null],
  ])('by %j is read', (how, encryption) => {
    expect(opened(byOpenssl(...how))).toEqual({ plain: PLAIN, encryption });
  });

  it('under another password is not', () => {
    expect(isOpened(() => opened(byOpenssl('-v2', 'aes-256-cbc'), 'x'))).toBe(false);
  });

  it.each([
    [['-scrypt'], 'derives its key in another way'],
    [['-v2', 'des3'], 'is encrypted in another way'],
    [['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA224'], 'is encrypted in another way'],
  ])('by %j is named as something else', (how, why) => {
    const der = byOpenssl(...how);
    expect(() => opened(der)).toThrow(DerError);
    expect(() => opened(der)).toThrow(why);
  });
});

describe('what is encrypted here', () => {
  const draw: Draw = (length) => Buffer.alloc(length, 7);
  it.each(['modern', 'compatible'] as const)('%s, is read again', (encryption) => {
    const { algorithm, content } = seal(PLAIN, PASSWORD, encryption, draw);
    expect(unseal(readAll(algorithm), content, PASSWORD)).toEqual({ plain: PLAIN, encryption });
    expect(isOpened(() => unseal(readAll(algorithm), content, 'x'))).toBe(false);
  });

  it.each(['modern', 'compatible'] as const)('%s, is read by openssl', (encryption) => {
    const { algorithm, content } = seal(PLAIN, 'ascii', encryption, draw);
    writeFileSync(join(folder, 'ours.der'), sequence(algorithm, octets(content)));
    const args = ['pkcs8', '-inform', 'DER', '-in', 'ours.der', '-passin', 'pass:ascii', '-out', 'plain.pem'];
    opensslSync(args, folder);
    expect(Buffer.from(derOf(folder, 'plain.pem'))).toEqual(PLAIN);
  });

  it('takes a salt and a vector of their own', () => {
    const lengths: number[] = [];
    const drawn: Draw = (length) => Buffer.alloc(length, lengths.push(length));
    seal(PLAIN, 'x', 'modern', drawn);
    seal(PLAIN, 'x', 'compatible', drawn);
    expect(lengths).toEqual([16, 16, 8]);
    const { algorithm, content } = sealModern(PLAIN, 'x', draw, 5);
    const derived = pbkdf2Sync('x', draw(16), 5, 32, 'sha256');
    const cipher = createCipheriv('aes-256-cbc', derived, draw(16));
    expect(content).toEqual(Buffer.concat([cipher.update(PLAIN), cipher.final()]));
    expect(unseal(readAll(algorithm), content, 'x').plain).toEqual(PLAIN);
  });
});

describe('iterations', () => {
  const legacy = (count: number): Der => {
    const parameters = sequence(octets(Buffer.alloc(8)), encodeInteger(count));
    return readAll(sequence(oid('1.2.840.113549.1.12.1.3'), parameters));
  };
  it.each([0, MOST_ITERATIONS + 1])('%i are none, or more than a file may ask for', (count) => {
    expect(() => unseal(legacy(count), Buffer.alloc(8), 'x')).toThrow('wants too many iterations');
  });
  it('one is enough', () => {
    expect(() => unseal(legacy(1), Buffer.alloc(8), 'x')).toThrow(/bad decrypt/);
  });
});

it.each<[string, Buffer]>([
  ['another algorithm', sequence(oid('1.2.840.113549.1.12.1.6'), sequence())],
  ['nothing', sequence()],
  ['no list', encode(TAG.null)],
])('%s is no form of encryption', (_, algorithm) => {
  expect(() => unseal(readAll(algorithm), Buffer.alloc(8), 'x')).toThrow(DerError);
});
