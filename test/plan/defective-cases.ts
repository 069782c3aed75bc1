/** Rows of defects, each by what it is, in whose certificate, and why the plan issues that again; fine ones have no reason. */
import { encode } from '../../src/x509/der-write.ts';
import {
  bits,
  bytes,
  CN,
  extension,
  integer,
  name,
  octets,
  oid,
  sequence,
  utcTime,
} from '../helpers/certificate-der.ts';
import { DAY, NOW } from '../helpers/entities.ts';
import { ALL, akiOf, type Defective, type Extensions, ISSUERS, KEYS, NAMES, type Who } from './defective.ts';

const ext = (extensions: Extensions): Defective => ({ extensions });
const more = (dotted: string, value: Buffer, isCritical = false): Defective =>
  ext({ more: extension(dotted, value, isCritical) });

const AIA = '1.3.6.1.5.5.7.1.1';
const lateTime = (seconds: number): Buffer => {
  const [text] = new Date(seconds * 1000).toISOString().replace(/[-:T]/g, '').split('.');
  return encode(0x18, Buffer.from(`${text}Z`));
};
const PRIVATE = '1.3.6.1.4.1.99999.5';
/** Octets of a value that makes a certificate larger than 100 KiB. */
const LARGE = Buffer.alloc(100 * 1024, 1);
const URL = encode(0x86, Buffer.from('http://pki.example.test/x'));
const OCSP_AT = sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), URL));
const DISTRIBUTION = sequence(sequence(encode(0xa0, encode(0xa0, URL))));
const MUST_STAPLE = sequence(integer('05'));
const POLICY = sequence(oid('1.3.6.1.4.1.99999.9'));
const subtree = (general: Buffer): Buffer => sequence(general);
const dnsName = (text: string): Buffer => encode(0x82, Buffer.from(text));
const permitted = (...names: readonly Buffer[]): Buffer => sequence(encode(0xa0, ...names.map(subtree)));

const CONSTRAINTS = '2.5.29.30';
const BELOW_TEST = dnsName('test');
/** What one critical constraint permits, with what follows the name. */
const constrained = (...parts: readonly Buffer[]): Defective =>
  more(CONSTRAINTS, sequence(encode(0xa0, sequence(...parts))), true);

/** The issuer's own certificate, named by these. */
const byCertificate = (who: Who, issuerName: Buffer, serial: Buffer): Defective => {
  const directory = encode(0xa1, encode(0xa4, issuerName));
  const number = encode(0x82, serial.subarray(2));
  return ext({ aki: extension('2.5.29.35', sequence(akiOf(KEYS[ISSUERS[who]].ski), directory, number)) });
};
const serialOf = (who: Who): Buffer => integer(`7${ALL.indexOf(who)}${'5a'.repeat(15)}`);

/** A name of UTF8Strings in PrintableStrings. */
const printable = (utf8: Buffer): Buffer =>
  Buffer.from(utf8.toString('hex').replaceAll('06035504030c', '060355040313'), 'hex');

/** Its subject, with an organization of such octets, in an authority or a leaf. */
export const organization = (who: Who, value: Buffer): Defective => {
  const rdn = encode(0x31, sequence(oid('2.5.4.10'), value));
  return { parts: { subject: sequence(rdn, NAMES[who].subarray(2)) } };
};

export type Row = readonly [
  what: string,
  who: readonly Who[],
  defective: (who: Who) => Defective,
  reason: string,
];

const EVERY_KIND = ALL;
const AUTHORITIES: readonly Who[] = ['root', 'inter'];
export const BELOW: readonly Who[] = ['inter', 'leaf'];

/** openssl refuses each of these. */
export const REFUSED: readonly Row[] = [
  ['an unknown critical extension', EVERY_KIND, () => more(PRIVATE, bytes('0500'), true), 'unknown-critical'],
  [
    'the same with plain text in it',
    EVERY_KIND,
    () => more(PRIVATE, Buffer.from('rack 12'), true),
    'unknown-critical',
  ],
  [
    'a critical must-staple',
    AUTHORITIES,
    () => more('1.3.6.1.5.5.7.1.24', MUST_STAPLE, true),
    'unknown-critical,staple-below',
  ],
  ['a critical AIA', EVERY_KIND, () => more('1.3.6.1.5.5.7.1.1', OCSP_AT, true), 'unknown-critical'],
  [
    'a critical issuer alternative name',
    EVERY_KIND,
    () => more('2.5.29.18', sequence(dnsName('x.test')), true),
    'unknown-critical',
  ],
  ['a CT poison', EVERY_KIND, () => more('1.3.6.1.4.1.11129.2.4.3', bytes('0500'), true), 'unusable'],
  [
    'proxyCertInfo',
    EVERY_KIND,
    () => more('1.3.6.1.5.5.7.1.14', sequence(sequence(oid('1.3.6.1.5.5.7.21.1'))), true),
    'unusable',
  ],
  [
    'a distribution point that is none',
    EVERY_KIND,
    () => more('2.5.29.31', Buffer.from('http://x')),
    'malformed',
  ],
  [
    'nsCertType that is none',
    EVERY_KIND,
    () => more('2.16.840.1.113730.1.1', Buffer.from('server')),
    'malformed',
  ],
  [
    'nsCertType of another purpose',
    ['leaf'],
    () => more('2.16.840.1.113730.1.1', bits(Buffer.of(0x80), 7)),
    'netscape-type',
  ],
  [
    'another algorithm beside the signature',
    BELOW,
    () => ({ outer: sequence(oid('1.2.840.10045.4.3.3')), digest: 'sha384' }),
    'two-signature-algorithms',
  ],
  [
    'parameters beside the signature alone',
    BELOW,
    () => ({ outer: sequence(oid('1.2.840.10045.4.3.2'), bytes('0500')) }),
    'two-signature-algorithms',
  ],
  ['a padded serial number', EVERY_KIND, () => ({ parts: { serial: integer('0012345678') } }), 'unreadable'],
  [
    'a critical SKI',
    EVERY_KIND,
    (who) => ext({ ski: extension('2.5.29.14', octets(Buffer.from(KEYS[who].ski, 'hex')), true) }),
    'differs subjectKeyIdentifier',
  ],
  [
    'a critical AKI',
    EVERY_KIND,
    (who) => ext({ aki: extension('2.5.29.35', sequence(akiOf(KEYS[ISSUERS[who]].ski)), true) }),
    'differs authorityKeyIdentifier',
  ],
  [
    'the AKI of another key',
    EVERY_KIND,
    () => ext({ aki: extension('2.5.29.35', sequence(akiOf('22'.repeat(20)))) }),
    'differs authorityKeyIdentifier',
  ],
  ['no AKI', BELOW, () => ext({ aki: null }), 'differs authorityKeyIdentifier'],
  [
    'an AKI of nothing',
    BELOW,
    () => ext({ aki: extension('2.5.29.35', sequence()) }),
    'differs authorityKeyIdentifier',
  ],
  [
    'an AKI that names the issuer by its subject',
    ['leaf'],
    (who) => byCertificate(who, NAMES.inter, serialOf('inter')),
    'differs authorityKeyIdentifier',
  ],
  [
    'an AKI with another serial number',
    EVERY_KIND,
    (who) => byCertificate(who, NAMES.root, integer('01')),
    'differs authorityKeyIdentifier',
  ],
  [
    'an AKI with another issuer',
    EVERY_KIND,
    (who) => byCertificate(who, name([CN, 'Else']), serialOf(ISSUERS[who])),
    'differs authorityKeyIdentifier',
  ],
  ['no SKI', AUTHORITIES, () => ext({ ski: null }), 'differs subjectKeyIdentifier'],
  [
    'a path length where there is no CA',
    ['leaf'],
    () => ext({ basicConstraints: extension('2.5.29.19', bytes('3003020100'), true) }),
    'differs pathLength',
  ],
  [
    'a negative path length',
    AUTHORITIES,
    () => ext({ basicConstraints: extension('2.5.29.19', bytes('30060101ff0201ff'), true) }),
    'unreadable',
  ],
  ['no basic constraints', AUTHORITIES, () => ext({ basicConstraints: null }), 'differs basicConstraints'],
  ['no key usage', AUTHORITIES, () => ext({ keyUsage: null }), 'differs keyUsage'],
  [
    'a key usage of nothing',
    EVERY_KIND,
    () => ext({ keyUsage: extension('2.5.29.15', bytes('030100'), true) }),
    'differs keyUsage',
  ],
  [
    'the usage of a CA',
    ['leaf'],
    () => ext({ keyUsage: extension('2.5.29.15', bytes('03020284'), true) }),
    'differs keyUsage',
  ],
  [
    'a key usage that is none',
    EVERY_KIND,
    () => ext({ keyUsage: extension('2.5.29.15', bytes('0500'), true) }),
    'unreadable',
  ],
  [
    'a purpose of something else',
    ['leaf'],
    () => ext({ purposes: extension('2.5.29.37', sequence(bytes('06082b06010505070302'))) }),
    'differs extendedKeyUsage',
  ],
  ['an empty list of names', ['leaf'], () => ext({ san: extension('2.5.29.17', sequence()) }), 'differs san'],
  [
    'names that are none',
    EVERY_KIND,
    () => ext({ san: extension('2.5.29.17', Buffer.from('leaf.test')) }),
    'unreadable',
  ],
  ['version 1', EVERY_KIND, () => ({ parts: { version: Buffer.of() } }), 'differs version'],
  [
    'name constraints that are none',
    AUTHORITIES,
    () => more(CONSTRAINTS, Buffer.from('.test'), true),
    'malformed',
  ],
  [
    'name constraints that are none, in a leaf',
    ['leaf'],
    () => more(CONSTRAINTS, Buffer.from('.test'), true),
    'misplaced',
  ],
  [
    'a policy for every certificate, and none in it',
    ['inter'],
    () => more('2.5.29.36', sequence(bytes('800100')), true),
    'explicit-policy',
  ],
  [
    'the same in a leaf',
    ['leaf'],
    () => more('2.5.29.36', sequence(bytes('800100')), true),
    'misplaced,explicit-policy',
  ],
  [
    'a critical must-staple',
    ['leaf'],
    () => more('1.3.6.1.5.5.7.1.24', MUST_STAPLE, true),
    'unknown-critical,must-staple',
  ],
  ['a policy twice', BELOW, () => more('2.5.29.32', sequence(POLICY, POLICY)), 'malformed'],
  ['policies that are none', BELOW, () => more('2.5.29.32', Buffer.from('1.2.3')), 'malformed'],
  ['policy constraints of nothing', ['inter'], () => more('2.5.29.36', sequence(), true), 'malformed'],
  ['a distribution point of another type', EVERY_KIND, () => more('2.5.29.31', bytes('0500')), 'malformed'],
];

/** openssl takes these; Go, NSS, webpki, pyca, GnuTLS or a browser does not, or RFC 5280 forbids them. */
export const ELSEWHERE: readonly Row[] = [
  ['a negative serial number', EVERY_KIND, () => ({ parts: { serial: integer('85d3') } }), 'negative-serial'],
  [
    'a serial number of 21 octets',
    EVERY_KIND,
    () => ({ parts: { serial: integer(`01${'ab'.repeat(20)}`) } }),
    'long-serial',
  ],
  ['serial number zero', BELOW, () => ({ parts: { serial: integer('00') } }), 'zero-serial'],
  // Go: distribution points, AIA, policies and what constrains them; GnuTLS: issuerAltName; pyca: AIA.
  ['a policy twice', ['root'], () => more('2.5.29.32', sequence(POLICY, POLICY)), 'malformed'],
  ['policies of another type', ['root'], () => more('2.5.29.32', sequence(integer('05'))), 'malformed'],
  ['AIA of plain text', EVERY_KIND, () => more(AIA, Buffer.from('http://x.test')), 'malformed'],
  ['AIA of nothing at all', EVERY_KIND, () => more(AIA, Buffer.of()), 'malformed'],
  ['AIA of another type', EVERY_KIND, () => more(AIA, bytes('0500')), 'malformed'],
  ['AIA with a length of BER', EVERY_KIND, () => more(AIA, bytes('308100')), 'malformed'],
  ['AIA with more behind it', EVERY_KIND, () => more(AIA, bytes('30000000')), 'malformed'],
  ['AIA without a method', EVERY_KIND, () => more(AIA, sequence(sequence(URL, URL))), 'malformed'],
  ['AIA without a place', EVERY_KIND, () => more(AIA, sequence(sequence(oid('1.2.3')))), 'malformed'],
  ['a distribution point without its list', EVERY_KIND, () => more('2.5.29.31', sequence(URL)), 'malformed'],
  ['an issuer name of plain text', EVERY_KIND, () => more('2.5.29.18', Buffer.from('x.test')), 'malformed'],
  ['an issuer name of no kind', EVERY_KIND, () => more('2.5.29.18', sequence(integer('05'))), 'malformed'],
  [
    'policy mappings of one',
    AUTHORITIES,
    () => more('2.5.29.33', sequence(sequence(oid('1.2.3')))),
    'malformed',
  ],
  [
    'policy mappings of numbers',
    AUTHORITIES,
    () => more('2.5.29.33', sequence(sequence(integer('05'), integer('05')))),
    'malformed',
  ],
  ['policy constraints of nothing', ['root'], () => more('2.5.29.36', sequence()), 'malformed'],
  [
    'policy constraints of another kind',
    AUTHORITIES,
    () => more('2.5.29.36', sequence(bytes('820100'))),
    'malformed',
  ],
  // pyca, of the first; Go and pyca, of the second; GnuTLS as well, of the last.
  [
    'name constraints with their default',
    AUTHORITIES,
    () => constrained(BELOW_TEST, bytes('800100')),
    'malformed',
  ],
  [
    'name constraints without one',
    AUTHORITIES,
    () => more(CONSTRAINTS, sequence(bytes('a000')), true),
    'malformed',
  ],
  [
    'a range with holes',
    AUTHORITIES,
    () => constrained(encode(0x87, bytes('0a000000ff00ff00'))),
    'malformed',
  ],
  ['inhibitAnyPolicy of another type', AUTHORITIES, () => more('2.5.29.54', sequence(), true), 'malformed'],
  ['inhibitAnyPolicy below zero', AUTHORITIES, () => more('2.5.29.54', integer('ff'), true), 'malformed'],
  [
    'must-staple, which GnuTLS then wants below',
    AUTHORITIES,
    () => more('1.3.6.1.5.5.7.1.24', MUST_STAPLE),
    'staple-below',
  ],
  [
    'dates of years that have four digits, for pyca',
    EVERY_KIND,
    () => ({ parts: { validity: sequence(utcTime(NOW - DAY), lateTime(NOW - DAY + 100 * DAY - 1)) } }),
    'late-dates',
  ],
  ['more octets than a handshake can have', BELOW, () => more(PRIVATE, LARGE), 'oversized'],
  [
    'a unique identifier of the issuer',
    EVERY_KIND,
    () => ({ parts: { between: encode(0x81, bytes('00ab')) } }),
    'unique-identifier',
  ],
  [
    'a unique identifier of the subject',
    EVERY_KIND,
    () => ({ parts: { between: encode(0x82, bytes('00ab')) } }),
    'unique-identifier',
  ],
  ['must-staple without a responder', ['leaf'], () => more('1.3.6.1.5.5.7.1.24', MUST_STAPLE), 'must-staple'],
  [
    'a CT poison that is not critical',
    EVERY_KIND,
    () => more('1.3.6.1.4.1.11129.2.4.3', bytes('0500')),
    'unusable',
  ],
  ['name constraints', ['leaf'], () => more('2.5.29.30', permitted(dnsName('test')), true), 'misplaced'],
  ['inhibitAnyPolicy', ['leaf'], () => more('2.5.29.54', integer('00'), true), 'misplaced'],
  [
    'policy mappings',
    ['leaf'],
    () => more('2.5.29.33', sequence(sequence(oid('1.2.3'), oid('1.2.4')))),
    'misplaced',
  ],
  [
    'the name of its issuer in strings of another type, for Go',
    BELOW,
    (who) => ({ parts: { issuer: printable(NAMES[ISSUERS[who]]) } }),
    'differs issuer',
  ],
  [
    'nsCertType of a server',
    ['inter'],
    () => more('2.16.840.1.113730.1.1', bits(Buffer.of(0x40), 6)),
    'netscape-type',
  ],
  [
    'TRUE as 01',
    EVERY_KIND,
    () => ext({ keyUsage: sequence(oid('2.5.29.15'), bytes('010101'), octets(bytes('03020780'))) }),
    'unreadable',
  ],
  [
    'a length of too many octets',
    EVERY_KIND,
    () => ext({ keyUsage: sequence(oid('2.5.29.15'), bytes('0101ff'), bytes('04810403020780')) }),
    'unreadable',
  ],
  [
    'a default that is spelled out',
    ['leaf'],
    () => ext({ basicConstraints: extension('2.5.29.19', bytes('3003010100'), true) }),
    'unreadable',
  ],
];

/** Octets of a name's value that OpenSSL takes for no text, and with them the certificate for none. */
export const NO_TEXTS: readonly (readonly [string, string])[] = [
  ['VisibleString', '1a0441636d65'],
  ['GeneralString', '1b0441636d65'],
  ['GraphicString', '190441636d65'],
  ['VideotexString', '150441636d65'],
  ['octets', '040441636d65'],
  ['a number', '020105'],
  ['BOOLEAN', '0101ff'],
  ['NULL', '0500'],
  ['an OID', '06022a03'],
  ['ENUMERATED', '0a0101'],
  ['UTCTime', '170d3236303130313030303030305a'],
  ['GeneralizedTime', '180f32303236303130313030303030305a'],
  ['a set', '31030c0141'],
  ['a tag of the context', '800141'],
  ['Latin-1 as UTF8String', '0c0346fc72'],
  ['a surrogate as UTF8String', '0c03eda080'],
  ['NUL in two octets of UTF8String', '0c02c080'],
  ['half a pair in a BMPString', '1e04d83d0041'],
  ['a pair in a BMPString', '1e04d83dde00'],
  ['a pair in a UniversalString', '1c080000d83d0000de00'],
];

/** Strange ones that it does. */
export const TEXTS: readonly (readonly [string, string])[] = [
  ['NumericString of letters', '1203616263'],
  ['PrintableString with an @', '130361406d'],
  ['IA5String with Latin-1', '1601e9'],
  ['T61String', '140346fc72'],
  ['bits', '030300aabb'],
  ['a sequence', '30030c0141'],
  ['BMPString', '1e0400c400d7'],
  ['UniversalString of a character beyond', '1c040001f600'],
  ['UTF8String of one', '0c04f09f9880'],
  ['NUL in UTF8String', '0c03610062'],
  ['no characters', '0c00'],
  ['a type that has no name', '0d0101'],
];

/** What others made, and no one refuses. */
export const FINE: readonly Row[] = [
  ['nothing else', EVERY_KIND, () => ({}), ''],
  [
    'a name that it has twice',
    ['leaf'],
    () => ext({ san: extension('2.5.29.17', sequence(dnsName('leaf.test'), dnsName('leaf.test'))) }),
    '',
  ],
  ['a private extension of plain text', EVERY_KIND, () => more(PRIVATE, Buffer.from('rack 12')), ''],
  ['AIA', BELOW, () => more(AIA, OCSP_AT), ''],
  ['AIA of an empty list', EVERY_KIND, () => more(AIA, sequence()), ''],
  ['an issuer name', EVERY_KIND, () => more('2.5.29.18', sequence(dnsName('x.test'), URL)), ''],
  [
    'policy mappings',
    AUTHORITIES,
    () => more('2.5.29.33', sequence(sequence(oid('1.2.3'), oid('1.2.4')))),
    '',
  ],
  ['a limit of policy mappings', AUTHORITIES, () => more('2.5.29.36', sequence(bytes('810100')), true), ''],
  ['a distribution point', EVERY_KIND, () => more('2.5.29.31', DISTRIBUTION), ''],
  ['a critical distribution point', EVERY_KIND, () => more('2.5.29.31', DISTRIBUTION, true), ''],
  ['a policy', EVERY_KIND, () => more('2.5.29.32', sequence(POLICY)), ''],
  ['a critical policy', EVERY_KIND, () => more('2.5.29.32', sequence(POLICY), true), ''],
  [
    'must-staple with a responder',
    ['leaf'],
    () =>
      ext({
        staple: extension('1.3.6.1.5.5.7.1.24', MUST_STAPLE),
        aia: extension('1.3.6.1.5.5.7.1.1', OCSP_AT),
      }),
    '',
  ],
  [
    'name constraints that allow what is below',
    AUTHORITIES,
    () => more('2.5.29.30', permitted(dnsName('test')), true),
    '',
  ],
  ['nsCertType of what it is', ['leaf'], () => more('2.16.840.1.113730.1.1', bits(Buffer.of(0x40), 6)), ''],
  ['nsCertType of a CA', AUTHORITIES, () => more('2.16.840.1.113730.1.1', bits(Buffer.of(0x07), 0)), ''],
  ['inhibitAnyPolicy', AUTHORITIES, () => more('2.5.29.54', integer('00'), true), ''],
  [
    'policy constraints that a root has',
    ['root'],
    () => more('2.5.29.36', sequence(bytes('800100')), true),
    '',
  ],
  [
    'an AKI that names the certificate as well',
    EVERY_KIND,
    (who) => byCertificate(who, NAMES.root, serialOf(ISSUERS[who])),
    '',
  ],
  [
    'the same with a name in capitals',
    EVERY_KIND,
    (who) => byCertificate(who, name([CN, ' ROOT  ']), serialOf(ISSUERS[who])),
    '',
  ],
  ['as much as is left in a handshake', EVERY_KIND, () => more(PRIVATE, LARGE.subarray(2048)), ''],
  [
    'more octets than a handshake can have, where it takes part in none',
    ['root'],
    () => more(PRIVATE, LARGE),
    '',
  ],
  ['serial number zero', ['root'], () => ({ parts: { serial: integer('00') } }), ''],
  [
    'a serial number of 20 octets and the sign',
    EVERY_KIND,
    () => ({ parts: { serial: integer(`00ff${'ab'.repeat(19)}`) } }),
    '',
  ],
  [
    'the usages of k3s and kubeadm',
    AUTHORITIES,
    () => ext({ keyUsage: extension('2.5.29.15', bytes('030202a4'), true) }),
    '',
  ],
  [
    'the usage of mkcert',
    AUTHORITIES,
    () => ext({ keyUsage: extension('2.5.29.15', bytes('03020204'), true) }),
    '',
  ],
];

/** Each row for each that it is about. */
export const cases = (rows: readonly Row[]) =>
  rows.flatMap(([what, all, defective, reason]) => all.map((who) => ({ what, who, defective, reason })));
