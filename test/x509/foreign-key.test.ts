/** Private keys in other forms are known by their public half, and no more of them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { foreignKeyId } from '../../src/x509/foreign-key.ts';
import { pemText } from '../../src/x509/pem.ts';
import { publicKeyFacts } from '../../src/x509/public-key.ts';

const RSA = generateKeyPairSync('rsa', { modulusLength: 1024 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ED = generateKeyPairSync('ed25519');

const idOf = (key: KeyObject): string => publicKeyFacts(key.export({ format: 'der', type: 'spki' })).keyId;

/** RFC 4251 §5. */
function strings(...parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.from(part).length);
      return [length, Buffer.from(part)];
    }),
  );
}

const octets = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url');
/** A number whose first bit would be its sign has an octet in front. */
const number = (text: string | undefined): Buffer => Buffer.concat([Buffer.of(0), octets(text)]);

/** As ssh-keygen writes it; the private half, which is not looked at, may be under a passphrase. */
function openssh(cipher: string, publicHalf: Buffer, magic = 'openssh-key-v1\0'): Buffer {
  const [kdf, count] = [cipher === 'none' ? 'none' : 'bcrypt', Buffer.of(0, 0, 0, 1)];
  const file = Buffer.concat([
    Buffer.from(magic),
    strings(cipher, kdf, ''),
    count,
    strings(publicHalf, 'private'),
  ]);
  return Buffer.from(pemText('OPENSSH PRIVATE KEY', file));
}

function sshPublic({ publicKey }: { readonly publicKey: KeyObject }): Buffer {
  const { crv, x, y, n, e } = publicKey.export({ format: 'jwk' });
  if (n !== undefined) return strings('ssh-rsa', octets(e), number(n));
  if (y === undefined) return strings('ssh-ed25519', octets(x));
  const curve = String(crv).replace('P-', 'nistp');
  return strings(`ecdsa-sha2-${curve}`, curve, Buffer.concat([Buffer.of(4), octets(x), octets(y)]));
}

describe('a key in DER', () => {
  const der = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): Buffer =>
    key.export({ format: 'der', type } as { format: 'der'; type: 'pkcs8' });
  it.each([
    ['PKCS#8', der(RSA.privateKey, 'pkcs8'), idOf(RSA.publicKey)],
    ['PKCS#8 of an elliptic curve', der(EC.privateKey, 'pkcs8'), idOf(EC.publicKey)],
    ['PKCS#8 of an Edwards curve', der(ED.privateKey, 'pkcs8'), idOf(ED.publicKey)],
    ['PKCS#1', der(RSA.privateKey, 'pkcs1'), idOf(RSA.publicKey)],
    ['SEC 1', der(EC.privateKey, 'sec1'), idOf(EC.publicKey)],
    ['what was cut off', der(RSA.privateKey, 'pkcs8').subarray(0, 100), null],
    [
      'under a passphrase',
      RSA.privateKey.export({ format: 'der', type: 'pkcs8', cipher: 'aes-128-cbc', passphrase: 'x' }),
      null,
    ],
  ])('%s', (_, bytes, expected) => expect(foreignKeyId(bytes, { kind: 'der' })).toBe(expected));
});

describe('a key of OpenSSH', () => {
  it.each([
    ['RSA', openssh('none', sshPublic(RSA)), idOf(RSA.publicKey)],
    ['ECDSA', openssh('none', sshPublic(EC)), idOf(EC.publicKey)],
    ['Ed25519', openssh('none', sshPublic(ED)), idOf(ED.publicKey)],
    ['under a passphrase, which does not hide it', openssh('aes256-ctr', sshPublic(ED)), idOf(ED.publicKey)],
    ['of a later version', openssh('none', sshPublic(ED), 'openssh-key-v2\0'), null],
    ['of another kind', openssh('none', strings('ssh-dss', 'p', 'q')), null],
    ['without its second half', openssh('none', strings('ssh-rsa', 'e')), null],
    ['without anything', openssh('none', Buffer.alloc(0)), null],
    ['in the form of RFC 4716', Buffer.from('---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n'), null],
  ])('%s', (_, bytes, expected) => expect(foreignKeyId(bytes, { kind: 'openssh' })).toBe(expected));
});

it('of all other forms nothing is known', () => {
  const bytes = RSA.privateKey.export({ format: 'der', type: 'pkcs8' });
  for (const kind of ['pkcs12', 'putty', 'binary'] as const) expect(foreignKeyId(bytes, { kind })).toBeNull();
});
