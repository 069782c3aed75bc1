// ML-DSA as OpenSSL 3.5 makes it: `genpkey -algorithm ML-DSA-44 -pkeyopt hexseed:000102…1f`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ML_DSA } from '../../src/pki/key-spec.ts';
import { children, readAll } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { publicKeyOfSeed } from '../../src/x509/ml-dsa.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { pemText } from '../../src/x509/pem.ts';
import { DamagedKeyError, publicKeyWithin } from '../../src/x509/private-key.ts';

const file = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'ml-dsa', name));

describe.each(ML_DSA)('%s', (kind) => {
  const level = kind.slice(-2);
  const pem = file(`key-${level}.pem`);
  const der = Buffer.from(pem.toString().replaceAll(/-----.*-----|\n/g, ''), 'base64');
  const [version, algorithm, key] = children(readAll(der));
  const [seed, expanded] = children(readAll(key?.body ?? der));
  if (!version || !algorithm || !seed || !expanded) throw new Error('it is not in both forms');
  const withKey = (octets: Uint8Array): Buffer =>
    encode(0x30, version.bytes, algorithm.bytes, encode(0x04, octets));
  const spkiOf = (pkcs8: Uint8Array): string | undefined => {
    const spki = publicKeyWithin(pkcs8, () => undefined);
    return spki && Buffer.from(spki).toString('hex');
  };
  const spki = publicKeyWithin(der, () => undefined) ?? Buffer.alloc(0);

  it('is known by its public half, whatever its private key is written as', () => {
    // `openssl pkey -pubout -outform der | sha256sum`
    const ids = {
      'ml-dsa-44': '837832708c5236d951581f1fddf2b79991b3424a0486d16da1ddad0fd69701be',
      'ml-dsa-65': 'b8b62131bfbe84433efb2273d7f5b87f7a22854a2cfd366fc2aead86d837c52d',
      'ml-dsa-87': '07e57c4f14dbad1267f621ec3777b4e2e6c4fbc4c22fbb87510ff8e0b3c6a642',
    };
    expect(parseKey(pem)).toMatchObject({ keyId: ids[kind], spec: kind });
    for (const text of [pem.toString().replaceAll('\n', '\r\n'), `of ${kind}\n${pem}`])
      expect(parseKey(Buffer.from(text))).toEqual(parseKey(pem));
    const both = Buffer.from(spki).toString('hex');
    expect(spkiOf(withKey(encode(0x80, seed.body)))).toBe(both);
    expect(spkiOf(withKey(encode(0x04, expanded.body)))).toBe(both);
  });

  it('is damaged where its parts do not belong together', () => {
    const turned = (octets: Uint8Array, place: number): Buffer => {
      const copy = Buffer.from(octets);
      copy.writeUInt8(copy.readUInt8(place) ^ 1, place);
      return copy;
    };
    const last = expanded.body.length - 1;
    for (const place of [0, 64, 127, 128, 128 + 500, last])
      expect(() => spkiOf(withKey(encode(0x04, turned(expanded.body, place))))).toThrow(DamagedKeyError);
    const other = encode(0x30, encode(0x04, turned(seed.body, 0)), expanded.bytes);
    expect(() => spkiOf(withKey(other))).toThrow(DamagedKeyError);
    expect(() => spkiOf(withKey(encode(0x04, expanded.body.subarray(1))))).toThrow(DamagedKeyError);
    // A seed by itself has a tag of its own (RFC 9881 §6).
    expect(() => spkiOf(withKey(encode(0x04, seed.body)))).toThrow(DamagedKeyError);
    expect(() => spkiOf(withKey(encode(0x80, seed.body.subarray(1))))).toThrow(DamagedKeyError);
    expect(() => parseKey(Buffer.from(pemText('PRIVATE KEY', withKey(other))))).toThrow(DamagedKeyError);
  });
});

it.each([0, 31, 33])('%i octets are no seed', (length) => {
  for (const kind of ML_DSA) expect(publicKeyOfSeed(kind, Buffer.alloc(length))).toBeUndefined();
  expect(publicKeyOfSeed('ml-dsa-44', Buffer.alloc(32))).toHaveLength(1312);
});
