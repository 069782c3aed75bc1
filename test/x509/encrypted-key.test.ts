/** Files with one private key under a passphrase, and all others; what such a key is opened with. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { isEncryptedKey, openedKey } from '../../src/x509/encrypted-key.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PLAIN = String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
const CLOSED = String(
  privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'tide' }),
);
const FORMER = String(
  privateKey.export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: 'tide' }),
);
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';

it.each<[string, string, boolean]>([
  ['PKCS#8', CLOSED, true],
  ['as OpenSSL encrypted keys before', FORMER, true],
  ['beside a certificate', `${CERTIFICATE}${CLOSED}`, true],
  ['a plain key', PLAIN, false],
  ['two of them', `${CLOSED}${CLOSED}`, false],
  ['one and a plain one behind it', `${CLOSED}${PLAIN}`, false],
  ['a plain one and one behind it', `${PLAIN}${CLOSED}`, false],
  ['one that programs read in two ways', `${CLOSED}-----BEGIN CERTIFICATE-----\n`, false],
  ['a certificate', CERTIFICATE, false],
  ['nothing', '', false],
])('%s: %#', (_, text, expected) => expect(isEncryptedKey(Buffer.from(text))).toBe(expected));

it.each([
  ['PKCS#8', CLOSED],
  ['RFC 1421', FORMER],
])('%s is opened by its passphrase alone', (_, text) => {
  expect(String(openedKey(Buffer.from(text), 'tide'))).toBe(PLAIN);
  expect(openedKey(Buffer.from(text), 'ebb')).toBeNull();
  expect(openedKey(Buffer.from('x'), 'tide')).toBeNull();
});
