/** What other tools have in a file like a manifest: what it is called here, or why there is nothing like it. */

/** What other tools call the same keys. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cn: 'commonName',
    sans: 'san',
    hosts: 'san',
    altnames: 'san',
    dnsnames: 'san',
    subjectaltname: 'san',
    subjectaltnames: 'san',
    subjectalternativename: 'san',
    subjectalternativenames: 'san',
    domain: 'san',
    domains: 'san',
    hostname: 'san',
    hostnames: 'san',
    addresses: 'san',
    dns: 'san',
    ip: 'san',
    ips: 'san',
    uri: 'san',
    uris: 'san',
    email: 'san',
    emails: 'san',
    ipaddresses: 'san',
    days: 'validity',
    expiry: 'validity',
    ttl: 'validity',
    lifetime: 'validity',
    duration: 'validity',
    expires: 'validity',
    expiration: 'validity',
    validfor: 'validity',
    notafter: 'validity',
    ca: 'issuer',
    signer: 'issuer',
    signedby: 'issuer',
    parent: 'issuer',
    maxpathlen: 'pathLength',
    pathlen: 'pathLength',
    pathlenconstraint: 'pathLength',
    renew: 'renewBefore',
    renewal: 'renewBefore',
    renewat: 'renewBefore',
    keytype: 'key',
    keysize: 'key',
    keyalgorithm: 'key',
    bits: 'size',
    o: 'organization',
    ou: 'organizationalUnit',
    c: 'country',
    st: 'state',
    province: 'state',
    l: 'locality',
    city: 'locality',
    cas: 'authorities',
    authority: 'authorities',
    roots: 'authorities',
    intermediates: 'authorities',
    default: 'defaults',
    out: 'output',
    outdir: 'output',
    directory: 'folder',
    dir: 'folder',
    path: 'folder',
    cabundle: 'trust',
  }),
);

/** Spellings of one word: `signed-by`, `SIGNED_BY`. */
function fold(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}

/** The key of a manifest that another tool calls so. */
export function aliasOf(key: string): string | undefined {
  return ALIASES.get(fold(key));
}

const USAGES =
  'what a certificate is for follows from where the entry stands; "keyUsage" and "extendedKeyUsage" say it otherwise';
const OWNER =
  'a manifest sets no owner and no mode: keys begin as 0600, and what you set on a file stays when it is replaced';
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
  return ABSENT.get(fold(key));
}

function keysFor(hint: string, keys: string): readonly (readonly [string, string])[] {
  return keys.split(' ').map((key) => [key, hint] as const);
}
