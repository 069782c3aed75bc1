/**
 * Whatever was done to a file: what this program takes for sound, openssl takes for sound as well, and for the same. A
 * plan that says "nothing to do" about a file that servers refuse would be worse than none.
 */
import { spawnSync } from 'node:child_process';
import {
  checkPrimeSync,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { context } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { parseCertificate, parsePublicKey, parseRequest } from '../../src/x509/parse.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { pemText } from '../../src/x509/pem.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { integer, octets, oid, sequence } from '../helpers/certificate-der.ts';
import { someOf } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const folder = temporaryFolder();

/** The same keys on every run, so that the same octets are changed: nothing here depends on luck. */
const fixed = (length: number, what: string): Buffer =>
  createHash('shake256', { outputLength: length }).update(what).digest();
const url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');
const octetsOf = (number: bigint): Buffer =>
  fromHex(
    number
      .toString(16)
      .padStart(2, '0')
      .replace(/^(?=(?:..)*.$)/, '0'),
  );

function ec(crv: string, curve: string, length: number): KeyObject {
  // Below the order of each curve.
  const d = Buffer.concat([Buffer.of(0), fixed(length - 1, crv)]);
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + length), point.subarray(1 + length)];
  return createPrivateKey({ key: { kty: 'EC', crv, d: url(d), x: url(x), y: url(y) }, format: 'jwk' });
}

function prime(what: string): bigint {
  const start = fixed(64, what);
  start[0] = (start[0] ?? 0) | 0xc0;
  const e = 65537n;
  for (let found = BigInt(`0x${start.toString('hex')}`) | 1n; ; found += 2n)
    if (checkPrimeSync(found) && (found - 1n) % e !== 0n) return found;
}

function inverse(of: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [of % modulus, modulus, 1n, 0n];
  while (a > 1n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
  return ((x % modulus) + modulus) % modulus;
}

/** Of 1024 bits: what can be damaged is the same in longer ones. */
function rsa(): KeyObject {
  const [p, q, e] = [prime('p'), prime('q'), 65537n];
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const texts = Object.entries(numbers).map(([name, number]) => [name, url(octetsOf(number))]);
  return createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(texts) }, format: 'jwk' });
}

const EC = ec('P-256', 'prime256v1', 32);
const RSA = rsa();
const PKCS1 = RSA.export({ format: 'der', type: 'pkcs1' });

/** @param parameters of the algorithm. */
const pss = (...parameters: readonly Uint8Array[]): Buffer =>
  sequence(integer('00'), sequence(oid('1.2.840.113549.1.1.10'), ...parameters), octets(PKCS1));
const SHA256 = sequence(oid('2.16.840.1.101.3.4.2.1'), fromHex('0500'));
const FOR_SHA256 = sequence(
  encode(context(0), SHA256),
  encode(context(1), sequence(oid('1.2.840.113549.1.1.8'), SHA256)),
  encode(context(2), integer('20')),
);

const contentOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
const converted = (...args: readonly string[]): Buffer =>
  contentOf(opensslSync(args, folder, EC.export({ format: 'pem', type: 'pkcs8' }).toString()));

type Form = readonly [what: string, label: string, der: Buffer];
const pkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' });
const FORMS: readonly Form[] = [
  ['EC in PKCS#8', 'PRIVATE KEY', pkcs8(EC)],
  ['EC on another curve', 'PRIVATE KEY', pkcs8(ec('P-521', 'secp521r1', 66))],
  ['EC in SEC 1', 'EC PRIVATE KEY', EC.export({ format: 'der', type: 'sec1' })],
  ['EC with a compressed point', 'EC PRIVATE KEY', converted('ec', '-conv_form', 'compressed')],
  ['EC without a point', 'EC PRIVATE KEY', converted('ec', '-no_public')],
  ['RSA in PKCS#8', 'PRIVATE KEY', pkcs8(RSA)],
  ['RSA in PKCS#1', 'RSA PRIVATE KEY', PKCS1],
  ['RSA-PSS', 'PRIVATE KEY', pss()],
  ['RSA-PSS with parameters', 'PRIVATE KEY', pss(FOR_SHA256)],
  [
    'Ed25519',
    'PRIVATE KEY',
    Buffer.concat([fromHex('302e020100300506032b657004220420'), fixed(32, 'Ed25519')]),
  ],
  ['Ed448', 'PRIVATE KEY', Buffer.concat([fromHex('3047020100300506032b6571043b0439'), fixed(57, 'Ed448')])],
];

interface Verdict {
  readonly isSound: boolean;
  readonly stdout: Buffer;
}

/** What openssl, a program of its own, says of a file. */
function verdictOn(text: string, ...args: readonly string[]): Verdict {
  const path = join(folder, 'judged.pem');
  writeFileSync(path, text, 'latin1');
  const { status, stdout } = spawnSync('openssl', [...args, '-in', path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { isSound: status === 0, stdout };
}

/** `null`: not sound. */
function ours<T>(read: (bytes: Buffer) => T, text: string): T | null {
  try {
    return read(Buffer.from(text, 'latin1'));
  } catch {
    return null;
  }
}

/** Sound for us: then openssl has it checked, and knows it for the key that we take it for. */
function expectAgreement(text: string): void {
  const facts = ours(parseKey, text);
  if (facts === null) return;
  const { isSound, stdout } = verdictOn(text, 'pkey', '-check', '-pubout');
  expect(isSound).toBe(true);
  const pem = stdout.toString('latin1').replace(/^Key is valid\n/, '');
  const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' });
  expect(sha256(spki)).toBe(facts.keyId);
}

const flipped = (der: Buffer, at: number, bit: number): Buffer => {
  const bytes = Buffer.from(der);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes;
};

describe('a private key', () => {
  it.each(FORMS)('is sound as it was made: %s', (_, label, der) => {
    const text = pemText(label, der);
    expect(ours(parseKey, text)).not.toBeNull();
    expectAgreement(text);
  });

  it.each(someOf(FORMS))('is not sound with a bit that openssl refuses: %s', (_, label, der) => {
    // All of its frame, where a bit is most likely to be overlooked, and any of the rest.
    for (let at = 0; at < Math.min(der.length, 30); at++)
      for (let bit = 0; bit < 8; bit++) expectAgreement(pemText(label, flipped(der, at, bit)));
    holds(
      fc.tuple(fc.nat(der.length - 1), fc.nat(7)),
      ([at, bit]) => expectAgreement(pemText(label, flipped(der, at, bit))),
      80,
    );
  });

  it.each(someOf(FORMS))('nor cut off, longer, or with other octets in it: %s', (_, label, der) => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 4 });
    holds(fc.tuple(fc.nat(der.length), fc.nat(3), octets), ([at, cut, inserted]) =>
      expectAgreement(pemText(label, Buffer.concat([der.subarray(0, at), inserted, der.subarray(at + cut)]))),
    );
    for (let length = 0; length < der.length; length += 7)
      expect(ours(parseKey, pemText(label, der.subarray(0, length)))).toBeNull();
  });

  it.each(FORMS)('nor under the label of another form: %s', (_, label, der) => {
    for (const other of ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'].filter((one) => one !== label))
      expectAgreement(pemText(other, der));
  });
});

/** For an Ed25519 key; its base64 ends in padding. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBGzCBzqADAgECAgEBMAUGAytlcDANMQswCQYDVQQDDAJhYjAeFw0yNjExMjYw
ODU0NTRaFw0zNjExMjMwODU0NTRaMA0xCzAJBgNVBAMMAmFiMCowBQYDK2VwAyEA
A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbijUzBRMB0GA1UdDgQWBBT9
gabbZNb69/cCwHlxqCwlwdw8kDAfBgNVHSMEGDAWgBT9gabbZNb69/cCwHlxqCwl
wdw8kDAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANBAJQYivM6MRL1LM85l50V01Pr
HcLw6XapKmt1pz4Lu19fnlOiHjzRm13M7SwmHsu7TjdnGfEZxuEZijijGed90gk=
-----END CERTIFICATE-----
`;
const REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIGOMEICAQAwDzENMAsGA1UEAwwEYWJjZDAqMAUGAytlcAMhAAOhB7/zzhC+HXDd
GOdLwJln5NYwm6UNXx3chmQSVTG4oAAwBQYDK2VwA0EArRZ8gQ8DRWCW1paMiVfr
Ta8MzjlR+hgdJ4vIW3+eVDJf8CX/lDOqch33D+QHmLXoVaoxa4rtP4P+srJyPDzV
Dg==
-----END CERTIFICATE REQUEST-----
`;
const PUBLIC = createPublicKey(EC).export({ format: 'pem', type: 'spki' }).toString();

/** As a plan takes it: anything else is made again. */
function requested(bytes: Buffer): string {
  const { keyId, signatureFits } = parseRequest(bytes);
  if (!signatureFits) throw new Error('is not signed by its key');
  return keyId;
}

/** The same: another key than the one that is there is made again, whether it is one or not. */
function published(bytes: Buffer): string {
  const keyId = parsePublicKey(bytes);
  if (keyId !== sha256(contentOf(PUBLIC))) throw new Error('is another key');
  return keyId;
}

/** A text that is edited, what we read in it, and what openssl does: both as something to compare. */
interface Kind {
  readonly text: string;
  readonly ours: (bytes: Buffer) => string;
  readonly openssl: readonly string[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  certificate: {
    text: CERTIFICATE,
    ours: (bytes) => parseCertificate(bytes).fingerprint,
    openssl: ['x509', '-outform', 'DER'],
  },
  request: {
    text: REQUEST,
    ours: requested,
    openssl: ['req', '-pubkey', '-noout'],
  },
  'public key': { text: PUBLIC, ours: published, openssl: ['pkey', '-pubin', '-pubout'] },
  'key in PKCS#8': {
    text: pemText('PRIVATE KEY', pkcs8(EC)),
    ours: (bytes) => parseKey(bytes).keyId,
    openssl: ['pkey', '-pubout'],
  },
  'key in SEC 1': {
    text: pemText('EC PRIVATE KEY', EC.export({ format: 'der', type: 'sec1' })),
    ours: (bytes) => parseKey(bytes).keyId,
    openssl: ['pkey', '-pubout'],
  },
  'key in PKCS#1': {
    text: pemText('RSA PRIVATE KEY', PKCS1),
    ours: (bytes) => parseKey(bytes).keyId,
    openssl: ['pkey', '-pubout'],
  },
};

/** Its digest, of DER or of the public key in PEM. */
function opensslOf({ openssl }: Kind, text: string): string | null {
  const { isSound, stdout } = verdictOn(text, ...openssl);
  if (!isSound) return null;
  return sha256(stdout[0] === 0x30 ? stdout : contentOf(stdout.toString('latin1')));
}

/** RFC 7468 §2 and §3, and what programs make of it. */
const EDITS: readonly (readonly [what: string, edit: (text: string) => string])[] = [
  ['text behind the end', (text) => text.replace(/-----\n$/, '-----x\n')],
  ['text behind the beginning', (text) => text.replace('-----\n', '-----x\n')],
  ['text before the beginning', (text) => `x${text}`],
  ['space before the beginning', (text) => ` ${text}`],
  ['space before the end', (text) => text.replace('-----END', ' -----END')],
  ['space behind both', (text) => text.replaceAll('-----\n', '----- \t\n')],
  ['four dashes', (text) => text.replaceAll('-----', '----')],
  ['six dashes', (text) => text.replaceAll('-----', '------')],
  ['four dashes at the end', (text) => text.replace(/-----\n$/, '----\n')],
  ['small letters', (text) => text.replaceAll(/BEGIN|END/g, (word) => word.toLowerCase())],
  ['another label at the end', (text) => text.replace('-----END ', '-----END X')],
  ['two spaces in the boundary', (text) => text.replace('-----BEGIN ', '-----BEGIN  ')],
  ['no end', (text) => text.replace(/-----END[\s\S]*/, '')],
  ['no beginning', (text) => text.replace(/^.*\n/, '')],
  ['an end in the last line', (text) => text.replace('\n-----END', '-----END')],
  ['no line end', (text) => text.trimEnd()],
  ['Windows line ends', (text) => text.replaceAll('\n', '\r\n')],
  ['Macintosh line ends', (text) => text.replaceAll('\n', '\r')],
  ['doubled line ends', (text) => text.replaceAll('\n', '\n\n')],
  ['a byte order mark', (text) => `\xef\xbb\xbf${text}`],
  ['one long line', (text) => text.replaceAll(/(?<=[^-])\n(?!-)/g, '')],
  [
    'short lines',
    (text) => text.replaceAll(/^[A-Za-z0-9+/=]+$/gm, (line) => line.replaceAll(/.{7}/g, '$&\n')),
  ],
  ['indented lines', (text) => text.replaceAll(/^(?=[A-Za-z0-9+/=]+$)/gm, '  ')],
  ['quoted lines', (text) => text.replaceAll(/^/gm, '> ')],
  ['a vertical tab', (text) => text.replace(/\n(.)/, '\n$1\x0b')],
  ['a form feed', (text) => text.replace(/\n(.)/, '\n$1\x0c')],
  ['a no-break space', (text) => text.replace(/\n(.)/, '\n$1\xa0')],
  ['a zero-width space', (text) => text.replace(/\n(.)/, '\n$1\xe2\x80\x8b')],
  ['a NUL', (text) => text.replace(/\n(.)/, '\n$1\0')],
  ['a NUL behind it', (text) => `${text}\0`],
  ['a star', (text) => text.replace(/\n(.)/, '\n$1*')],
  ['base64url', (text) => text.replaceAll('+', '-').replace(/\n(.{9})./, '\n$1_')],
  ['padding in the middle', (text) => text.replace(/\n(.{8})../, '\n$1==')],
  ['no padding', (text) => text.replaceAll('=', '')],
  ['more padding', (text) => text.replace('\n-----END', '=\n-----END')],
  ['four signs of padding', (text) => text.replace('\n-----END', '====\n-----END')],
  ['bits behind the last octet', (text) => text.replace(/[A-Za-z0-9+/](?==*\n-----END)/, nextSign)],
  ['a character less', (text) => text.replace(/\n./, '\n')],
  ['a character more', (text) => text.replace(/\n/, '\nA')],
  ['headers', (text) => text.replace('-----\n', '-----\nProc-Type: 4,CLEAR\n\n')],
  ['an empty line', (text) => text.replace(/(\n.{64}\n)/, '$1\n')],
  ['an empty block before it', (text) => text.replace(/^(-----BEGIN (.*)-----)/, '$1\n-----END $2-----\n$1')],
  ['a beginning before it', (text) => text.replace(/^(.*\n)/, '$1$1')],
  ['nothing', () => ''],
];

function nextSign(sign: string): string {
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return all[(all.indexOf(sign) + 1) % all.length] ?? '';
}

describe('PEM that was edited is for openssl what it is for us, or no file for us', () => {
  describe.each(Object.entries(KINDS))('a %s', (_, kind) => {
    it('as it was made', () => {
      expect(opensslOf(kind, kind.text)).toBe(ours(kind.ours, kind.text));
    });
    it.each(EDITS)('%s', (_what, edit) => {
      const text = edit(kind.text);
      const found = ours(kind.ours, text);
      if (found !== null) expect(opensslOf(kind, text)).toBe(found);
    });
    it('any other edit', () => {
      const part = fc.constantFrom('', '\n', ' ', '\r', '\t', '-', '=', 'A', '\x0b', '\x85', '\0', ':', '--');
      const edit = fc.tuple(fc.nat(kind.text.length), part, fc.nat(2));
      holds(
        fc.array(edit, { minLength: 1, maxLength: 2 }),
        (edits) => {
          let { text } = kind;
          for (const [at, inserted, cut] of edits) text = text.slice(0, at) + inserted + text.slice(at + cut);
          const found = ours(kind.ours, text);
          if (found !== null) expect(opensslOf(kind, text)).toBe(found);
        },
        120,
      );
    });
  });

  it('bits behind the last octet are read by openssl, and not by every program', () => {
    const edit = EDITS.find(([what]) => what === 'bits behind the last octet')?.[1];
    const text = edit?.(CERTIFICATE) ?? '';
    expect(verdictOn(text, 'x509', '-noout').isSound).toBe(true);
    expect(() => parseCertificate(Buffer.from(text))).toThrow('damaged base64');
    const certtool = spawnSync('certtool', ['-i', '--infile', join(folder, 'judged.pem')]);
    // Where it is not installed, there is no status.
    expect(certtool.status).not.toBe(0);
  });
});
