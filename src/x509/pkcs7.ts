/** PKCS#7 that only carries certificates (RFC 2315 §9.1: SignedData without content and signers). */
import { children, context, DerError, expectTag, oidText, readAll, TAG } from './der.ts';
import { readable } from './parse.ts';
import { pemBlocks } from './pem.ts';
import { sha256 } from './public-key.ts';

const SIGNED_DATA = '1.2.840.113549.1.7.2';

/** RFC 7468 §8 names the first; §9 has the second for the newer CMS, which is the same here. */
const LABELS: readonly string[] = ['PKCS7', 'CMS'];

/** The fingerprints of its certificates, as they stand there. @throws Error where it is something else. */
export function parsePkcs7(bytes: Buffer): readonly string[] {
  const block = pemBlocks(bytes.toString('latin1')).find(({ label }) => LABELS.includes(label));
  if (block === undefined) throw new Error('holds no complete PKCS7 block');
  return readable('PKCS7', () => certificatesIn(block.der));
}

function certificatesIn(der: Uint8Array): readonly string[] {
  const [type, content] = children(expectTag(readAll(der), TAG.sequence));
  if (oidText(type) !== SIGNED_DATA) throw new DerError('holds PKCS#7 of another kind');
  const signedData = children(expectTag(readAll(expectTag(content, context(0)).body), TAG.sequence));
  // Only certificates are [0]; version, digests and the empty content have tags of their own.
  const certificates = signedData.find(({ tag }) => tag === context(0));
  return certificates === undefined ? [] : children(certificates).map((one) => sha256(one.bytes));
}
