/** What is taken out of files and out of keys: by kind, by number, and nothing of what is something else. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { crlBlocks, listText } from '../../src/x509/crl.ts';
import { context, DerError, readAll } from '../../src/x509/der.ts';
import { assertDer } from '../../src/x509/der-strict.ts';
import { encode } from '../../src/x509/der-write.ts';
import { nameDer, nextName } from '../../src/x509/name.ts';
import {
  certificateBlocks,
  certificateLabelled,
  certificateLikeBlocks,
  certificatesText,
  isUtf16,
  keyPiece,
  listPiece,
  onlyRequest,
  parseCertificate,
  parseCertificates,
  parseListPieces,
  parsePieces,
  parsePublicKey,
} from '../../src/x509/parse.ts';
import { pemText } from '../../src/x509/pem.ts';
import { ecKeyOf } from '../../src/x509/private-key.ts';
import { publicKeyFacts, sha256 } from '../../src/x509/public-key.ts';
import { requestContent, requestFacts, requestSpki, requestSubject } from '../../src/x509/request.ts';
import { CN, extension, integer, name, oid, sequence, signed } from '../helpers/certificate-der.ts';
import { keyPem, smallCertificate, smallKey, smallList } from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const OTHER = smallCertificate('other');
const KEY = keyPem(CA.key);
const KEY_ID = publicKeyFacts(CA.key.spki).keyId;
const [LIST, SECOND] = [smallList(CA), smallList(OTHER)];
const list = (der: Buffer): string => pemText('X509 CRL', der);
const trusted = pemText('TRUSTED CERTIFICATE', OTHER.der);
const publicPem = String(createPublicKey(KEY).export({ format: 'pem', type: 'spki' }));
const DH = pemText('DH PARAMETERS', sequence(integer('05')));

const ED25519 = sequence(oid('1.3.101.112'));
/** A request of a small key, with what stands behind its public key. */
function request(...behind: readonly Buffer[]): Buffer {
  const key = smallKey();
  return signed(sequence(integer('00'), name([CN, 'req']), key.spki, ...behind), key, ED25519, null);
}
const requestPem = (der: Buffer, label = 'CERTIFICATE REQUEST'): string => pemText(label, der);
const bytes = (...texts: readonly string[]): Buffer => Buffer.from(texts.join(''), 'latin1');

describe('the pieces of a file', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'certificates and a key, in their order',
      OTHER.pem + KEY + CA.pem,
      [sha256(OTHER.der), keyPiece(KEY_ID), sha256(CA.der)],
    ],
    ['a key alone', KEY, [`key ${KEY_ID}`]],
    [
      'what some program takes for a certificate',
      CA.pem + trusted,
      [sha256(CA.der), `TRUSTED CERTIFICATE ${sha256(OTHER.der)}`],
    ],
    [
      'not what means nothing there',
      publicPem + CA.pem + DH + requestPem(request()) + list(LIST),
      [sha256(CA.der)],
    ],
    ['nor an older request', CA.pem + requestPem(request(), 'NEW CERTIFICATE REQUEST'), [sha256(CA.der)]],
  ])('%s', (_, text, pieces) => expect(parsePieces(bytes(text))).toEqual(pieces));

  it.each(['', publicPem, trusted, list(LIST)])('are none without a certificate or a key', (text) => {
    expect(() => parsePieces(bytes(text))).toThrow('holds no certificate');
  });

  it('of lists stand behind certificates', () => {
    const both = [sha256(CA.der), listPiece(sha256(LIST)), `crl ${sha256(SECOND)}`];
    expect(parseListPieces(bytes(CA.pem, publicPem, list(LIST), list(SECOND)))).toEqual(both);
    expect(parseListPieces(bytes(list(LIST), KEY))).toEqual([`crl ${sha256(LIST)}`, `key ${KEY_ID}`]);
    expect(() => parseListPieces(bytes(CA.pem))).toThrow('holds no revocation list');
  });
});

describe('certificates of a file', () => {
  const file = bytes(CA.pem, publicPem, trusted, OTHER.pem);
  it('are those that are labelled as such, or what OpenSSL reads as well', () => {
    expect(certificateBlocks(file).map(sha256)).toEqual([CA, OTHER].map(({ der }) => sha256(der)));
    expect(certificateLabelled(file).map(sha256)).toEqual([CA, OTHER].map(({ der }) => sha256(der)));
    expect(certificateLikeBlocks(file).map(sha256)).toEqual([CA, OTHER, OTHER].map(({ der }) => sha256(der)));
    expect(certificatesText([CA.der, OTHER.der])).toBe(CA.pem + OTHER.pem);
  });
  it('are read, each, or none is', () => {
    expect(parseCertificates(file).map(({ fingerprint }) => fingerprint)).toEqual(
      [CA, OTHER].map(({ der }) => sha256(der)),
    );
    const broken = bytes(CA.pem, pemText('CERTIFICATE', Buffer.of(0x30, 0)));
    expect(() => parseCertificates(broken)).toThrow(/^holds no readable certificates: /);
  });
  it('are those before what is cut off', () => {
    const cut = bytes(CA.pem, OTHER.pem.slice(0, 80));
    expect(certificateBlocks(cut)).toHaveLength(1);
    expect(() => certificateLabelled(cut)).toThrow();
  });
});

it('lists of a file are its blocks, or the whole of it', () => {
  const file = bytes(CA.pem, list(LIST), list(SECOND));
  expect(crlBlocks(file).map(sha256)).toEqual([sha256(LIST), sha256(SECOND)]);
  expect(crlBlocks(LIST)).toEqual([LIST]);
  expect(listText(file)).toBe(list(LIST) + list(SECOND));
  expect(listText(file, (der) => sha256(der) === sha256(SECOND))).toBe(list(SECOND));
  expect(listText(LIST)).toBe(list(LIST));
});

it.each<[string, Buffer, string]>([
  ['DER', CA.key.spki, 'is DER, and only PEM can be used'],
  ['UTF-16', Buffer.from(`\ufeff${publicPem}`, 'utf16le'), 'is text in UTF-16'],
  ['a certificate', bytes(CA.pem), 'holds no complete PUBLIC KEY block'],
])('a public key is not read out of %s', (_, content, why) => {
  expect(() => parsePublicKey(content)).toThrow(`holds no readable public key: ${why}`);
});

it('a public key is the first of its file, and text that begins with a zero is no DER', () => {
  expect(parsePublicKey(bytes(CA.pem, publicPem))).toBe(KEY_ID);
  expect(parsePublicKey(bytes('0 comments\n', publicPem))).toBe(KEY_ID);
  expect(() => parseCertificate(CA.der)).toThrow('is DER, and only PEM can be used');
});

it('values may stand 32 deep in each other, and no deeper', () => {
  const nested = (depth: number): Buffer => (depth === 0 ? sequence() : sequence(nested(depth - 1)));
  expect(() => assertDer(readAll(nested(32)))).not.toThrow();
  expect(() => assertDer(readAll(nested(33)))).toThrow('values are nested too deeply');
});

it.each([
  ['fffe', true],
  ['feff', true],
  ['fffd', false],
  ['fefe', false],
  ['00fe', false],
  ['ff', false],
  ['', false],
])('%s is the mark of UTF-16: %s', (hex, expected) =>
  expect(isUtf16(Buffer.from(hex, 'hex'))).toBe(expected),
);

describe('the one request of a file', () => {
  const der = request();
  it('is in PEM of either label, or the whole file', () => {
    expect(onlyRequest(der)).toEqual(der);
    for (const label of ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'])
      expect(Buffer.from(onlyRequest(bytes(KEY, requestPem(der, label))))).toEqual(der);
  });
  it('is none of two, and there is none elsewhere', () => {
    expect(() => onlyRequest(bytes(requestPem(der), requestPem(der)))).toThrow(
      'holds 2 certification requests',
    );
    expect(() => onlyRequest(bytes(CA.pem))).toThrow('holds no certification request');
  });
});

describe('what a request asks for', () => {
  const san = extension('2.5.29.17', sequence(encode(0x82, Buffer.from('a.test'))));
  const asking = (type = '1.2.840.113549.1.9.14') => sequence(oid(type), encode(0x31, sequence(san)));
  const challenge = sequence(oid('1.2.840.113549.1.9.7'), encode(0x31, encode(0x0c, Buffer.from('x'))));
  const attributes = (...all: readonly Buffer[]) => encode(context(0), ...all);

  it.each<[string, readonly Buffer[], readonly string[]]>([
    ['its names', [attributes(asking())], ['dns:a.test']],
    ['behind another attribute', [attributes(challenge, asking())], ['dns:a.test']],
    [
      'the first of two',
      [attributes(asking(), sequence(oid('1.2.840.113549.1.9.14'), encode(0x31)))],
      ['dns:a.test'],
    ],
    ['nothing', [attributes()], []],
    ['nothing, without the attributes that all requests have', [], []],
    ['nothing by an attribute of another type', [attributes(asking('1.2.840.113549.1.9.13'))], []],
    ['nothing by what stands under another number', [encode(context(1), asking())], []],
  ])('%s', (_, behind, names) => {
    const der = request(...behind);
    expect(requestFacts(der)).toMatchObject({ san: names, signatureFits: true });
    const { extensions, signature, spec } = requestContent(der);
    expect(extensions.extensions.subjectAltName?.value ?? []).toEqual(names);
    expect([signature, spec]).toEqual([{ name: 'ED25519', isCheckable: true }, 'ed25519']);
  });

  it('with its subject and its key', () => {
    const der = request(attributes());
    expect(Buffer.from(requestSubject(der))).toEqual(name([CN, 'req']));
    expect(publicKeyFacts(requestSpki(der)).keyId).toBe(requestFacts(der).keyId);
    const broken = Buffer.from(der);
    broken[broken.length - 1] = (broken[broken.length - 1] ?? 0) ^ 1;
    expect([requestFacts(broken).signatureFits, requestContent(broken).signatureFits]).toEqual([
      false,
      false,
    ]);
    expect(() => requestFacts(sequence(integer('00')))).toThrow(DerError);
  });
});

describe('both halves of an EC key', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  it('are read, whatever the curve', () => {
    const { d, x, y } = privateKey.export({ format: 'jwk' });
    const octets = (text = '') => Buffer.from(text, 'base64url');
    const found = ecKeyOf(der) as { scalar: Uint8Array; point: Uint8Array };
    expect(Buffer.from(found.scalar)).toEqual(octets(d));
    expect(Buffer.from(found.point)).toEqual(Buffer.concat([Buffer.of(4), octets(x), octets(y)]));
  });
  it.each([
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
  ])('are no halves of a key of %s', (_, key) => {
    expect(ecKeyOf(key.export({ format: 'der', type: 'pkcs8' }))).toBeUndefined();
  });
  it('are not compared where the curve is written out, or the point is left out', () => {
    const ec = oid('1.2.840.10045.2.1');
    const whole = (parameters: Buffer, ...parts: readonly Buffer[]) =>
      sequence(integer('00'), sequence(ec, parameters), encode(0x04, sequence(integer('01'), ...parts)));
    const scalar = encode(0x04, Buffer.alloc(32, 1));
    expect(ecKeyOf(whole(sequence(integer('01')), scalar))).toBe('explicit-curve');
    expect(ecKeyOf(whole(oid('1.2.840.10045.3.1.7'), scalar))).toBeUndefined();
    expect(ecKeyOf(whole(oid('1.2.840.10045.3.1.7')))).toBeUndefined();
  });
});

describe('a name of several attributes in one RDN', () => {
  const attribute = (dotted: string, value: string) =>
    sequence(oid(dotted), encode(0x0c, Buffer.from(value)));
  const [o, cn] = [attribute('2.5.4.10', 'Acme'), attribute('2.5.4.3', 'x')];
  const O = { type: 'O', value: 'Acme' } as const;
  const joined = [O, { type: 'CN', value: 'x', joined: true }] as const;
  const plain = [O, { type: 'CN', value: 'x' }] as const;
  // In a SET OF, DER has the order of the octets (X.690 §11.6).
  const one = sequence(encode(0x31, cn, o)).toString('hex');
  const two = sequence(encode(0x31, o), encode(0x31, cn)).toString('hex');

  it('is written as one, in the order of its octets', () => {
    expect([nameDer(joined), nameDer(plain)]).toEqual([one, two]);
  });

  it('is kept as it was, unless the manifest states the order', () => {
    expect(nextName({ subject: plain }, { subjectDer: one })).toBe(one);
    expect(nextName({ subject: plain, exactSubject: true }, { subjectDer: one })).toBe(two);
    expect(nextName({ subject: joined, exactSubject: true }, { subjectDer: two })).toBe(one);
    const turned = sequence(encode(0x31, cn), encode(0x31, o)).toString('hex');
    expect(nextName({ subject: plain }, { subjectDer: turned })).toBe(turned);
    expect(nextName({ subject: plain, exactSubject: true }, { subjectDer: turned })).toBe(two);
    const printable = two.replace('0c0441636d65', '130441636d65').replace('0c0178', '130178');
    expect(nextName({ subject: plain, exactSubject: true }, { subjectDer: printable })).toBe(printable);
  });
});
