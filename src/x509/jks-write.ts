/** JKS, written: the key store for programs of Java that read no PKCS#12. keytool is not needed, and no file with a password for it. */

import { certificateFacts } from './certificate.ts';
import { TAG } from './der.ts';
import { encode, encodeOid } from './der-write.ts';
import { JKS, jksCheck, jksDigest, jksLabel, jksStream } from './jks.ts';
import type { Bag, Pkcs12Options } from './pkcs12-write.ts';

/** What of a file is chosen. */
type Options = Pick<Pkcs12Options, 'password' | 'draw'>;

/** The file's octets: a key with its chain, or certificates that are trusted. */
export function jks(bags: readonly Bag[], options: Options): Buffer {
  const entries = bags.flatMap((bag) => entryOf(bag, bags, options));
  const content = Buffer.concat([number(JKS.magic), number(JKS.version), number(entries.length), ...entries]);
  return Buffer.concat([content, jksDigest(content, options.password)]);
}

/** Certificates of a chain are part of the key's entry. */
function entryOf(bag: Bag, bags: readonly Bag[], options: Options): readonly Buffer[] {
  const name = text(jksLabel(bag).name ?? '');
  switch (bag.kind) {
    case 'certificate':
      return [];
    case 'trusted':
      return [Buffer.concat([number(JKS.trusted), name, date(bag.der), certificate(bag.der)])];
    case 'key': {
      const chain = bags.filter(({ kind }) => kind === 'certificate').map(({ der }) => der);
      const [own = bag.der] = chain;
      const sealed = octets(protectedKey(bag.der, options));
      return [
        Buffer.concat([
          number(JKS.key),
          name,
          date(own),
          sealed,
          number(chain.length),
          ...chain.map(certificate),
        ]),
      ];
    }
  }
}

function protectedKey(plain: Uint8Array, { password, draw }: Options): Buffer {
  const salt = draw(JKS.digest);
  const sealed = [salt, jksStream(plain, password, salt), jksCheck(plain, password)];
  const algorithm = encode(TAG.sequence, encodeOid(JKS.protector), encode(TAG.null));
  return encode(TAG.sequence, algorithm, encode(TAG.octetString, Buffer.concat(sealed)));
}

function certificate(der: Uint8Array): Buffer {
  return Buffer.concat([text(JKS.x509), octets(der)]);
}

/** Shown as the day on which an entry was made; that of the certificate, so that it does not depend on a clock. */
function date(der: Uint8Array): Buffer {
  const result = Buffer.alloc(8);
  result.writeBigInt64BE(BigInt(certificateFacts(der).notBefore) * 1000n);
  return result;
}

function number(value: number): Buffer {
  const result = Buffer.alloc(4);
  result.writeUInt32BE(value);
  return result;
}

function octets(value: Uint8Array): Buffer {
  return Buffer.concat([number(value.length), value]);
}

/** Names have no NUL and no character beyond 16 bits, which Java would write in another way than UTF-8. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
