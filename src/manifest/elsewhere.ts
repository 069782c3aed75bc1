/** What other tools have in a file like a manifest: what it is called here, or why there is nothing like it. */
import { eachWord } from '../pki/record.ts';

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
    org: 'organization',
    organisation: 'organization',
    organisationalunit: 'organizationalUnit',
    ou: 'organizationalUnit',
    c: 'country',
    st: 'state',
    province: 'state',
    l: 'locality',
    city: 'locality',
    dc: 'domain',
    domaincomponent: 'domain',
    uid: 'userId',
    sn: 'surname',
    gn: 'givenName',
    streetaddress: 'street',
    zip: 'postalCode',
    zipcode: 'postalCode',
    cas: 'authorities',
    authority: 'authorities',
    roots: 'authorities',
    intermediates: 'authorities',
    default: 'defaults',
    template: 'profile',
    templates: 'profiles',
    preset: 'profile',
    base: 'extends',
    inherits: 'extends',
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
const OWNER = '"owner", "group" and "mode" say whose the files are, and who else reads the key';
const REVOCATION = 'write "crl: true" in the authority that signs, and "revoked: true" in the entry';
const FORMS = '"outputs" says which files there are, such as "pkcs12: { password: env:NAME }"';
const DIGEST = 'write "digest", or "signature" for an RSA key, in the authority that signs';
const KEY = 'write "key: rsa-3072", "key: ecdsa-p256" or another kind of key';
const SECTION = 'entries stand under "servers", "clients", "peers" or "certificates"';
const INCLUDE =
  'a manifest is one file, or several documents in it: "profiles" and "defaults" share settings';
const RELOAD = '"onChange: { run: [systemctl, reload, nginx] }" runs a command once files have changed';

/** By key, folded: in lower case, without `-` and `_`. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ...eachWord('usage usages purpose basicconstraints isca', USAGES),
  ...eachWord('eku extkeyusage extendedkeyusages', 'write "extendedKeyUsage"'),
  ...eachWord('revoke revocation revocations revocationlist', REVOCATION),
  ...eachWord('crlurl crldistributionpoints cdp', 'write "crl": { url: … } in the authority that signs'),
  ...eachWord('ocspurl aia authorityinfoaccess', 'write "ocsp": { url: … } in the authority that signs'),
  ...eachWord('certificatepolicies policy', 'write "policies": [1.3.6.1.4.1.99999.1]'),
  ...eachWord('tlsfeature ocspmuststaple', 'write "mustStaple: true"'),
  ...eachWord('user uid gid perm perms permissions chmod chown', OWNER),
  ...eachWord('p12 pfx jks format encoding password', FORMS),
  ...eachWord('hash md sha signaturealgorithm sigalg', DIGEST),
  ...eachWord('include includes import imports', INCLUDE),
  ...eachWord('hook hooks reload exec command postcommand renewhook', RELOAD),
  ...eachWord('bits size keylength keybits curve algorithm algo', KEY),
  ...eachWord('serial', 'serial numbers are random'),
  ...eachWord('selfsigned self root', 'an authority without "issuer" is a root: it signs itself'),
  ...eachWord(
    'constraints permitted excluded',
    'write "nameConstraints" of an authority: { permitted: […], excluded: […] }',
  ),
  ...eachWord('$schema schema', 'write it as a comment: "# yaml-language-server: $schema=…"'),
  ...eachWord('certs certificate entities leaves leafs hosts nodes', SECTION),
  ...eachWord('ca issuer issuers', 'those who sign stand under "authorities"'),
]);

/** The hint for a key, however it is spelled. */
export function absentHint(key: string): string | undefined {
  return ABSENT.get(fold(key));
}
