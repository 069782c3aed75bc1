// PKCS#12 as this program writes it, opened by programs that others wrote; and theirs, opened by this one.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyPiece } from '../../src/x509/parse.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { openPkcs12, parsePkcs12, pieceMark } from '../../src/x509/pkcs12.ts';
import { type Bag, localKeyIdOf, pkcs12 } from '../../src/x509/pkcs12-write.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { itNeeds } from '../e2e/project.ts';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl, selfSigned } from '../helpers/openssl.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const PASSWORD = 'Pä$$ word 12';
const ENCRYPTIONS = ['modern', 'compatible'] as const;

let keyPem = '';
let certificate: Buffer;
let root: Buffer;
beforeAll(() => {
  for (const name of ['root', 'api']) {
    const { key, cert } = selfSigned(`/CN=${name}`);
    writeFileSync(at(`${name}.key`), key);
    writeFileSync(at(`${name}.pem`), cert);
  }
  keyPem = readFileSync(at('api.key'), 'utf8');
  certificate = new X509Certificate(readFileSync(at('api.pem'))).raw;
  root = new X509Certificate(readFileSync(at('root.pem'))).raw;
  writeFileSync(at('password'), PASSWORD);
});

function keyBags(): readonly Bag[] {
  const der = createPrivateKey(keyPem).export({ format: 'der', type: 'pkcs8' });
  const localKeyId = localKeyIdOf(certificate);
  return [
    { kind: 'key', der, name: 'api', localKeyId },
    { kind: 'certificate', der: certificate, name: 'api', localKeyId },
    { kind: 'certificate', der: root },
  ];
}

function written(
  name: string,
  bags: readonly Bag[],
  encryption: 'modern' | 'compatible',
  password = PASSWORD,
): Buffer {
  const bytes = pkcs12(bags, { password, encryption, draw: randomBytes, pieces: ['a', 'b'] });
  writeFileSync(at(name), bytes);
  return bytes;
}

const trusted = (): readonly Bag[] => [{ kind: 'trusted', der: root, name: 'root' }];

describe.each(ENCRYPTIONS)('%s', (encryption) => {
  it('is read back with the password, and its mark without', () => {
    const bytes = written(`own-${encryption}.p12`, keyBags(), encryption);
    const pieces = [
      `encryption ${encryption}`,
      `${keyPiece(parseKey(Buffer.from(keyPem)).keyId)} as api`,
      `${sha256(certificate)} as api`,
      sha256(root),
    ];
    expect(openPkcs12(bytes, PASSWORD)).toEqual(pieces);
    expect(openPkcs12(bytes, `${PASSWORD} `)).toBeNull();
    expect(parsePkcs12(bytes).mark).toBe(pieceMark(['a', 'b']).toString('hex'));
    expect(
      bytes.includes(createPrivateKey(keyPem).export({ format: 'der', type: 'pkcs8' }).subarray(-32)),
    ).toBe(false);
  });

  it('openssl opens it, with its key and both certificates', async () => {
    written(`openssl-${encryption}.p12`, keyBags(), encryption);
    const args = [
      'pkcs12',
      '-in',
      at(`openssl-${encryption}.p12`),
      '-passin',
      `file:${at('password')}`,
      '-noenc',
    ];
    const text = await openssl(args);
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(text).toContain('friendlyName: api');
    const key = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/.exec(text)?.[0] ?? '';
    expect(createPrivateKey(key).equals(createPrivateKey(keyPem))).toBe(true);
    await expect(
      openssl(['pkcs12', '-in', at(`openssl-${encryption}.p12`), '-passin', 'pass:x', '-noenc']),
    ).rejects.toThrow();
  });

  it('what openssl writes is opened, too', async () => {
    const how =
      encryption === 'modern'
        ? []
        : ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];
    const out = at(`theirs-${encryption}.p12`);
    await openssl([
      'pkcs12',
      '-export',
      '-inkey',
      at('api.key'),
      '-in',
      at('api.pem'),
      '-name',
      'api',
      '-out',
      out,
      '-passout',
      `file:${at('password')}`,
      ...how,
    ]);
    expect(openPkcs12(readFileSync(out), PASSWORD)).toEqual([
      `encryption ${encryption}`,
      `${keyPiece(parseKey(Buffer.from(keyPem)).keyId)} as api`,
      `${sha256(certificate)} as api`,
    ]);
  });

  itNeeds(['keytool'], 'Java lists a key with its chain, and a root as trusted', async () => {
    written(`java-${encryption}.p12`, keyBags(), encryption, 'changeit');
    written(`trust-${encryption}.p12`, trusted(), encryption, 'changeit');
    const list = async (name: string): Promise<string> => {
      const args = ['-list', '-v', '-keystore', at(name), '-storepass', 'changeit', '-storetype', 'PKCS12'];
      return (await runProgram('keytool', args)).stdout;
    };
    const store = await list(`java-${encryption}.p12`);
    expect(store).toContain('Alias name: api');
    expect(store).toContain('Entry type: PrivateKeyEntry');
    const trust = await list(`trust-${encryption}.p12`);
    expect(trust).toContain('Entry type: trustedCertEntry');
    expect(trust).toContain('Alias name: root');
  });

  itNeeds(['certtool'], 'GnuTLS opens it', async () => {
    written(`gnutls-${encryption}.p12`, keyBags(), encryption, 'changeit');
    const args = [
      '--p12-info',
      '--inder',
      '--password',
      'changeit',
      '--infile',
      at(`gnutls-${encryption}.p12`),
    ];
    const { code, stdout, stderr } = await runProgram('certtool', args);
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/fail/i)]);
    expect(stdout).toContain('-----BEGIN CERTIFICATE-----');
  });

  itNeeds(['pk12util'], 'NSS opens it', async () => {
    written(`nss-${encryption}.p12`, keyBags(), encryption, 'changeit');
    const { code, stdout } = await runProgram('pk12util', [
      '-l',
      at(`nss-${encryption}.p12`),
      '-W',
      'changeit',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('Friendly Name: api');
  });
});

it('what is no such file is said to be none, and nothing of it is quoted', () => {
  for (const bytes of [Buffer.from('no'), Buffer.from([0x30, 0x03, 0x02, 0x01, 0x03]), certificate])
    expect(() => parsePkcs12(bytes)).toThrow(/^holds no readable PKCS#12/);
});

it.each([
  ['a key in 3DES', ['-keypbe', 'PBE-SHA1-3DES']],
  ['a certificate in 3DES', ['-certpbe', 'PBE-SHA1-3DES']],
  ['a MAC of SHA-1', ['-macalg', 'sha1']],
  ['SHA-256 over 3DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES']],
])('with %s it is encrypted in another way', async (what, how) => {
  const out = at(`${what}.p12`);
  const files = ['-inkey', at('api.key'), '-in', at('api.pem'), '-out', out];
  await openssl(['pkcs12', '-export', ...files, '-passout', `file:${at('password')}`, ...how]);
  expect(openPkcs12(readFileSync(out), PASSWORD)?.[0]).toBe('encryption other');
});
