/** Keys, tokens and commands that are none: what is said of each, and what to write. */
import { describe, expect, it } from 'vitest';
import { parseArgv } from '../../src/manifest/argv.ts';
import { parseCurve, parseKeyName } from '../../src/manifest/key.ts';
import type { Problem } from '../../src/manifest/problem.ts';
import { parseTokenUri } from '../../src/manifest/token.ts';

type Row<Value = string> = readonly [value: Value, message: string | undefined, hint: string | undefined];

/** Of what is right. */
const NONE = undefined;
const WEAK =
  'below the 112 bits of security that NIST SP 800-57 requires, and refused by OpenSSL at security level 2';
const USE = 'use ecdsa-p256, ed25519 or rsa-3072';
const ONE_OF =
  'use one of ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, ed448, ml-dsa-44, ml-dsa-65, ml-dsa-87, rsa-2048, rsa-3072, rsa-4096, rsa-8192, rsa-pss-2048, rsa-pss-3072, rsa-pss-4096';
const CURVES = 'use one of P-256, P-384, P-521';
const WORDS = 'write the program and each argument as an item of a list: [systemctl, reload, nginx]';
const PIN = 'name its source beside it: "pin: prompt", "pin: env:NAME" or "pin: file:PATH"';
const QUERY =
  'leave out what follows "?"; set PKCS11_MODULE_PATH in the environment, or register the module with p11-kit';

function said(found: { readonly ok: boolean; readonly problem?: Problem } | Problem | undefined) {
  const problem = found !== undefined && 'ok' in found ? found.problem : found;
  return [problem?.message, problem?.hint];
}

describe('a kind of key', () => {
  it.each<Row>([
    [
      'offline',
      'key "offline" is for authorities: what others present has to be where they run',
      'name the kind of key, such as ecdsa-p256',
    ],
    ['rsa', 'unknown kind of key "rsa"', 'write "rsa-3072"'],
    ['RSA-3072', 'unknown kind of key "RSA-3072"', 'write "rsa-3072"'],
    ['rsa2048', 'unknown kind of key "rsa2048"', 'write "rsa-2048"'],
    ['rsa-1024', `an RSA key of 1024 bits is too weak: ${WEAK}`, 'use 2048 bits or more, or ecdsa-p256'],
    ['rsa-16384', 'an RSA key of 16384 bits takes minutes to generate', 'use 4096 bits, or ecdsa-p384'],
    ['rsa-3073', 'an RSA key cannot have 3073 bits', 'use a multiple of 8, such as 3072'],
    ['rsa-3080', 'unknown kind of key "rsa-3080"', 'write { algorithm: rsa, size: 3080 }'],
    ['rsa 4096', 'unknown kind of key "rsa 4096"', 'write "rsa-4096"'],
    ['secp256k1', 'key "secp256k1" is refused: no TLS library accepts this curve', USE],
    ['p-192', 'key "p-192" is refused: the curve is too weak for TLS 1.3 and for most libraries', USE],
    ['brainpoolP256r1', 'key "brainpoolP256r1" is refused: most TLS libraries do not accept this curve', USE],
    ['sm2', 'key "sm2" is refused: most TLS libraries do not accept this curve', USE],
    ['x25519', 'key "x25519" is refused: it is for key agreement and cannot sign', USE],
    ['dh2048', 'key "dh2048" is refused: it is for key agreement and cannot sign', USE],
    [
      'slh-dsa-128',
      'key "slh-dsa-128" is refused: certificates for hash-based signatures are too large for most TLS libraries',
      USE,
    ],
    ['dsa', 'key "dsa" is refused: TLS libraries no longer accept DSA', USE],
    ['DSA-2048', 'key "DSA-2048" is refused: TLS libraries no longer accept DSA', USE],
    ['sha1-rsa', 'key "sha1-rsa" is refused: TLS libraries refuse certificates that are signed with it', USE],
    ['p256', 'unknown kind of key "p256"', 'write "ecdsa-p256"'],
    ['secp256r1', 'unknown kind of key "secp256r1"', 'write "ecdsa-p256"'],
    ['prime256v1', 'unknown kind of key "prime256v1"', 'write "ecdsa-p256"'],
    ['P-384', 'unknown kind of key "P-384"', 'write "ecdsa-p384"'],
    ['secp521r1', 'unknown kind of key "secp521r1"', 'write "ecdsa-p521"'],
    ['EC:secp521r1', 'unknown kind of key "EC:secp521r1"', 'write "ecdsa-p521"'],
    ['rsa-3072-p256', 'unknown kind of key "rsa-3072-p256"', 'write "ecdsa-p256"'],
    ['p256-rsa-3072-or-more', 'unknown kind of key "p256-rsa-3072-or-more"', ONE_OF],
    ['p384-rsa-3072-or-more', 'unknown kind of key "p384-rsa-3072-or-more"', ONE_OF],
    ['p521-rsa-3072-or-more', 'unknown kind of key "p521-rsa-3072-or-more"', ONE_OF],
    ['some-ml-dsa-44', 'unknown kind of key "some-ml-dsa-44"', ONE_OF],
    ['ml-dsa-44-or-more', 'unknown kind of key "ml-dsa-44-or-more"', 'did you mean "ml-dsa-44"?'],
    ['ml-dsa-65-or-more', 'unknown kind of key "ml-dsa-65-or-more"', 'did you mean "ml-dsa-65"?'],
    ['ml-dsa-87-or-more', 'unknown kind of key "ml-dsa-87-or-more"', 'did you mean "ml-dsa-87"?'],
    ['my-eddsa-or-more', 'unknown kind of key "my-eddsa-or-more"', ONE_OF],
    ['ec', 'unknown kind of key "ec"', 'write "ecdsa-p256"'],
    ['ECC', 'unknown kind of key "ECC"', 'write "ecdsa-p256"'],
    ['ecdsa', 'unknown kind of key "ecdsa"', 'write "ecdsa-p256"'],
    ['eddsa', 'unknown kind of key "eddsa"', 'write "ed25519"'],
    ['ed-25519', 'unknown kind of key "ed-25519"', 'write "ed25519"'],
    ['ml-dsa', 'unknown kind of key "ml-dsa"', 'write "ml-dsa-65"'],
    ['mldsa44', 'unknown kind of key "mldsa44"', 'write "ml-dsa-44"'],
    ['dilithium3', 'unknown kind of key "dilithium3"', 'write "ml-dsa-65"'],
    ['ml_dsa_87', 'unknown kind of key "ml_dsa_87"', 'write "ml-dsa-87"'],
    ['dilithium', 'unknown kind of key "dilithium"', 'write "ml-dsa-65"'],
    ['dilithium5', 'unknown kind of key "dilithium5"', 'write "ml-dsa-87"'],
    ['ecdsa-p265', 'unknown kind of key "ecdsa-p265"', 'did you mean "ecdsa-p256"?'],
    ['zzz', 'unknown kind of key "zzz"', ONE_OF],
  ])('%j', (value, ...words) => expect(said(parseKeyName(value))).toEqual(words));
});

it('a size that is refused is none to be written', () => {
  for (const name of ['rsa_1024', 'rsax16384', 'rsa 2052'])
    expect(parseKeyName(name)).toMatchObject({ problem: { hint: expect.stringMatching(/^use one of /) } });
  expect(parseKeyName('rsa_2056')).toMatchObject({
    problem: { hint: 'write { algorithm: rsa, size: 2056 }' },
  });
});

describe('a curve', () => {
  it.each<Row>([
    ['p256', 'unknown curve "p256"', 'write "P-256"'],
    ['secp384r1', 'unknown curve "secp384r1"', 'write "P-384"'],
    ['P-224', 'curve "P-224" is refused: the curve is too weak for TLS 1.3 and for most libraries', CURVES],
    ['secp256k1', 'curve "secp256k1" is refused: no TLS library accepts this curve', CURVES],
    ['SECP521R1', 'unknown curve "SECP521R1"', 'write "P-521"'],
    ['PRIME256V1', 'unknown curve "PRIME256V1"', 'write "P-256"'],
    ['p-384', 'unknown curve "p-384"', 'write "P-384"'],
    ['P-192', 'curve "P-192" is refused: the curve is too weak for TLS 1.3 and for most libraries', CURVES],
    [
      'BrainpoolP256R1',
      'curve "BrainpoolP256R1" is refused: most TLS libraries do not accept this curve',
      CURVES,
    ],
    ['nope', 'unknown curve "nope"', CURVES],
    ['ed25519', 'unknown curve "ed25519"', CURVES],
  ])('%j', (value, ...words) => expect(said(parseCurve(value))).toEqual(words));
});

describe('a URI of a token', () => {
  it.each<Row>([
    ['x', '"x" is no URI of a token', 'write it like "pkcs11:token=pki;object=root"'],
    ['pkcs11:token=a;object=b?pin-value=1', 'a PIN does not stand in the URI of a token', PIN],
    ['pkcs11:pin-source=x', 'a PIN does not stand in the URI of a token', PIN],
    [
      'pkcs11:a?module-path=x',
      'the URI of a token has no query: which module is loaded is for the machine to say',
      QUERY,
    ],
    [
      'pkcs11:a&b',
      'the URI of a token has no query: which module is loaded is for the machine to say',
      QUERY,
    ],
    [
      'pkcs11:',
      '"" is no attribute of a token\'s URI',
      'write name=value, with ";" between them and other octets as "%" and two hexadecimal digits (RFC 7512)',
    ],
    [
      'pkcs11:token=a;x=b;object=c',
      'unknown attribute "x" of a token\'s URI',
      'use token, manufacturer, serial, model, slot-id, slot-description, slot-manufacturer, object, id, type',
    ],
    [
      'pkcs11:token=a;object=b;object=c',
      '"pkcs11:token=a;object=b;object=c" names an attribute twice',
      'leave one out (RFC 7512 §2.3)',
    ],
    [
      'pkcs11:token=a;type=cert;object=b',
      '"pkcs11:token=a;type=cert;object=b" names no private key',
      'leave "type" out',
    ],
    ['pkcs11:token=a', '"pkcs11:token=a" names no key of the token', 'add "object=LABEL" or "id=%01"'],
    ['pkcs11:object=a', '"pkcs11:object=a" names no token', 'add "token=LABEL" or "serial=…"'],
  ])('%j', (value, ...words) => expect(said(parseTokenUri(value))).toEqual(words));
});

describe('a command', () => {
  it.each<Row<readonly string[]>>([
    [[], 'a command names no program', WORDS],
    [[''], 'a command names no program', WORDS],
    [['a', 'x\ny'], 'a command has the word "x\\ny", which is no single line', WORDS],
    [
      ['a', `${'0'.repeat(39)}1234\0`],
      `a command has the word "${'0'.repeat(39)}1", which is no single line`,
      WORDS,
    ],
    [
      ['a', 'x'.repeat(4097), 'x\ny'],
      'a command has a word of more than 4096 characters',
      'put it into a file',
    ],
    [['a', 'x'.repeat(4096)], NONE, NONE],
    [Array(101).fill('a'), 'a command has more than 100 words', 'put it into a script'],
    [Array(100).fill('a'), NONE, NONE],
    [['a', ''], NONE, NONE],
    [['a', 'b\r', 'c\n'], 'a command has the word "b\\r", which is no single line', WORDS],
  ])('%j', (value, ...words) => expect(said(parseArgv(value))).toEqual(words));
});
