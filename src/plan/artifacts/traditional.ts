/** Private keys in the forms that came before PKCS#8, for old programs: `key-pkcs1.pem` and `key-sec1.pem`. */
import { parseLabelledKey } from '../../x509/parse-der.ts';
import { conversion } from './conversion.ts';
import type { ConversionRule } from './rule.ts';

function traditional(label: 'RSA PRIVATE KEY' | 'EC PRIVATE KEY'): ConversionRule<readonly string[]> {
  return conversion(
    'traditional',
    ({ id }) => [{ kind: 'key', of: id }],
    (bytes) => parseLabelledKey(bytes, label),
  );
}

/** Of RSA keys (RFC 8017 §A.1.2). */
export const pkcs1 = traditional('RSA PRIVATE KEY');
/** Of EC keys (RFC 5915). */
export const sec1 = traditional('EC PRIVATE KEY');
