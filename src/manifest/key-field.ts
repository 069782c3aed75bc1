/** The field that says which kind of private key an entry has. */
import * as z from 'zod';
import { CURVES } from '../pki/key-spec.ts';
import { KEY_NAMES, parseCurve, parseKeyName, parseRsaSize, RSA_LARGEST, RSA_SMALLEST } from './key.ts';
import { using, wanted } from './problem.ts';

const rsaKey = z.strictObject({
  algorithm: z.literal('rsa'),
  size: z
    .number(wanted('a number of bits, such as 3072'))
    .meta({
      type: 'integer',
      minimum: RSA_SMALLEST,
      maximum: RSA_LARGEST,
      multipleOf: 8,
      description: 'Size of the modulus in bits.',
      examples: [3072, 4096],
    })
    .transform(using(parseRsaSize)),
});

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
    ecdsaKey,
    z.strictObject({ algorithm: z.literal('ed25519') }),
    z.strictObject({ algorithm: z.literal('ed448') }),
  ],
  wanted('rsa, ecdsa, ed25519 or ed448'),
);

const keyName = z
  .string(wanted('a key such as "ecdsa-p256" or { algorithm: rsa, size: 3072 }', 'for RSA write "rsa-3072"'))
  .meta({ enum: KEY_NAMES })
  .transform(using(parseKeyName));

/** A short name (`ecdsa-p256`) or an object → a `KeySpec`; what is too weak or too slow to make is refused. */
export const key = z.union([keyName, keyObject]).meta({
  description:
    'Kind of private key: a name, or an object. Without it leaves get ecdsa-p256, authorities ecdsa-p384. Another kind re-keys.',
  examples: ['ecdsa-p256', 'ed25519', { algorithm: 'rsa', size: 3072 }],
});
