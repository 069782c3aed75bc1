/** `chain.p7b`: the certificate and its chain as PKCS#7 (RFC 2315 §9.1, "certs-only"), for Windows and keytool. */
import { parsePkcs7 } from '../../x509/pkcs7.ts';
import { fullchainParts } from '../parts.ts';
import { conversion } from './conversion.ts';

/** The same certificates as in `fullchain.pem`; PKCS#7 keeps no order of them. */
export const pkcs7 = conversion('pkcs7', fullchainParts, parsePkcs7);
