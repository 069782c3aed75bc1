/** `cert.pem`: the certificate (plan/certificate-reasons.ts decides about it). */
import type { CertificateFacts } from '../../x509/facts.ts';
import { parseCertificate } from '../../x509/parse.ts';
import type { IssuedRule } from './rule.ts';

/** What everything else follows from. */
export const cert: IssuedRule<CertificateFacts> = { by: 'issue', read: parseCertificate };
