// Private keys in every encoding that OpenSSL reads: both halves are checked in each, and what is not for us is named.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { children, type Der, readAll, TAG } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import type { KeyFormat } from '../../src/x509/key-format.ts';
import { parseLabelledKey } from '../../src/x509/parse-der.ts';
import { EncryptedKeyError, ForeignKeyError, parseKey } from '../../src/x509/parse-key.ts';
import { pemText } from '../../src/x509/pem.ts';
import { DamagedKeyError } from '../../src/x509/private-key.ts';
import { EVERYTHING } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();

const parse = (text: string) => parseKey(Buffer.from(text, 'latin1'));
const der = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): Buffer => key.export({ format: 'der', type });
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

/** What was thrown. */
function thrown(text: string | Buffer): unknown {
  try {
    return parseKey(Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1'));
  } catch (error) {
    return error;
  }
}

function formatOf(text: string | Buffer): KeyFormat | null {
  const error = thrown(text);
  return error instanceof ForeignKeyError ? error.format : null;
}

const EC = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const PSS = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
const ED25519 = generateKeyPairSync('ed25519').privateKey;
const PLAIN = pemText('PRIVATE KEY', der(EC, 'pkcs8'));
writeFileSync(join(folder, 'plain.pem'), PLAIN);

function asText(pem: string, ...more: readonly string[]): string {
  return opensslSync(['pkey', '-noout', '-text', ...more], folder, pem);
}

describe('every encoding of a key', () => {
  const command = (...args: readonly string[]): string => opensslSync(args, folder, PLAIN);
  it.each([
    ['Windows line ends', crlf(PLAIN)],
    ['SEC 1', command('ec')],
    ['SEC 1 behind its parameters', command('ecparam', '-name', 'prime256v1') + command('ec')],
    ['SEC 1 without the point', command('ec', '-no_public')],
    [
      'behind its certificate',
      opensslSync(['req', '-x509', '-key', 'plain.pem', '-subj', '/CN=x'], folder, PLAIN) + PLAIN,
    ],
  ])('is the same key: %s', (_, text) => expect(parse(text)).toEqual(parse(PLAIN)));

  it.each([
    ['rsa-2048', pemText('RSA PRIVATE KEY', der(RSA, 'pkcs1')), 'RSA'],
    ['rsa-pss-2048', pemText('PRIVATE KEY', der(PSS, 'pkcs8')), 'RSA-PSS'],
    ['ed25519', pemText('PRIVATE KEY', der(ED25519, 'pkcs8')), 'ED25519'],
    [
      'ecdsa-secp256k1',
      opensslSync(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'], folder),
      'EC',
    ],
    [
      'ecdsa-brainpoolP256r1',
      opensslSync(['ecparam', '-name', 'brainpoolP256r1', '-genkey', '-noout'], folder),
      'EC',
    ],
    ['ecdsa-p256', command('ec', '-conv_form', 'compressed'), 'a compressed point'],
  ])('has the name of its kind: %s', (spec, text) => expect(parse(text).spec).toBe(spec));
});

/** Offset of a value within the bytes that it is a view of. */
const offset = (value: Der | undefined, whole: Buffer): number =>
  (value?.body.byteOffset ?? 0) - whole.byteOffset;

/** The nth number of an RSA key, or the scalar or point of an EC key, with one bit of its middle turned over. */
function damaged(whole: Buffer, nth: number): Buffer {
  const bytes = Buffer.from(whole);
  const parts = children(readAll(bytes));
  const inner = parts[2]?.tag === 0x04 ? children(readAll(parts[2].body)) : parts;
  const part = inner[nth];
  const at = offset(part, bytes) + ((part?.body.length ?? 0) >> 1);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

describe('a key whose halves do not match is damaged, in every encoding', () => {
  type Row = readonly [what: string, text: string];
  const ec8 = der(EC, 'pkcs8');
  const sec1 = der(EC, 'sec1');
  const compressed = opensslSync(['ec', '-conv_form', 'compressed'], folder, PLAIN);
  const compressedDer = Buffer.from(compressed.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  const k1 = der(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, 'pkcs8');
  it.each<Row>([
    ['PKCS#8', pemText('PRIVATE KEY', damaged(ec8, 1))],
    ['Windows line ends', crlf(pemText('PRIVATE KEY', damaged(ec8, 1)))],
    ['text in front', `key\n${pemText('PRIVATE KEY', damaged(ec8, 1))}`],
    ['SEC 1', pemText('EC PRIVATE KEY', damaged(sec1, 1))],
    ['a compressed point', pemText('EC PRIVATE KEY', damaged(compressedDer, 1))],
    ['another curve', pemText('PRIVATE KEY', damaged(k1, 1))],
    ...[3, 4, 5, 6, 7, 8].map(
      (nth) =>
        [`number ${nth} of PKCS#1`, pemText('RSA PRIVATE KEY', damaged(der(RSA, 'pkcs1'), nth))] as Row,
    ),
    ...[3, 4, 5, 6, 7, 8].map(
      (nth) => [`number ${nth} of RSA-PSS`, pemText('PRIVATE KEY', damaged(der(PSS, 'pkcs8'), nth))] as Row,
    ),
  ])('%s', (_, text) => {
    expect(thrown(text)).toBeInstanceOf(DamagedKeyError);
    writeFileSync(join(folder, 'damaged.pem'), text);
    expect(() => opensslSync(['pkey', '-in', 'damaged.pem', '-check', '-noout'], folder)).toThrow();
  });
});

const block = (label: string, content = Buffer.alloc(99, 'content')): string => pemText(label, content);

describe('what may be a key for another program is named', () => {
  const explicit = opensslSync(
    ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-param_enc', 'explicit'],
    folder,
  );
  const v2 = (() => {
    const [version, ...rest] = children(readAll(der(ED25519, 'pkcs8')));
    expect(version?.body[0]).toBe(0);
    return encode(
      0x30,
      Buffer.from('020101', 'hex'),
      ...rest.map(({ bytes }) => bytes),
      encode(0x81, Buffer.alloc(33)),
    );
  })();
  const unknown = encode(
    0x30,
    Buffer.from('020100', 'hex'),
    encode(0x30, Buffer.from('060b6086480165030403120a0b', 'hex').subarray(0, 13)),
    encode(0x04, Buffer.alloc(32, 7)),
  );
  const mlDsa = encode(
    0x30,
    Buffer.from('020100', 'hex'),
    encode(0x30, Buffer.from('0609608648016503040312', 'hex')),
    encode(0x04, Buffer.alloc(32, 7)),
  );
  const utf16 = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(PLAIN, 'utf16le')]);
  const rows: readonly (readonly [string, string | Buffer, KeyFormat['kind']])[] = [
    ['of tpm2-openssl', block('TSS2 PRIVATE KEY'), 'tpm'],
    ['of a TPM 1.2', block('TSS KEY BLOB'), 'tpm'],
    ['of pkcs11-provider', block('PKCS#11 PROVIDER URI'), 'pkcs11'],
    ['a URI', 'pkcs11:token=softhsm;object=server;type=private\n', 'pkcs11'],
    ['a handle of tpm2-openssl', 'handle:0x81000001\n', 'uri'],
    ['a key of a cloud', 'awskms:///arn:aws:kms:eu-north-1:1:key/2a?region=eu-north-1', 'uri'],
    ['a secret of 1Password', 'op://Private/api/key.pem\n', 'uri'],
    ['of OpenSSH', block('OPENSSH PRIVATE KEY'), 'openssh'],
    [
      'of SSH2',
      '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56w\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n',
      'openssh',
    ],
    ['of PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', 'putty'],
    ['a JSON Web Key', JSON.stringify(EC.export({ format: 'jwk' })), 'jwk'],
    ['age', 'age-encryption.org/v1\n-> X25519 abc\n', 'wrapped'],
    ['armored age', block('AGE ENCRYPTED FILE'), 'wrapped'],
    ['sops', '{ "data": "ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:YmF6,type:str]" }', 'wrapped'],
    ['Ansible', '$ANSIBLE_VAULT;1.1;AES256\n6231\n', 'wrapped'],
    ['git-lfs', 'version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 241\n', 'wrapped'],
    ['git-crypt', Buffer.concat([Buffer.from('\0GITCRYPT\0'), Buffer.alloc(40, 5)]), 'wrapped'],
    ['PGP', block('PGP MESSAGE'), 'wrapped'],
    ['an unknown label', block('SEALED BLOB'), 'label'],
    ['DSA', block('DSA PRIVATE KEY'), 'label'],
    ['PKCS#8 of an algorithm to come', pemText('PRIVATE KEY', mlDsa), 'algorithm'],
    ['PKCS#8 of version 2', pemText('PRIVATE KEY', v2), 'pkcs8-v2'],
    ['explicit parameters', explicit, 'explicit-curve'],
    [
      'explicit parameters in PKCS#8',
      opensslSync(['pkcs8', '-topk8', '-nocrypt'], folder, explicit),
      'explicit-curve',
    ],
    ['a byte order mark', `\xef\xbb\xbf${PLAIN}`, 'flawed-pem'],
    ['indented', PLAIN.replaceAll(/^/gm, '    '), 'flawed-pem'],
    ['in one line, as environment variables have it', PLAIN.replaceAll('\n', '\\n'), 'flawed-pem'],
    ['something behind its end', PLAIN.replace(/-----\n$/, '-----"\n'), 'flawed-pem'],
    ['a second key', PLAIN + pemText('PRIVATE KEY', der(RSA, 'pkcs8')), 'several-keys'],
    ['in UTF-16', utf16, 'utf16'],
    ['base64 alone', der(EC, 'pkcs8').toString('base64'), 'base64'],
    ['PEM in base64', Buffer.from(PLAIN).toString('base64'), 'base64-pem'],
    ['an object of Kubernetes', `data:\n  tls.key: ${Buffer.from(PLAIN).toString('base64')}\n`, 'base64-pem'],
    ['a sealed object of Kubernetes', 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n', 'wrapped'],
    ['a token of Fernet', `gAAAAABn${'kZ3-_9'.repeat(20)}==\n`, 'wrapped'],
    ['a key of Google’s KMS', 'projects/p/locations/global/keyRings/r/cryptoKeys/k\n', 'uri'],
    ['hex digits', `${der(EC, 'pkcs8').toString('hex')}\n`, 'hex'],
    [
      'hex digits with colons',
      der(RSA, 'pkcs8')
        .toString('hex')
        .replaceAll(/(..)(?=.)/g, '$1:'),
      'hex',
    ],
    ['the text of an EC key by openssl', asText(PLAIN), 'numbers'],
    ['the text of an RSA key by openssl', asText(pemText('PRIVATE KEY', der(RSA, 'pkcs8'))), 'numbers'],
    ['the text of an EC key by certtool', 'curve:\tSECP256R1\nprivate key:\n\t7e:e5:d6\n', 'numbers'],
    ['the text of an RSA key by certtool', 'modulus:\n\t00:cf\n\nprivate exponent:\n\t0c:80\n', 'numbers'],
    ['XML of .NET', '<RSAKeyValue><Modulus>zw==</Modulus><D>DIAH\n</D></RSAKeyValue>', 'numbers'],
    ['libgcrypt', '(private-key (ecc (curve Ed25519)(q #40#)(d #7e#)))', 'numbers'],
    ['gpg-agent', 'Created: 20261128T120000\nKey: (protected-private-key (rsa (n #00#)))\n', 'numbers'],
    ['BIND', 'Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: fuXW\n', 'numbers'],
    ['DER', der(EC, 'pkcs8'), 'der'],
    ['an unknown binary', Buffer.from(Array.from({ length: 99 }, (_, i) => (i * 37) % 256)), 'binary'],
    ['JKS', Buffer.concat([Buffer.from('feedfeed00000002', 'hex'), Buffer.alloc(99)]), 'java-keystore'],
  ];
  it.each(rows)('%s', (_, content, kind) => expect(formatOf(content)?.kind).toBe(kind));

  it.each([
    ['text', 'see vault: secret/data/api'],
    ['a drive of Windows', 'C:\\keys\\api.pem'],
    ['text of several lines', 'todo:one\ntodo:two'],
    ['a digest', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n'],
    ['an object of Kubernetes without files', 'kind: Secret\ndata: {}\n'],
    ['the text of a public key', asText(opensslSync(['pkey', '-pubout'], folder, PLAIN), '-pubin')],
    ['a public key in XML', '<RSAKeyValue><Modulus>zw==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>'],
    ['the name of a private key', 'the private key: see the safe\n'],
  ])('and not %s', (_, content) => expect(formatOf(content)).toBeNull());

  it('by the algorithm’s name where there is one, else by its number', () => {
    expect(formatOf(pemText('PRIVATE KEY', mlDsa))).toEqual({ kind: 'algorithm', name: 'ml-dsa-65' });
    expect(formatOf(pemText('PRIVATE KEY', unknown))).toEqual({
      kind: 'algorithm',
      name: '2.16.840.1.101.3.4.3.18.10.11',
    });
  });

  it.each([
    [
      'a byte order mark',
      `\xef\xbb\xbf${PLAIN}`,
      'has a byte order mark in line 1, which not every program reads',
    ],
    [
      'indented behind a remark',
      `a key\n${PLAIN.replaceAll(/^/gm, '    ')}`,
      'has spaces or other text beside a PEM boundary in line 2, which not every program reads',
    ],
  ])('with what is wrong around it, and where: %s', (_, content, flaw) =>
    expect(formatOf(content)).toEqual({ kind: 'flawed-pem', flaw }),
  );

  it('as OpenSSL and Java write it', ({ skip }) => {
    writeFileSync(join(folder, 'rsa.pem'), pemText('PRIVATE KEY', der(RSA, 'pkcs8')));
    const read = (...args: readonly string[]): Buffer => execFileSync('openssl', args, { cwd: folder });
    expect(formatOf(read('rsa', '-in', 'rsa.pem', '-outform', 'MSBLOB'))).toEqual({
      kind: 'windows-blob',
      form: 'MSBLOB',
    });
    expect(formatOf(read('rsa', '-in', 'rsa.pem', '-outform', 'PVK', '-pvk-none'))).toEqual({
      kind: 'windows-blob',
      form: 'PVK',
    });
    opensslSync(['req', '-x509', '-key', 'rsa.pem', '-subj', '/CN=x', '-out', 'x.pem'], folder);
    const store = read('pkcs12', '-export', '-inkey', 'rsa.pem', '-in', 'x.pem', '-passout', 'pass:x');
    expect(formatOf(store)).toEqual({ kind: 'pkcs12' });
    skip(!EVERYTHING, 'keytool takes seconds: PKI_TEST_ALL=1');
    const args = [
      '-genkeypair',
      '-keystore',
      'x.jks',
      '-storetype',
      'JKS',
      '-storepass',
      'secret',
      '-keypass',
      'secret',
    ];
    execFileSync('keytool', [...args, '-dname', 'CN=x', '-keyalg', 'RSA', '-alias', 'x'], {
      cwd: folder,
      stdio: 'ignore',
    });
    expect(formatOf(execFileSync('cat', ['x.jks'], { cwd: folder }))).toEqual({ kind: 'java-keystore' });
  });
});

describe('is a key for OpenSSL, and not for every program', () => {
  const sec1 = der(EC, 'sec1');
  const hybrid = opensslSync(['ec', '-conv_form', 'hybrid'], folder, PLAIN);
  it.each<readonly [string, string, string]>([
    [
      'PKCS#8 under the label of SEC 1',
      pemText('EC PRIVATE KEY', der(EC, 'pkcs8')),
      'the form of another label',
    ],
    [
      'PKCS#8 under the label of PKCS#1',
      pemText('RSA PRIVATE KEY', der(RSA, 'pkcs8')),
      'the form of another label',
    ],
    ['SEC 1 under the label of PKCS#8', pemText('PRIVATE KEY', sec1), 'the form of another label'],
    [
      'PKCS#1 under the label of PKCS#8',
      pemText('PRIVATE KEY', der(RSA, 'pkcs1')),
      'the form of another label',
    ],
    [
      'an octet behind',
      pemText('PRIVATE KEY', Buffer.concat([der(ED25519, 'pkcs8'), Buffer.of(0)])),
      'octets behind',
    ],
    [
      'an octet behind SEC 1',
      pemText('EC PRIVATE KEY', Buffer.concat([sec1, Buffer.of(0)])),
      'octets behind',
    ],
    ['a hybrid point', hybrid, 'hybrid form'],
  ])('%s', (_, text, flaw) => {
    expect(asText(text)).toContain('Private-Key');
    expect(formatOf(text)).toEqual({ kind: 'flawed-pem', flaw: expect.stringContaining(flaw) });
  });
  it('with both halves, which have to match in the hybrid form as well', () => {
    const turned = Buffer.from(hybrid.split('-----')[2] ?? '', 'base64');
    const at = turned.length - 1;
    turned[at] = (turned[at] ?? 0) ^ 1;
    expect(formatOf(pemText('EC PRIVATE KEY', turned))).toBeNull();
  });
});

describe('is a key for some other program', () => {
  const curveless = (...tags: readonly number[]): string => {
    const parts = children(readAll(der(EC, 'sec1'))).filter(({ tag }) => tags.includes(tag));
    return pemText('EC PRIVATE KEY', encode(TAG.sequence, ...parts.map(({ bytes }) => bytes)));
  };
  const parameters = pemText('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'));
  const below = (header: string, pem: string): string => pem.replace('KEY-----\n', `KEY-----\n${header}\n\n`);
  const pkcs8 = pemText('PRIVATE KEY', der(EC, 'pkcs8'));
  it.each<readonly [string, string, string | null]>([
    ['a comment above it', below('Comment: of the API', pkcs8), 'header'],
    ['a comment of two lines', below('Comment: of\n the API\nX-Made: 2024', pkcs8), 'header'],
    ['a comment above nothing', below('Comment: of the API', pemText('PRIVATE KEY', Buffer.of(1, 2))), null],
    ['no curve', curveless(2, 4, 0xa1), 'leaves out its curve'],
    ['its curve in a block before it', parameters + curveless(2, 4, 0xa1), 'leaves out its curve'],
    ['neither its curve nor its public half', curveless(2, 4), 'leaves out its curve'],
    ['its version alone', curveless(2), null],
  ])('with %s', (_, text, flaw) => {
    expect(formatOf(text)).toEqual(
      flaw === null ? null : { kind: 'flawed-pem', flaw: expect.stringContaining(flaw) },
    );
  });
});

/** A good key in PKCS#8 but for the version, of which there are two (RFC 5958 §2): OpenSSL 4.0 refuses it, 3.0 does not. */
function inVersion(version: number): string {
  const whole = Buffer.from(der(EC, 'pkcs8'));
  expect(whole.subarray(3, 6)).toEqual(Buffer.of(2, 1, 0)); // behind a length of one octet more
  whole[5] = version;
  return pemText('PRIVATE KEY', whole);
}

describe('is no key for anyone', () => {
  it.each<readonly [string, string]>([
    ['nothing', ''],
    ['white space', ' \n\n'],
    ['text', 'put the key here'],
    ['what a disk leaves', '\0'.repeat(4096)],
    ['the first half of a key', PLAIN.slice(0, 120)],
    ['a key with a character lost', PLAIN.slice(0, 60) + PLAIN.slice(61)],
    ['a number', '0a0b0c0d'.repeat(40)],
    ['a certificate', opensslSync(['req', '-x509', '-key', 'plain.pem', '-subj', '/CN=x'], folder, PLAIN)],
    ['a public key', opensslSync(['pkey', '-pubout'], folder, PLAIN)],
    ['parameters', opensslSync(['ecparam', '-name', 'prime256v1'], folder)],
    ...[2, 127, 128].map((version) => [`version ${version} of PKCS#8`, inVersion(version)] as const),
  ])('%s', (_, text) => {
    expect(thrown(text)).toMatchObject({ name: 'Error', message: 'holds no readable private key' });
  });
});

const LOCKED_HEADERS = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n';

it('a locked key is locked, whatever its label is', () => {
  const locked = createPrivateKey(PLAIN)
    .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-128-cbc', passphrase: 'x' })
    .toString();
  for (const text of [
    locked,
    locked.slice(0, 99),
    crlf(locked),
    opensslSync(['ec', '-aes128', '-passout', 'pass:x'], folder, PLAIN),
    // Its headers say so, and openssl believes them.
    pemText('EC PRIVATE KEY', der(EC, 'sec1')).replace('\n', `\n${LOCKED_HEADERS}\n`),
  ])
    expect(thrown(text)).toBeInstanceOf(EncryptedKeyError);
  expect(parse(`UNENCRYPTED\n${PLAIN}`)).toEqual(parse(PLAIN));
  expect(parse(`this key is not ENCRYPTED\n${PLAIN}`)).toEqual(parse(PLAIN));
});

it('no message quotes the key', () => {
  const secret = der(EC, 'pkcs8').toString('base64').slice(60, 90);
  for (const text of [
    PLAIN.replaceAll(/^/gm, ' '),
    PLAIN.replace('-----END', '----- END'),
    `${PLAIN}${PLAIN}`,
    secret.repeat(4),
  ])
    expect(JSON.stringify([thrown(text), String(thrown(text))])).not.toContain(secret);
});

describe('a key that has to be under one label', () => {
  const RSA_PEM = pemText('RSA PRIVATE KEY', der(RSA, 'pkcs1'));
  const EC_PEM = pemText('EC PRIVATE KEY', der(EC, 'sec1'));
  it.each([
    ['RSA PRIVATE KEY', RSA_PEM, RSA],
    ['EC PRIVATE KEY', EC_PEM, EC],
  ])('is read under %s', (label, text, key) => {
    const [piece] = parseLabelledKey(Buffer.from(text), label);
    expect(piece).toContain(parse(pemText('PRIVATE KEY', der(key, 'pkcs8'))).keyId);
  });

  it.each([
    [
      'RSA PRIVATE KEY',
      pemText('PRIVATE KEY', der(RSA, 'pkcs8')),
      'holds "PRIVATE KEY" and not "RSA PRIVATE KEY"',
    ],
    ['EC PRIVATE KEY', PLAIN, 'holds "PRIVATE KEY" and not "EC PRIVATE KEY"'],
    ['EC PRIVATE KEY', RSA_PEM, 'holds "RSA PRIVATE KEY" and not "EC PRIVATE KEY"'],
    ['EC PRIVATE KEY', '', 'holds no private key'],
  ])('is not taken from another: %s', (label, text, problem) => {
    expect(() => parseLabelledKey(Buffer.from(text), label)).toThrow(problem);
  });
});
