/** The kind of a private key: its short names, its shape in a manifest, and why some keys are refused. */
import * as z from 'zod';
import { CURVES, type Curve, type KeySpec, keySpecText, ML_DSA } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';
import { didYouMean } from './suggest.ts';
import { tokenKey } from './token.ts';

const NAMED = new Map<string, KeySpec>(
  [
    ...CURVES.map((curve): KeySpec => ({ algorithm: 'ecdsa', curve })),
    { algorithm: 'ed25519' } as const,
    { algorithm: 'ed448' } as const,
    ...ML_DSA.map((algorithm): KeySpec => ({ algorithm })),
    ...[2048, 3072, 4096, 8192].map((size): KeySpec => ({ algorithm: 'rsa', size })),
    ...[2048, 3072, 4096].map((size): KeySpec => ({ algorithm: 'rsa-pss', size })),
  ].map((spec) => [keySpecText(spec), spec]),
);
/** The short names, for editors. */
export const KEY_NAMES = [...NAMED.keys()];

/** 112 bits of security (NIST SP 800-57 part 1, table 2). */
const RSA_SMALLEST = 2048;
/** 16384 bits take minutes to generate, and OpenSSL verifies no larger keys. */
const RSA_LARGEST = 8192;

/** The size of an RSA key in bits, or why not. */
export function parseRsaSize(size: number): Parsed<number> {
  if (size < RSA_SMALLEST) {
    const why =
      'below the 112 bits of security that NIST SP 800-57 requires, and refused by OpenSSL at security level 2';
    return refused(
      'key',
      `an RSA key of ${size} bits is too weak: ${why}`,
      'use 2048 bits or more, or ecdsa-p256',
    );
  }
  if (size > RSA_LARGEST) {
    return refused(
      'key',
      `an RSA key of ${size} bits takes minutes to generate`,
      'use 4096 bits, or ecdsa-p384',
    );
  }
  if (size % 8 !== 0) {
    return refused('key', `an RSA key cannot have ${size} bits`, 'use a multiple of 8, such as 3072');
  }
  return parsed(size);
}

const REASONS: readonly [RegExp, string][] = [
  [/secp?256k1|k-?256/, 'no TLS library accepts this curve'],
  [/(p-?|secp|prime)(160|192|224)/, 'the curve is too weak for TLS 1.3 and for most libraries'],
  [/brainpool|sm2/, 'most TLS libraries do not accept this curve'],
  [/x25519|x448|^dh|kem|kyber/, 'it is for key agreement and cannot sign'],
  // FIPS 204 and 205; names of the drafts, too.
  [/slh[-_]?dsa|sphincs/, 'certificates for hash-based signatures are too large for most TLS libraries'],
  [/(?<!ec|ed|ml[-_]?)dsa/, 'TLS libraries no longer accept DSA'],
  [/sha-?1|md5/, 'TLS libraries refuse certificates that are signed with it'],
];

function reasonFor(text: string): string | undefined {
  return REASONS.find(([pattern]) => pattern.test(text))?.[1];
}

const ALIASES: readonly [RegExp, string][] = [
  [/(p-?256|secp256r1|prime256v1)$/, 'ecdsa-p256'],
  [/(p-?384|secp384r1)$/, 'ecdsa-p384'],
  [/(p-?521|secp521r1)$/, 'ecdsa-p521'],
  [/^(ec|ecc|ecdsa|secp256k1)$/, 'ecdsa-p256'],
  [/^(eddsa|ed-25519)$/, 'ed25519'],
  [/^rsa$/, 'rsa-3072'],
  [/^(ml[-_]?dsa[-_]?44|dilithium-?2)$/, 'ml-dsa-44'],
  [/^(ml[-_]?dsa([-_]?65)?|dilithium(-?3)?)$/, 'ml-dsa-65'],
  [/^(ml[-_]?dsa[-_]?87|dilithium-?5)$/, 'ml-dsa-87'],
];

/** The name for what was meant. */
function keyHint(text: string): string {
  const bits = /^rsa[^0-9]*([0-9]+)$/.exec(text)?.[1];
  if (bits !== undefined && NAMED.has(`rsa-${bits}`)) return `write "rsa-${bits}"`;
  // A size that is refused is none to be written.
  if (bits !== undefined && parseRsaSize(Number(bits)).ok)
    return `write { algorithm: rsa, size: ${Number(bits)} }`;
  const alias = ALIASES.find(([pattern]) => pattern.test(text))?.[1];
  if (alias !== undefined) return `write "${alias}"`;
  return didYouMean(text, KEY_NAMES) ?? `use one of ${KEY_NAMES.join(', ')}`;
}

/** Instead of the kind of its key, that the key of an authority is on a machine of its own. */
export const OFFLINE = 'offline';

/** `rsa-3072`, `ecdsa-p256`, `ed25519` … */
export function parseKeyName(text: string): Parsed<KeySpec> {
  const known = NAMED.get(text);
  if (known) return parsed(known);
  if (text === OFFLINE)
    return refused(
      'key',
      'key "offline" is for authorities: what others present has to be where they run',
      'name the kind of key, such as ecdsa-p256',
    );
  const folded = text.toLowerCase();
  const bits = /^rsa-?([0-9]{1,6})$/.exec(folded)?.[1];
  const size = bits === undefined ? undefined : parseRsaSize(Number(bits));
  if (size?.ok === false) return size;
  const reason = reasonFor(folded);
  if (reason !== undefined) {
    return refused('key', `key ${quote(text)} is refused: ${reason}`, 'use ecdsa-p256, ed25519 or rsa-3072');
  }
  return refused('key', `unknown kind of key ${quote(text)}`, keyHint(folded));
}

/** A curve by its NIST name (SP 800-186). */
export function parseCurve(text: string): Parsed<Curve> {
  const known = CURVES.find((curve) => curve === text);
  if (known) return parsed(known);
  const reason = reasonFor(text.toLowerCase());
  if (reason !== undefined) {
    return refused('key', `curve ${quote(text)} is refused: ${reason}`, `use one of ${CURVES.join(', ')}`);
  }
  const name = keyHint(text.toLowerCase());
  const digits = /write "ecdsa-p([0-9]+)"/.exec(name)?.[1];
  const hint = digits === undefined ? `use one of ${CURVES.join(', ')}` : `write "P-${digits}"`;
  return refused('key', `unknown curve ${quote(text)}`, hint);
}

const rsaSize = z
  .number(wanted('a number of bits, such as 3072'))
  .meta({
    type: 'integer',
    minimum: RSA_SMALLEST,
    maximum: RSA_LARGEST,
    multipleOf: 8,
    description: 'Size of the modulus in bits.',
    examples: [3072, 4096],
  })
  .transform(using(parseRsaSize));

const rsaKey = z.strictObject({ algorithm: z.literal('rsa'), size: rsaSize });
const pssKey = z.strictObject({ algorithm: z.literal('rsa-pss'), size: rsaSize });

const ecdsaKey = z.strictObject({
  algorithm: z.literal('ecdsa'),
  curve: z
    .string(wanted(`a curve: ${CURVES.join(', ')}`))
    .meta({ enum: [...CURVES], description: 'NIST curve (SP 800-186).' })
    .transform(using(parseCurve)),
});

const keyObject = z.discriminatedUnion(
  'algorithm',
  [
    rsaKey,
    pssKey,
    ecdsaKey,
    z.strictObject({ algorithm: z.literal('ed25519') }),
    z.strictObject({ algorithm: z.literal('ed448') }),
    ...ML_DSA.map((algorithm) => z.strictObject({ algorithm: z.literal(algorithm) })),
  ],
  wanted('rsa, rsa-pss, ecdsa, ed25519, ed448 or ml-dsa-65'),
);

const keyName = z
  .string(wanted('a key such as "ecdsa-p256" or { algorithm: rsa, size: 3072 }', 'for RSA write "rsa-3072"'))
  .meta({ enum: KEY_NAMES })
  .transform(using(parseKeyName));

/** A short name (`ecdsa-p256`) or an object → a `KeySpec`; what is too weak or too slow to make is refused. */
export const key = z.union([keyName, keyObject]);

const onToken = tokenKey(key);

/** Of an entry that is no authority: the same, or the token that it is on. */
export const leafKey = z.union([keyName, keyObject, onToken]);

/** Of an authority: the same, or that it is elsewhere. */
export const authorityKey = z.union([
  keyName,
  keyObject,
  onToken,
  // Last, because what is wrong is explained by the first.
  z.literal(OFFLINE).meta({ description: 'Its private key is on a machine of its own.' }),
]);
