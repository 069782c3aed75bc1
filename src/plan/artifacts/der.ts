/** `cert.der`: the certificate alone as DER, as phones, Windows and Java import it. */
import { parseCertificateDer } from '../../x509/parse-der.ts';
import { conversion } from './conversion.ts';

/** No chain: DER has no way to put one certificate behind the other. */
export const der = conversion(
  'certificate-der',
  ({ id }) => [{ kind: 'certificate', of: id }],
  parseCertificateDer,
);
