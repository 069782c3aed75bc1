/** A manifest with something for every branch of an export: keys, names, purposes, lifetimes, trust, and what points elsewhere. */
import type { EndEntity, Inventory } from '../../src/pki/entity.ts';
import {
  aClient,
  anAuthority,
  anInventory,
  aPeer,
  aServer,
  DAY,
  dns,
  email,
  ip,
  uri,
} from '../helpers/entities.ts';

/** A root with a key of RSA, whose name has to be shortened. */
const OTHER = anAuthority({ name: 'Other_Root', key: { algorithm: 'rsa', size: 4096 }, outputs: ['ca'] });

/** Says where everything of it is. */
const SERVICES = anAuthority({
  name: 'services',
  issuer: 'authorities/root',
  subject: [
    { type: 'O', value: 'A/B + C=D\\E' },
    { type: 'OU', value: "it's", joined: true },
    { type: 'CN', value: 'services CA' },
  ],
  pathLength: 1,
  trust: ['authorities/root'],
  validity: 365 * DAY,
  crl: { url: ['http://pki.test/services.crl', 'ldap://pki.test/services'] },
  ocsp: { url: ['http://ocsp.test'], terms: { validity: DAY, renewBefore: { kind: 'share', share: 1 / 2 } } },
  caIssuers: { url: ['http://pki.test/services.cer'] },
  signing: { digest: 'sha384', padding: null },
});

/** Below two others, its key on no machine of the output folder; it has no common name. */
const EDGE = anAuthority({
  name: 'edge',
  issuer: SERVICES.id,
  subject: [{ type: 'O', value: 'Edge' }],
  key: { algorithm: 'rsa', size: 3072 },
  trust: ['authorities/root'],
  keyPlace: { kind: 'offline' },
  validity: 200 * DAY,
  crl: { url: [] },
});

const below = { issuer: SERVICES.id, trust: ['authorities/root'] } as const;

const API = aServer({
  ...below,
  name: 'api',
  subject: [
    { type: 'C', value: 'SE' },
    { type: 'O', value: 'Ex, ample' },
    { type: 'O', value: '{{ "two" }}' },
    { type: 'OU', value: 'web' },
    { type: 'L', value: 'Visby' },
    { type: 'ST', value: 'Gotland' },
    { type: 'street', value: 'Adelsgatan 1' },
    { type: 'postalCode', value: '621 57' },
    { type: 'CN', value: 'api.example.test' },
  ],
  san: [dns('*.example.test'), dns('api.example.test'), ip('127.0.0.1'), ip('::1'), uri('spiffe://a/b')],
  keyUsage: [
    'digitalSignature',
    'nonRepudiation',
    'keyEncipherment',
    'dataEncipherment',
    'keyAgreement',
    'keyCertSign',
    'cRLSign',
    'encipherOnly',
    'decipherOnly',
  ],
  extendedKeyUsage: [
    'serverAuth',
    'clientAuth',
    'codeSigning',
    'emailProtection',
    'timeStamping',
    'OCSPSigning',
  ],
  outputs: ['key', 'cert', 'fullchain', 'ca', 'secret'],
  objects: {
    secret: { name: 'api-tls', namespace: 'shop', labels: { app: 'api' }, annotations: { note: 'a: b' } },
  },
  locations: { crl: ['http://pki.test/services.crl'], ocsp: ['http://ocsp.test'], caIssuers: [] },
  renewBefore: { kind: 'seconds', seconds: DAY },
});

/** With what some engines alone can write: a user id, and a name of Windows. */
const ALICE = aClient({
  ...below,
  name: 'alice',
  subject: [
    { type: 'CN', value: 'alice@example.test' },
    { type: 'UID', value: 'u17' },
  ],
  san: [{ kind: 'upn', value: 'alice@corp.test' }],
  key: { algorithm: 'rsa', size: 2048 },
  trust: ['authorities/root', OTHER.id],
});

/** Of a key that others have. */
export const REQUEST = {
  kind: 'request',
  path: 'partner.csr',
  pem: '',
  key: { keyId: 'aa', keyIdentifier: 'bb', spki: 'cc' },
  ignored: [],
} as const;

/** Its key with those who sent a request. */
const PARTNER = aClient({
  ...below,
  name: 'partner',
  subject: [{ type: 'CN', value: 'a | b `c`' }],
  keyPlace: REQUEST,
});

/** Of an hour and a little, with a new key each time, and the least time before its end. */
const BRIEF = aClient({
  ...below,
  name: 'brief',
  subject: [],
  san: [dns('brief.test')],
  outputs: ['key', 'cert', 'secret'],
  key: { algorithm: 'ed25519' },
  validity: 3600,
  backdate: 60,
  renewBefore: { kind: 'seconds', seconds: 299 },
  rotateKey: true,
  signing: { digest: 'sha256', padding: 'pkcs1' },
});

/** With policies, and purposes that have no name; it is signed otherwise than is usual. */
const BROKER = aPeer({
  name: 'broker',
  issuer: EDGE.id,
  key: { algorithm: 'ecdsa', curve: 'P-521' },
  san: [dns('*.broker.test'), dns('broker.test')],
  extendedKeyUsage: ['clientAuth', 'anyExtendedKeyUsage', '1.3.6.1.4.1.311.20.2.2'],
  policies: [
    { oid: '1.2.3', qualifiers: [] },
    {
      oid: '1.2.4',
      qualifiers: [
        { kind: 'cps', text: 'https://pki.test/cps' },
        { kind: 'notice', text: 'For "us"' },
      ],
    },
  ],
  signing: { digest: 'sha512', padding: 'rsa-pss' },
  trust: [OTHER.id, 'authorities/root'],
});

const SIGNER = aServer({
  name: 'signer',
  key: { algorithm: 'rsa', size: 3072 },
  subject: [
    { type: 'CN', value: 'signer' },
    { type: 'serialNumber', value: 's4' },
  ],
  san: [email('signer@example.test')],
});
/** Of none of the kinds of TLS, from a root itself. */
const DIRECT: EndEntity = { ...SIGNER, kind: 'certificate', id: 'certificates/signer' };

/** All of it. */
export const SHOP: Inventory = anInventory(
  anAuthority({ key: { algorithm: 'ecdsa', curve: 'P-384' } }),
  OTHER,
  SERVICES,
  EDGE,
  API,
  ALICE,
  PARTNER,
  BRIEF,
  BROKER,
  DIRECT,
);
