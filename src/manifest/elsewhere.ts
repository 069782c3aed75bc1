/** What other tools have in a file like a manifest, and this one has not: why, or where it is said here. */

const USAGES =
  'what a certificate is for follows from where the entry stands; "keyUsage" and "extendedKeyUsage" say it otherwise';
const OWNER =
  'a manifest sets no owner and no mode: keys are 0600; run "pki apply" as the user who reads them';
const REVOCATION =
  'there are no revocation lists yet: a short "validity" limits how long a stolen key is good for';
const FORMS = '"outputs" says which files there are; none has a passphrase yet';
const DIGEST = 'the signature follows from the key of the authority that signs';
const TEMPLATE = 'entries share settings by "defaults", or by anchors and merge keys: "<<: *name"';
const RELOAD = 'nothing is run after a change: let what runs "pki apply" reload the service';

/** By key, folded: in lower case, without `-` and `_`. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ...keysFor(USAGES, 'usage usages purpose basicconstraints isca'),
  ...keysFor('write "extendedKeyUsage"', 'eku extkeyusage extendedkeyusages'),
  ...keysFor(OWNER, 'owner user uid group gid mode perm perms permissions chmod chown'),
  ...keysFor(REVOCATION, 'crl crls crlurl ocsp ocspurl revoked revoke revocation revocations'),
  ...keysFor(FORMS, 'pkcs12 p12 pfx jks keystore truststore format encoding passphrase password'),
  ...keysFor(DIGEST, 'digest hash md sha signature signaturealgorithm sigalg'),
  ...keysFor(TEMPLATE, 'template templates profile profiles extends include includes import'),
  ...keysFor(RELOAD, 'hook hooks onchange reload exec command postcommand renewhook'),
  ...keysFor('serial numbers are random', 'serial serialnumber'),
  ...keysFor('an authority without "issuer" is a root: it signs itself', 'selfsigned self root'),
  ...keysFor(
    'write "nameConstraints" of an authority: { permitted: […], excluded: […] }',
    'constraints permitted excluded',
  ),
  ...keysFor('write it as a comment: "# yaml-language-server: $schema=…"', '$schema schema'),
  ...keysFor(
    'entries stand under "servers", "clients" or "peers"',
    'certificates certs certificate entities leaves leafs',
  ),
]);

/** The hint for a key, however it is spelled. */
export function absentHint(key: string): string | undefined {
  return ABSENT.get(key.toLowerCase().replaceAll(/[-_]/g, ''));
}

function keysFor(hint: string, keys: string): readonly (readonly [string, string])[] {
  return keys.split(' ').map((key) => [key, hint] as const);
}
