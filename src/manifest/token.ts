/** `{ pkcs11: URI, pin: … }`: a private key on a token (RFC 7512). */
import * as z from 'zod';
import type { KeySpec } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';
import { secretSource } from './secret-source.ts';

const EXAMPLE = 'pkcs11:token=pki;object=root';

/** RFC 7512 §2.3, vendors' attributes and versions left out. */
const TOKEN_ATTRIBUTES = ['token', 'manufacturer', 'serial', 'model'];
const SLOT_ATTRIBUTES = ['slot-id', 'slot-description', 'slot-manufacturer'];
const OBJECT_ATTRIBUTES = ['object', 'id'];
const ATTRIBUTES = [...TOKEN_ATTRIBUTES, ...SLOT_ATTRIBUTES, ...OBJECT_ATTRIBUTES, 'type'];

/** A URI exactly as written, or why it names no private key. */
export function parseTokenUri(text: string): Parsed<string> {
  if (!text.startsWith('pkcs11:'))
    return refused('key', `${quote(text)} is no URI of a token`, `write it like ${quote(EXAMPLE)}`);
  if (/[?&]|pin-(value|source)=/.test(text)) return secretive(text);
  if (text.length > 1024) return refused('key', 'the URI of the token is too long', 'shorten it');
  const attributes = text.slice('pkcs11:'.length).split(';');
  const wrong = attributes.find(
    (attribute) => !/^[a-z-]+=([\w.~:[\]@!$'()*+,=-]|%[0-9A-Fa-f]{2})+$/.test(attribute),
  );
  if (wrong !== undefined)
    return refused(
      'key',
      `${quote(wrong)} is no attribute of a token's URI`,
      'write name=value, with ";" between them and other octets as "%" and two hexadecimal digits (RFC 7512)',
    );
  return namedIn(
    text,
    attributes.map((attribute) => attribute.slice(0, attribute.indexOf('='))),
    attributes,
  );
}

/** What follows may hold the PIN, or name a library that would be loaded. */
function secretive(text: string): Parsed<never> {
  const isPin = /pin-(value|source)/.test(text);
  return {
    ok: false,
    problem: {
      code: 'key',
      message: isPin
        ? 'a PIN does not stand in the URI of a token'
        : 'the URI of a token has no query: which module is loaded is for the machine to say',
      hint: isPin
        ? 'name its source beside it: "pin: prompt", "pin: env:NAME" or "pin: file:PATH"'
        : 'leave out what follows "?"; set PKCS11_MODULE_PATH in the environment, or register the module with p11-kit',
      isSecret: true,
    },
  };
}

function namedIn(text: string, names: readonly string[], attributes: readonly string[]): Parsed<string> {
  const unknown = names.find((name) => !ATTRIBUTES.includes(name));
  if (unknown !== undefined)
    return refused(
      'key',
      `unknown attribute ${quote(unknown)} of a token's URI`,
      `use ${ATTRIBUTES.join(', ')}`,
    );
  if (new Set(names).size < names.length)
    return refused('key', `${quote(text)} names an attribute twice`, 'leave one out (RFC 7512 §2.3)');
  if (attributes.some((attribute) => attribute.startsWith('type=') && attribute !== 'type=private'))
    return refused('key', `${quote(text)} names no private key`, 'leave "type" out');
  if (!names.some((name) => OBJECT_ATTRIBUTES.includes(name)))
    return refused('key', `${quote(text)} names no key of the token`, 'add "object=LABEL" or "id=%01"');
  if (!names.some((name) => TOKEN_ATTRIBUTES.includes(name) || SLOT_ATTRIBUTES.includes(name)))
    return refused('key', `${quote(text)} names no token`, 'add "token=LABEL" or "serial=…"');
  return parsed(text);
}

/** Others are used through no way to a token; Ed25519 through one of both. */
function parseKind(spec: KeySpec): Parsed<KeySpec> {
  if (['rsa', 'ecdsa', 'ed25519'].includes(spec.algorithm)) return parsed(spec);
  return refused(
    'key',
    `a key of kind ${quote(spec.algorithm)} on a token cannot be used by openssl`,
    'use ecdsa-p256, ecdsa-p384, rsa-3072 or, with OpenSSL 3.2 or later, ed25519',
  );
}

const uri = z
  .string(wanted(`the URI of a key on a token, such as "${EXAMPLE}"`))
  .meta({
    pattern: '^pkcs11:[^?]+$',
    description: 'URI of the private key (RFC 7512), without PIN and module.',
    examples: [EXAMPLE, 'pkcs11:serial=0123456789;id=%01'],
  })
  .transform(using(parseTokenUri));

/** @param kind the shape of a key that is made here. */
export function tokenKey<T extends z.ZodType<KeySpec>>(kind: T) {
  return z.strictObject({
    pkcs11: uri,
    pin: secretSource.meta({
      description: 'Where the PIN of the token comes from.',
      examples: ['prompt', 'env:TOKEN_PIN'],
    }),
    kind: kind.transform(using(parseKind)).optional(),
  });
}
