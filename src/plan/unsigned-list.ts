/** A revocation list that is to be signed: to the octet what openssl signs for the same make (openssl/crl.ts). */

import type { Authority } from '../pki/entity.ts';
import { keySpecText } from '../pki/key-spec.ts';
import type { RevocationList } from '../pki/revocation.ts';
import { encodeTbsCertList } from '../x509/crl-write.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import { signingBy } from '../x509/signature-write.ts';
import { listTerms } from './list.ts';
import { algorithmOf, type Unsigned } from './unsigned.ts';

/** TBSCertList. @param cert of the authority. @throws Error where that does not say which key it is for. */
export function unsignedList(
  authority: Authority,
  list: RevocationList,
  cert: CertificateFacts,
  signedWith = keySpecText(authority.key),
): Unsigned {
  const keyIdentifier = keyIdentifierOf(cert);
  if (keyIdentifier === null)
    throw new Error('Internal error: the certificate of the authority has no subject key identifier');
  const algorithm = algorithmOf(signingBy(signedWith, listTerms(authority)));
  const issuer = Buffer.from(cert.subjectDer, 'hex');
  const { thisUpdate, nextUpdate, entries } = list;
  const number = BigInt(list.number);
  const content = { algorithm, issuer, keyIdentifier, number, thisUpdate, nextUpdate, entries };
  return { der: encodeTbsCertList(content), algorithm };
}
