/** DER that no tool writes on purpose: it is refused, or named as damaged, and never ends a plan or changes a meaning. */
import { createECDH, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { children, type Der, DerError, readAll, TAG, timeSeconds } from '../../src/x509/der.ts';
import { encode, encodeOid } from '../../src/x509/der-write.ts';
import { extensionFacts } from '../../src/x509/extensions.ts';
import { parseKey, pointOf } from '../../src/x509/parse-key.ts';
import { pemText } from '../../src/x509/pem.ts';
import { DamagedKeyError, publicKeyWithin } from '../../src/x509/private-key.ts';

const octets = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);

describe('a time', () => {
  const time = (tag: number, text: string) => timeSeconds(readAll(encode(tag, Buffer.from(text, 'latin1'))));
  const utc = (text: string) => time(TAG.utcTime, text);
  const full = (text: string) => time(TAG.generalizedTime, text);

  it('ends with its Z', () => {
    expect(full('20501123120000Z')).toBe(Date.UTC(2050, 10, 23, 12) / 1000);
    expect(utc('261123120000Z')).toBe(Date.UTC(2026, 10, 23, 12) / 1000);
    for (const behind of ['0', 'Z', ' ', '\n', '\0', '+0100']) {
      expect(() => full(`20501123120000Z${behind}`)).toThrow(DerError);
      expect(() => utc(`261123120000Z${behind}`)).toThrow(DerError);
    }
  });

  it('has nothing before its year', () => {
    for (const before of ['0', ' ', '\n', '-']) {
      expect(() => full(`${before}20501123120000Z`)).toThrow(DerError);
      expect(() => utc(`${before}261123120000Z`)).toThrow(DerError);
    }
  });
});

describe('the critical flag of an extension', () => {
  const BASIC_CONSTRAINTS = '2.5.29.19';
  const value = encode(TAG.octetString, encode(TAG.sequence));
  const listOf = (...flag: readonly Buffer[]): Der =>
    readAll(encode(TAG.sequence, encode(TAG.sequence, encodeOid(BASIC_CONSTRAINTS), ...flag, value)));
  const isCritical = (...flag: readonly Buffer[]): boolean | undefined =>
    extensionFacts(listOf(...flag)).extensions.basicConstraints?.critical;

  it('is read where it is set, and is off where it is left out', () => {
    expect(isCritical(encode(TAG.boolean, octets(0xff)))).toBe(true);
    expect(isCritical()).toBe(false);
  });

  it('is never on where it is written out as FALSE, which DER does not do', () => {
    const found = () => isCritical(encode(TAG.boolean, octets(0)));
    let critical: boolean | undefined = false;
    try {
      critical = found();
    } catch (error) {
      expect(error).toBeInstanceOf(DerError);
    }
    expect(critical).toBe(false);
  });
});

describe('an EC key', () => {
  const ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const good = privateKey.export({ format: 'der', type: 'pkcs8' });

  /** The good key with another scalar in the place of its own. */
  function withScalar(hex: string): Buffer {
    const bytes = Buffer.from(good);
    const inner = children(readAll(children(readAll(bytes))[2]?.body ?? octets()));
    const scalar = inner[1]?.body ?? octets();
    expect(scalar).toHaveLength(32);
    Buffer.from(hex, 'hex').copy(bytes, scalar.byteOffset - bytes.byteOffset);
    return bytes;
  }

  it.each([
    ['zero', '00'.repeat(32)],
    ['the order of the curve', ORDER],
    ['more than the order', 'ff'.repeat(32)],
  ])('whose scalar is %s has no public key, and is damaged', (_, scalar) => {
    expect(pointOf('P-256', Buffer.from(scalar, 'hex'))).toBeUndefined();
    expect(() => publicKeyWithin(withScalar(scalar), pointOf)).toThrow(DamagedKeyError);
    expect(() => parseKey(Buffer.from(pemText('PRIVATE KEY', withScalar(scalar))))).toThrow(
      /damaged private key/,
    );
  });

  it('whose scalar is the largest that there is, is one', () => {
    const scalar = Buffer.from(ORDER, 'hex');
    scalar[31] = (scalar[31] ?? 0) - 1;
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(scalar);
    expect(pointOf('P-256', scalar)).toEqual(ecdh.getPublicKey());
  });
});

describe('PKCS#8', () => {
  it.each([
    ['of nothing', '3000'],
    ['of a version alone', '3003020100'],
    ['of another version', '3003020101'],
    ['of a version and an algorithm', '300702010030020500'],
    ['whose key is of nothing', '300b020100300206000402 3000'.replace(' ', '')],
  ])('%s is left to node, which says what is wrong', (_, hex) => {
    expect(publicKeyWithin(Buffer.from(hex, 'hex'), pointOf)).toBeUndefined();
  });

  it('of an RSA key for several primes is left to node', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const parts = children(readAll(privateKey.export({ format: 'der', type: 'pkcs8' })));
    const key = children(readAll(parts[2]?.body ?? octets()));
    const rebuilt = (...numbers: readonly Uint8Array[]): Buffer =>
      encode(
        TAG.sequence,
        parts[0]?.bytes ?? octets(),
        parts[1]?.bytes ?? octets(),
        encode(TAG.octetString, encode(TAG.sequence, ...numbers)),
      );
    const numbers = key.map(({ bytes }) => bytes);
    const version = (value: number) => encode(TAG.integer, octets(value));
    expect(publicKeyWithin(rebuilt(...numbers), pointOf)).toBeDefined();
    // RFC 8017 A.1.2: version 1 has more than two primes, behind the nine numbers.
    expect(publicKeyWithin(rebuilt(version(1), ...numbers.slice(1)), pointOf)).toBeUndefined();
    expect(
      publicKeyWithin(rebuilt(version(1), ...numbers.slice(1), encode(TAG.sequence)), pointOf),
    ).toBeUndefined();
    expect(publicKeyWithin(rebuilt(...numbers.slice(0, 8)), pointOf)).toBeUndefined();
  });
});
