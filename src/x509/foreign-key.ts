/** The public half of private keys in forms that are not used here: enough to say which certificate they belong to. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyId } from './facts.ts';
import { type KeyFormat, SSH_LABEL } from './key-format.ts';
import { readPem } from './pem.ts';
import { publicKeyFacts } from './public-key.ts';

/** Of DER and of OpenSSH's own format; `null` where it cannot be seen, such as behind a passphrase. */
export function foreignKeyId(bytes: Buffer, { kind }: KeyFormat): KeyId | null {
  try {
    const key = kind === 'der' ? derKey(bytes) : kind === 'openssh' ? sshKey(bytes) : undefined;
    return key === undefined ? null : publicKeyFacts(key.export({ format: 'der', type: 'spki' })).keyId;
  } catch {
    return null;
  }
}

/** `undefined` where it is none of them, or encrypted. */
function derKey(bytes: Buffer): KeyObject | undefined {
  for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
    try {
      return createPublicKey(createPrivateKey({ key: bytes, format: 'der', type }));
    } catch {
      // Then it is another.
    }
  }
  return undefined;
}

const MAGIC = Buffer.from('openssh-key-v1\0');

/** Of PROTOCOL.key of OpenSSH: its public half is readable under a passphrase, too. @throws Error for anything else. */
function sshKey(bytes: Buffer): KeyObject | undefined {
  const { blocks } = readPem(bytes.toString('latin1'));
  const whole = Buffer.from(blocks.find(({ label }) => label === SSH_LABEL)?.der ?? []);
  if (!whole.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const file = strings(whole.subarray(MAGIC.length));
  const [cipher, kdf, options] = [file.next(), file.next(), file.next()];
  if (cipher === undefined || kdf === undefined || options === undefined) return undefined;
  // The number of keys, always one.
  file.skip(4);
  const jwk = jwkOf(strings(file.next() ?? Buffer.alloc(0)));
  return jwk === undefined ? undefined : createPublicKey({ key: jwk, format: 'jwk' });
}

interface Strings {
  next(): Buffer | undefined;
  skip(octets: number): void;
}

/** RFC 4251 §5: each with its length in front. */
function strings(bytes: Buffer): Strings {
  let at = 0;
  return {
    next() {
      if (at + 4 > bytes.length) return undefined;
      const start = at + 4;
      at = start + bytes.readUInt32BE(at);
      return bytes.subarray(start, at);
    },
    skip(octets) {
      at += octets;
    },
  };
}

/** RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4. */
function jwkOf(parts: Strings): Readonly<Record<string, string>> | undefined {
  const [type, first, second] = [parts.next()?.toString('latin1'), parts.next(), parts.next()];
  if (type === undefined || first === undefined) return undefined;
  if (type === 'ssh-ed25519') return { kty: 'OKP', crv: 'Ed25519', x: first.toString('base64url') };
  if (second === undefined) return undefined;
  if (type === 'ssh-rsa')
    return { kty: 'RSA', e: first.toString('base64url'), n: second.toString('base64url') };
  const half = (second.length - 1) / 2;
  return {
    kty: 'EC',
    crv: first.toString('latin1').replace('nistp', 'P-'),
    x: second.subarray(1, 1 + half).toString('base64url'),
    y: second.subarray(1 + half).toString('base64url'),
  };
}
