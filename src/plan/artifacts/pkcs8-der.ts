/** `key.pk8`: the private key as DER of PKCS#8 (RFC 5208), as pgjdbc and Java read it. */
import { parseKeyDer } from '../../x509/parse-der.ts';
import { conversion } from './conversion.ts';

/** Never encrypted: `key.pem` is not either. */
export const pkcs8Der = conversion('pkcs8-der', ({ id }) => [{ kind: 'key', of: id }], parseKeyDer);
