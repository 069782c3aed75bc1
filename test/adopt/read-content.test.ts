/** What a file of an adopted folder holds, whatever its name: each kind of content, and what becomes of the rest. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FoundFile, Unusable } from '../../src/adopt/found.ts';
import { isTelling, readContent, UNREADABLE_CERTIFICATE } from '../../src/adopt/read-content.ts';
import { encodeInteger } from '../../src/x509/der-write.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { pemText } from '../../src/x509/pem.ts';
import { publicKeyFacts } from '../../src/x509/public-key.ts';
import { sequence } from '../helpers/certificate-der.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';
import { keyPem, smallCertificate, smallList } from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const OTHER = smallCertificate('other', { issuer: CA });
const KEY = keyPem(CA.key);
const PUBLIC = createPublicKey(KEY).export({ format: 'pem', type: 'spki' });
const LIST = smallList(CA, [['05']]);
const LIST_PEM = pemText('X509 CRL', LIST);
const REQUEST = opensslSync(
  ['req', '-new', '-newkey', 'ed25519', '-noenc', '-keyout', 'key.pem', '-subj', '/CN=req'],
  temporaryFolder(),
);
const BROKEN = pemText('CERTIFICATE', Buffer.from('3000', 'hex'));
const OTHER_PEM = pemText('DH PARAMETERS', sequence(encodeInteger(5)));
const SECRET = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
const LOCKED = generateKeyPairSync('ed25519').privateKey.export(SECRET).toString();
const DATABASE = 'R\t360131120000Z\t260131120000Z,keyCompromise\t01\tunknown\t/CN=a\n';
const VALID = 'V\t360131120000Z\t\t01\tunknown\t/CN=a\n';

const read = (content: string | Uint8Array, path = 'x.pem') => readContent(Buffer.from(content), path);
const EMPTY = { certificates: [], keys: [], requests: [], publicKeys: [], crls: [], revoked: [], others: [] };
const holding = (given: Partial<FoundFile>, path = 'x.pem'): FoundFile => ({ ...EMPTY, path, ...given });
const cert = ({ pem, der }: typeof CA) => ({ facts: parseCertificate(Buffer.from(pem)), der });
const readable = { state: 'readable', facts: parseKey(Buffer.from(KEY)) } as const;
const several = { state: 'unreadable', fault: { kind: 'several-keys' } } as const;
const spki = publicKeyFacts(CA.key.spki).keyId;

describe('blocks of a file, in their order', () => {
  it.each<[string, string, Partial<FoundFile>]>([
    ['a certificate', CA.pem, { certificates: [cert(CA)] }],
    ['two', OTHER.pem + CA.pem, { certificates: [cert(OTHER), cert(CA)] }],
    ['a key', KEY, { keys: [readable] }],
    ['a key and its certificate', KEY + CA.pem, { keys: [readable], certificates: [cert(CA)] }],
    ['two keys, of which programs take one or the other', KEY + LOCKED, { keys: [several, several] }],
    ['a key under a passphrase', LOCKED, { keys: [{ state: 'encrypted' }] }],
    ['a public key', String(PUBLIC), { publicKeys: [spki] }],
    ['something else', OTHER_PEM, { others: ['DH PARAMETERS'] }],
    ['what Netscape called certificates', pemText('PKCS7', CA.der), { others: ['PKCS7'] }],
    [
      'a certificate that cannot be read beside one that can',
      CA.pem + BROKEN,
      { certificates: [cert(CA)], others: [UNREADABLE_CERTIFICATE] },
    ],
    [
      'a list and a public key that cannot be read beside each other',
      pemText('X509 CRL', Buffer.of(0x30, 0)) + pemText('PUBLIC KEY', Buffer.of(0x30, 0)),
      { others: ['unreadable X509 CRL', 'unreadable PUBLIC KEY'] },
    ],
    [
      'one of a label that only OpenSSL reads, beside another',
      CA.pem + pemText('TRUSTED CERTIFICATE', CA.der),
      { certificates: [cert(CA)], others: ['TRUSTED CERTIFICATE'] },
    ],
  ])('%s', (_, content, given) => expect(read(content)).toEqual(holding(given)));

  it.each([
    ['as all write them', REQUEST],
    ['as Netscape did', REQUEST.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')],
  ])('a request, %s', (_, content) => {
    const found = read(content);
    expect(found).toMatchObject({ ...EMPTY, requests: [{ subject: [{ type: 'CN', value: 'req' }] }] });
  });

  it('a list, with its bytes', () => {
    const found = read(LIST_PEM) as FoundFile;
    expect(found).toMatchObject({
      ...EMPTY,
      crls: [{ form: 'pem', facts: { entries: [{ serial: '05' }] } }],
    });
    expect(Buffer.from(found.crls[0]?.der ?? [])).toEqual(LIST);
  });

  it('parameters in front of a key are part of it', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const parameters = pemText('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'));
    const key = String(privateKey.export({ format: 'pem', type: 'sec1' }));
    expect(read(parameters + key)).toMatchObject({ keys: [{ state: 'readable' }], others: [] });
    expect(read(parameters)).toEqual(holding({}));
  });

  it('whatever else is in the file, where it has blocks', () => {
    expect(read(`Certificate:\n    Data:\n${CA.pem}`)).toEqual(holding({ certificates: [cert(CA)] }));
    expect(read(CA.pem, 'notes.txt')).toEqual(holding({ certificates: [cert(CA)] }, 'notes.txt'));
  });
});

describe('a file that cannot be read', () => {
  const why = (content: string | Uint8Array, path?: string) => {
    const found = read(content, path) as Unusable;
    return found.why.kind === 'unreadable' ? found.why.fault : found.why;
  };
  const unusable = (text: string) => ({ kind: 'unusable', detail: expect.stringContaining(text) });

  it.each<[string, string, object]>([
    ['a certificate alone', BROKEN, unusable('holds no readable certificate: ')],
    [
      'a list alone',
      pemText('X509 CRL', Buffer.of(0x30, 0)),
      unusable('holds no readable revocation list: '),
    ],
    ['a public key alone', pemText('PUBLIC KEY', Buffer.of(0x30, 0)), unusable('no readable public key: ')],
    [
      'one of a label that only OpenSSL reads',
      pemText('TRUSTED CERTIFICATE', CA.der),
      { kind: 'rare-label', label: 'TRUSTED CERTIFICATE' },
    ],
    ['what is cut off', CA.pem.slice(0, 100), { kind: 'flawed-pem', flaw: expect.anything() }],
  ])('%s', (_, content, fault) => expect(why(content)).toEqual(fault));

  it('keeps its path', () => expect(read(BROKEN, 'a/b.crt')).toMatchObject({ path: 'a/b.crt' }));

  it('a key that is none is said beside what is good', () => {
    const bad = pemText('PRIVATE KEY', Buffer.of(0x30, 0));
    expect(read(bad + CA.pem)).toMatchObject({
      certificates: [{}],
      keys: [{ state: 'unreadable', fault: { kind: 'unusable', detail: expect.any(String) } }],
    });
  });
});

describe('keys of other programs', () => {
  it.each([
    ['a reference to a token', pemText('PKCS#11 PROVIDER URI', sequence(encodeInteger(1)))],
    ['one that a TPM keeps', pemText('TSS2 PRIVATE KEY', sequence(encodeInteger(1)))],
    ['the older of those', pemText('TSS KEY BLOB', sequence(encodeInteger(1)))],
  ])('%s is a key, whose public half is not known', (_, content) => {
    const found = read(content) as FoundFile;
    expect(found.keys).toEqual([
      { state: 'unreadable', fault: { kind: 'foreign-key', format: expect.any(Object) } },
    ]);
    expect(found.others).toEqual([]);
  });

  it('in DER is known by its public half, where the file has the name of a key', () => {
    const der = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
    const fault = { kind: 'foreign-key', format: { kind: 'der' } };
    expect(read(der, 'a.key')).toMatchObject({
      keys: [{ state: 'unreadable', fault, keyId: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    expect(read(der, 'a.der')).toMatchObject({ keys: [{ fault }] });
    expect(read(der, 'a.crt')).toEqual({
      path: 'a.crt',
      why: { kind: 'unreadable', fault: { kind: 'no-pem' } },
    });
  });
});

describe('what is no PEM', () => {
  const unreadable = (kind: string) => ({ kind: 'unreadable', fault: { kind } });
  const format = (name: string) => ({ kind: 'format', format: name });
  it.each<[string, string | Uint8Array, string, object]>([
    ['nothing', '', 'a.pem', unreadable('empty')],
    ['nothing, whatever the name', '', 'a.p12', unreadable('empty')],
    ['some text', 'hello', 'a.pem', unreadable('no-pem')],
    ['text of Windows', Buffer.from(`\ufeff${CA.pem}`, 'utf16le'), 'a.pem', unreadable('utf16')],
    ['a certificate in DER', CA.der, 'a.crt', format('a certificate in DER')],
    ['a certificate in DER, under the name of a key', CA.der, 'a.der', format('a certificate in DER')],
    ['a public key in DER', CA.key.spki, 'a.der', format('a public key in DER')],
    ['a container', 'x', 'a.p12', format('PKCS#12')],
    ['a container, in capitals', 'x', 'A.PFX', format('PKCS#12')],
    ['a key store', 'x', 'a.jks', format('a Java key store')],
    ['a key store by its longer name', 'x', 'a.keystore', format('a Java key store')],
    ['a trust store', 'x', 'a.truststore', format('a Java key store')],
    ['certificates of Windows', 'x', 'a.p7b', format('PKCS#7')],
    ['the same', 'x', 'a.p7c', format('PKCS#7')],
  ])('%s', (_, content, path, why) => expect(read(content, path)).toEqual({ path, why }));

  it('a request in DER', () => {
    const der = Buffer.from(REQUEST.replaceAll(/-----.*-----|\n/g, ''), 'base64');
    expect(read(der, 'a.csr')).toEqual({ path: 'a.csr', why: format('a request in DER') });
  });

  it('a list in DER is read', () => {
    expect(read(LIST, 'a.crl')).toMatchObject({ path: 'a.crl', crls: [{ form: 'der' }], certificates: [] });
  });

  it.each(['notes.txt', 'crt', 'a.crt.bak', 'README'])('%s is none of a PKI by its name', (path) => {
    expect([read('hello', path), read(CA.der, path), isTelling(path)]).toEqual([null, null, false]);
  });

  it.each(['pem', 'crt', 'cer', 'cert', 'key', 'csr', 'req', 'der', 'crl', 'PEM'])('a.%s is', (extension) => {
    expect(isTelling(`a.${extension}`)).toBe(true);
  });
});

describe('a revocation list', () => {
  const MARK = Buffer.from('efbbbf', 'hex');
  const form = (content: Uint8Array, path?: string) => {
    const found = read(content, path);
    return found !== null && 'crls' in found ? found.crls.map((crl) => [crl.form, crl.der]) : found;
  };
  it('counts with a line end behind its DER, as openssl reads it', () => {
    expect(form(Buffer.concat([LIST, Buffer.from('\r\n')]), 'a.crl')).toEqual([['der', LIST]]);
  });
  it('counts behind a byte order mark, as others do in a file without anything else', () => {
    const [one, two] = [LIST_PEM, LIST_PEM + LIST_PEM].map((text) =>
      Buffer.concat([MARK, Buffer.from(text)]),
    );
    expect(form(one ?? MARK)).toEqual([['pem', LIST]]);
    expect(form(two ?? MARK)).toHaveLength(2);
    const mixed = read(Buffer.concat([MARK, Buffer.from(LIST_PEM + CA.pem)]));
    expect(mixed).toMatchObject({ why: { fault: { kind: 'flawed-pem' } } });
  });
});

describe('a database of openssl', () => {
  const record = {
    serial: '01',
    reason: 'keyCompromise',
    subject: '/CN=a',
    date: Date.UTC(2026, 0, 31, 12) / 1000,
    notAfter: Date.UTC(2036, 0, 31, 12) / 1000,
  };
  it.each(['index.txt', 'index.pem'])('is read under the name of %s', (path) => {
    expect(read(DATABASE, path)).toEqual(holding({ revoked: [record] }, path));
    expect(read(VALID + DATABASE, path)).toEqual(holding({ revoked: [record] }, path));
  });
  it('is nothing where it revokes nothing', () => {
    expect([read(VALID, 'index.txt'), read(VALID, 'index.pem')]).toEqual([null, null]);
  });
});
