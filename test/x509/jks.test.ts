// JKS as this program writes it, opened by keytool; and keytool's, opened by this one.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJks, parseJks } from '../../src/x509/jks.ts';
import { jks } from '../../src/x509/jks-write.ts';
import { keyPiece } from '../../src/x509/parse.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { pieceMark } from '../../src/x509/pkcs12.ts';
import type { Bag } from '../../src/x509/pkcs12-write.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { itNeeds } from '../e2e/project.ts';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl, selfSigned } from '../helpers/openssl.ts';

const PASSWORD = 'Pä$$ word 12';
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const api = selfSigned('/CN=api');
const [own, root] = [api, selfSigned('/CN=root')].map(({ cert }) => new X509Certificate(cert).raw) as [
  Buffer,
  Buffer,
];
const keyDer = createPrivateKey(api.key).export({ format: 'der', type: 'pkcs8' });
const keyId = parseKey(Buffer.from(api.key)).keyId;

const KEY: readonly Bag[] = [
  { kind: 'key', der: keyDer, name: 'Api' },
  { kind: 'certificate', der: own, name: 'Api' },
  { kind: 'certificate', der: root },
];
const TRUST: readonly Bag[] = [
  { kind: 'trusted', der: root, name: 'root' },
  { kind: 'trusted', der: own, name: 'Über' },
];
const KEY_PIECES = ['format jks', `${keyPiece(keyId)} as api`, `${sha256(own)} as api`, sha256(root)];
const TRUST_PIECES = ['format jks', `trusted ${sha256(root)} as root`, `trusted ${sha256(own)} as über`];
const written = (bags: readonly Bag[]): Buffer => jks(bags, { password: PASSWORD, draw: randomBytes });

describe.each([
  ['a key and its chain', KEY, KEY_PIECES],
  ['roots', TRUST, TRUST_PIECES],
] as const)('%s', (_, bags, pieces) => {
  it('is read back with the password, and without: only the key is closed', () => {
    expect(openJks(written(bags), PASSWORD)).toEqual(pieces);
    expect(parseJks(written(bags)).mark).toBe(pieceMark(pieces).toString('hex'));
  });

  it('is closed to any other password, and to this one where an octet has changed', () => {
    expect(openJks(written(bags), `${PASSWORD}.`)).toBeNull();
    for (const offset of [40, -30, -1]) {
      const bytes = written(bags);
      const index = (bytes.length + offset) % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
      expect(openJks(bytes, PASSWORD)).toBeNull();
    }
  });

  it('cut short or extended, it is no key store', () => {
    const bytes = written(bags);
    for (const length of [0, 3, 12, 20, 31, 60, bytes.length - 1])
      expect(() => parseJks(bytes.subarray(0, length))).toThrow('holds no readable Java key store');
    expect(() => parseJks(Buffer.concat([bytes, Buffer.alloc(9)]))).toThrow('holds no readable');
  });
});

it('an entry of a third kind is none that can be read', () => {
  const bytes = written(KEY);
  expect(bytes.readUInt32BE(12)).toBe(1);
  bytes.writeUInt32BE(3, 12);
  expect(() => parseJks(bytes)).toThrow('holds no readable Java key store');
});

it('draws a salt for each key', () => {
  expect(written(KEY)).not.toEqual(written(KEY));
  expect(written(KEY).includes(keyDer.subarray(36, 68))).toBe(false);
});

/** By a file: an argument could be seen. */
async function keytool(...args: readonly string[]): Promise<string> {
  writeFileSync(at('password'), 'correct-horse');
  const { code, stdout, stderr } = await runProgram('keytool', args);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout;
}

itNeeds(['keytool'], 'keytool takes the key out of it, and lists every root as trusted', async () => {
  const options = { password: 'correct-horse', draw: randomBytes };
  // PKCS#12 of Java takes no chain that is none.
  writeFileSync(at('key.jks'), jks(KEY.slice(0, 2), options));
  writeFileSync(at('trust.jks'), jks(TRUST, options));
  const from = ['-srckeystore', at('key.jks'), '-srcstorepass:file', at('password')];
  const to = [
    '-destkeystore',
    at('key.p12'),
    '-deststoretype',
    'PKCS12',
    '-deststorepass:file',
    at('password'),
  ];
  await keytool('-importkeystore', '-noprompt', ...from, ...to);
  const pem = await openssl([
    'pkcs12',
    '-in',
    at('key.p12'),
    '-passin',
    `file:${at('password')}`,
    '-nocerts',
    '-noenc',
  ]);
  expect(createPrivateKey(pem).equals(createPrivateKey(api.key))).toBe(true);
  const listed = await keytool('-list', '-keystore', at('trust.jks'), '-storepass:file', at('password'));
  expect(listed.match(/trustedCertEntry/g)).toHaveLength(2);
});

itNeeds(['keytool'], 'what keytool writes is read alike', async () => {
  const store = ['-keystore', at('theirs.jks'), '-storetype', 'JKS', '-storepass:file', at('password')];
  const made = ['-genkeypair', '-alias', 'Theirs', '-keyalg', 'EC', '-dname', 'CN=theirs'];
  await keytool(...made, ...store, '-keypass:file', at('password'));
  const bytes = readFileSync(at('theirs.jks'));
  const pieces = openJks(bytes, 'correct-horse');
  expect(pieces?.slice(0, 1)).toEqual(['format jks']);
  expect(pieces?.[1]).toMatch(/^key [0-9a-f]{64} as theirs$/);
  expect(pieces).toHaveLength(3);
  expect(parseJks(bytes).mark).toBe(pieceMark(pieces ?? []).toString('hex'));
});
