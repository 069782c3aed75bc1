/** Extensions that `extensions` does not take, because a field of their own decides about them, or none may have them. */

/** By OID: the name, and what to write instead. */
export const RESERVED_EXTENSIONS: Readonly<Record<string, { readonly name: string; readonly hint: string }>> =
  {
    '2.5.29.14': row('subjectKeyIdentifier', 'it follows from the key'),
    '2.5.29.15': row('keyUsage', 'write "keyUsage"'),
    '2.5.29.17': row('subjectAltName', 'write "san"'),
    '2.5.29.19': row(
      'basicConstraints',
      'they follow from the section, and from "pathLength" of an authority',
    ),
    '2.5.29.30': row('nameConstraints', 'write "nameConstraints" of an authority'),
    '2.5.29.31': row('crlDistributionPoints', 'write "crl": { url: … } in the authority that signs'),
    '2.5.29.32': row('certificatePolicies', 'write "policies"'),
    '2.5.29.33': row('policyMappings', 'let both authorities state the same policies'),
    '2.5.29.35': row('authorityKeyIdentifier', 'it follows from the key of the issuer'),
    '2.5.29.36': row('policyConstraints', 'write "policyConstraints" of an authority'),
    '2.5.29.37': row('extendedKeyUsage', 'write "extendedKeyUsage"'),
    '2.5.29.54': row('inhibitAnyPolicy', 'write "inhibitAnyPolicy" of an authority'),
    '1.3.6.1.5.5.7.1.1': row(
      'authorityInfoAccess',
      'write "ocsp" or "caIssuers": { url: … } in the authority that signs',
    ),
    '1.3.6.1.5.5.7.1.14': row('proxyCertInfo', 'OpenSSL refuses certificates that have it'),
    '1.3.6.1.5.5.7.1.24': row('TLS feature', 'write "mustStaple: true"'),
    '1.3.6.1.5.5.7.48.1.5': row('ocspNoCheck', 'write "ocspNoCheck: true"'),
    '1.3.6.1.4.1.11129.2.4.2': row(
      'signedCertificateTimestamps',
      'only logs of Certificate Transparency make it',
    ),
    '1.3.6.1.4.1.11129.2.4.3': row('precertificatePoison', 'no verifier accepts a certificate that has it'),
    '2.16.840.1.113730.1.1': row(
      'nsCertType',
      'write "extendedKeyUsage": OpenSSL and Java still enforce both',
    ),
  };

function row(name: string, hint: string) {
  return { name, hint };
}
