/** The rows of the table of settings (settings.ts) that become extensions of certificates. */
import { KEY_USAGES } from '../pki/key-usage.ts';
import { PURPOSES } from '../pki/purposes.ts';
import { crl } from './crl.ts';
import * as field from './fields.ts';
import { extendedKeyUsage, keyUsage } from './key-usage.ts';
import { nameConstraints } from './name-constraints.ts';
import { ocsp } from './ocsp.ts';
import { inhibitAnyPolicy, policies, policyConstraints } from './policies.ts';
import { extensions } from './private-extensions.ts';
import { entries, listed, type Row } from './setting.ts';
import { location } from './url.ts';

/** In the order in which they are listed everywhere. */
export const EXTENSION_SETTINGS = {
  nameConstraints: {
    places: { authority: nameConstraints.optional() },
    lesser: true,
    type: 'map of lists',
    byDefault: 'any name',
    meaning:
      'which names may stand below this authority (RFC 5280 §4.2.1.10): `permitted` and `excluded` lists of domains, ranges of addresses, `email:` and `uri:` hosts, and `dirName:` names that subjects begin with',
    examples: [{ permitted: ['example.test', '10.0.0.0/8'], excluded: ['secret.example.test'] }],
  },
  keyUsage: {
    places: entries(keyUsage),
    lesser: true,
    type: 'list of usages',
    byDefault: 'what TLS needs; an authority signs certificates and revocation lists',
    meaning: `what the key may do (RFC 5280 §4.2.1.3), in place of the default: ${listed(KEY_USAGES)}`,
    examples: [['digitalSignature', 'keyEncipherment']],
  },
  extendedKeyUsage: {
    places: entries(extendedKeyUsage),
    lesser: true,
    type: 'list of purposes',
    byDefault: '`serverAuth`, `clientAuth` or both, as the section says; none for an authority',
    meaning: `what the certificate is for (RFC 5280 §4.2.1.12): ${listed(Object.keys(PURPOSES))} or an OID`,
    examples: [
      ['serverAuth', 'clientAuth'],
      ['serverAuth', '1.3.6.1.5.2.3.5'],
    ],
  },
  policies: {
    places: entries(policies),
    lesser: true,
    type: 'list of policies',
    byDefault: 'none',
    meaning:
      'under which rules the certificate is issued (RFC 5280 §4.2.1.4): OIDs, or maps of `policy`, `cps` (an address) and `notice` (a text)',
    examples: [
      ['1.3.6.1.4.1.99999.1'],
      [{ policy: '1.3.6.1.4.1.99999.1', cps: 'https://pki.example.test/cps', notice: 'internal use' }],
    ],
  },
  policyConstraints: {
    places: { authority: policyConstraints.optional() },
    lesser: true,
    type: 'map of numbers',
    byDefault: 'none',
    meaning:
      'after how many further certificates each needs a policy (`requireExplicitPolicy`), and none may be mapped to another (`inhibitPolicyMapping`) (RFC 5280 §4.2.1.11)',
    examples: [{ requireExplicitPolicy: 0 }],
  },
  inhibitAnyPolicy: {
    places: { authority: inhibitAnyPolicy.optional() },
    lesser: true,
    type: '0 to 100',
    byDefault: 'never',
    meaning: 'after how many further certificates anyPolicy stands for none (RFC 5280 §4.2.1.14)',
    examples: [0],
  },
  mustStaple: {
    places: { leaf: field.mustStaple.optional() },
    lesser: true,
    type: '`true`, `false`',
    byDefault: 'not said',
    meaning:
      'the certificate demands that the server staples an OCSP response (RFC 7633); its issuer needs an `ocsp` for that',
    examples: [true],
  },
  ocspNoCheck: {
    places: { leaf: field.ocspNoCheck.optional() },
    lesser: true,
    type: '`true`, `false`',
    byDefault: 'not said',
    meaning:
      'the certificate of an OCSP responder says that its own revocation need not be asked for (RFC 6960 §4.2.2.2.1)',
    examples: [true],
  },
  crl: {
    places: { authority: crl.optional() },
    lesser: true,
    type: '`true`, or map',
    byDefault: 'none',
    meaning:
      'its revocation list, `crl.pem`: how long each is good for (`validity`, 30d) and when the next is made (`renewBefore`, a third of that). `url` is where it is, in what it signs (RFC 5280 §4.2.1.13), one or a list of them; `url` alone is that of a list made elsewhere',
    examples: [
      true,
      { validity: '7d', renewBefore: '2d', url: 'http://pki.example.test/issuing.crl' },
      { url: 'http://pki.example.test/issuing.crl' },
    ],
  },
  ocsp: {
    places: { authority: ocsp.optional() },
    lesser: true,
    type: '`true`, or map',
    byDefault: 'none',
    meaning:
      'answers about what it signed (RFC 6960), which `pki ocsp` gives: how long each is good for (`validity`, 7d) and when the next is signed (`renewBefore`, a third of that). `url` is where they are, in what it signs (RFC 5280 §4.2.2.1), one or a list of them',
    examples: [
      { url: 'http://ocsp.example.test' },
      { url: 'http://ocsp.example.test', validity: '4d', renewBefore: '2d' },
      true,
    ],
  },
  caIssuers: {
    places: { authority: location('http://pki.example.test/ca.cer').optional() },
    lesser: true,
    type: 'map',
    byDefault: 'none',
    meaning: 'where its certificate is, in what it signs (RFC 5280 §4.2.2.1): `url`, or a list of them',
    examples: [{ url: 'http://pki.example.test/issuing.cer' }],
  },
  extensions: {
    places: entries(extensions),
    lesser: true,
    type: 'map by OID',
    byDefault: 'none',
    meaning:
      'any other extension, each a map of one type and its value: `utf8` `ia5` `printable` `integer` `boolean` `oid` `null` `sequence` or `der` in hexadecimal digits, and `critical`',
    examples: [
      { '1.3.6.1.4.1.99999.7': { utf8: 'rack 12' } },
      { '1.3.6.1.4.1.99999.8': { sequence: [{ oid: '1.3.6.1.4.1.99999.9' }, { integer: 7 }] } },
    ],
  },
} as const satisfies Readonly<Record<string, Row>>;
