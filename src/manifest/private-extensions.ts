/** `extensions`: whatever else a certificate is to say, by OID, with a typed value or in DER. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import type { PrivateExtension } from '../pki/private-extension.ts';
import { damageIn, hex, readAll, TAG } from '../x509/der.ts';
import { assertDer } from '../x509/der-strict.ts';
import { encode, encodeBigInteger, encodeOid } from '../x509/der-write.ts';
import { isOid, OID_PATTERN } from './oid.ts';
import { type Parsed, parsed, problemIssue, refused, using, wanted } from './problem.ts';
import { RESERVED_EXTENSIONS } from './reserved-extensions.ts';
import { parseText } from './text.ts';

/** In octets: a certificate is parsed at every handshake, and OpenSSL takes 100 KiB with its chain. */
const LARGEST = 16 * 1024;
/** In one certificate. */
const MOST = 64;

const TEXT_LIMIT = 4096;

/** Text of a type, checked, as DER. */
function text(tag: number, what: string, allowed: RegExp) {
  return z
    .string(wanted('text'))
    .meta({ minLength: 1, maxLength: TEXT_LIMIT })
    .transform(using(parseText(`${what} value`, TEXT_LIMIT)))
    .transform(
      using((value: string): Parsed<Buffer> => {
        const foreign = [...value].find((character) => !allowed.test(character));
        return foreign === undefined
          ? parsed(encode(tag, Buffer.from(value, 'utf8')))
          : refused(
              'extension',
              `${what} value ${quote(value)} contains ${quote(foreign)}, which that type does not have`,
              'write it as "utf8"',
            );
      }),
    );
}

const INTEGER = wanted('a whole number', 'write one that is longer than 15 digits in quotes');

const integer = z
  .union([z.int(INTEGER), z.string(INTEGER).regex(/^-?(?:0|[1-9][0-9]{0,999})$/, INTEGER)])
  .transform((value) => encodeBigInteger(BigInt(value)));

function parseOid(value: string): Parsed<Buffer> {
  return isOid(value)
    ? parsed(encodeOid(value))
    : refused('extension', `${quote(value)} is no OID`, 'write an OID such as 1.3.6.1.4.1.99999.1');
}

/** Digits in pairs, as `openssl x509 -text` prints them, too. */
function parseHex(value: string): Parsed<Buffer> {
  const digits = value.replaceAll(/[\s:]/g, '');
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits))
    return refused(
      'extension',
      `${quote(value)} is no DER in hexadecimal digits`,
      'write pairs of digits: 0c0568656c6c6f',
    );
  const octets = Buffer.from(digits, 'hex');
  const damage = damageIn(() => assertDer(readAll(octets)));
  if (damage === undefined) return parsed(octets);
  return refused(
    'extension',
    `${quote(value)} is no DER: ${damage.message}`,
    'write one value in DER; Go, NSS, rustls and pyca refuse anything else',
  );
}

/** One value of one type: exactly one of these keys. */
const TYPES = {
  utf8: text(TAG.utf8String, 'utf8', /./u).optional(),
  ia5: text(TAG.ia5String, 'ia5', /[ -~]/).optional(),
  printable: text(TAG.printableString, 'printable', /[A-Za-z0-9 '()+,\-./:=?]/).optional(),
  integer: integer.optional(),
  boolean: z
    .boolean(wanted('true or false'))
    .transform((value) => encode(TAG.boolean, Buffer.of(value ? 0xff : 0)))
    .optional(),
  oid: z
    .string(wanted('an OID such as 1.3.6.1.4.1.99999.1'))
    .meta({ pattern: OID_PATTERN })
    .transform(using(parseOid))
    .optional(),
  null: z
    .literal(true, wanted('true'))
    .transform(() => encode(TAG.null))
    .optional(),
  get sequence() {
    return z
      .array(item, wanted('a list of values such as [{ utf8: rack 12 }, { integer: 7 }]'))
      .transform((items) => encode(TAG.sequence, ...items))
      .optional();
  },
  der: z.string(wanted('DER in hexadecimal digits, in quotes')).transform(using(parseHex)).optional(),
};

const NAMES = Object.keys(TYPES).join(', ');
const VALUE = wanted(`a map of one type and its value, such as { utf8: rack 12 }: ${NAMES}`);

/** The one value of a map of types. */
function onlyValue(
  value: Readonly<Record<string, Uint8Array | undefined>>,
  context: z.RefinementCtx,
): Uint8Array {
  const [first, ...more] = Object.values(value).filter((octets) => octets !== undefined);
  if (first !== undefined && more.length === 0) return first;
  const message = first === undefined ? 'an extension has no value' : 'an extension has several values';
  const hint = `state one of ${NAMES}; several go into a "sequence"`;
  context.addIssue(problemIssue({ code: 'extension', message, hint }, value));
  return z.NEVER;
}

const item: z.ZodType<Uint8Array, unknown> = z.lazy(() => z.strictObject(TYPES, VALUE).transform(onlyValue));

const extension = z
  .strictObject({ critical: z.boolean(wanted('true or false')).optional(), ...TYPES }, VALUE)
  .transform(({ critical = false, ...value }, context) => ({ critical, octets: onlyValue(value, context) }));

/** The keys of one extension. */
export const EXTENSION_KEYS: readonly string[] = ['critical', ...Object.keys(TYPES)];

function oidProblem(oid: string, octets: Uint8Array): Parsed<never> | undefined {
  if (!isOid(oid))
    return refused(
      'extension',
      `extension ${quote(oid)} is no OID`,
      'write an OID such as 1.3.6.1.4.1.99999.7',
    );
  const reserved = RESERVED_EXTENSIONS[oid];
  if (reserved !== undefined)
    return refused(
      'extension',
      `${reserved.name} is not an extension to be stated by its OID`,
      reserved.hint,
    );
  if (octets.length <= LARGEST) return undefined;
  return refused(
    'extension',
    `extension ${quote(oid)} has ${octets.length} octets; the limit is ${LARGEST}`,
    'shorten it',
  );
}

/** By OID, in the order in which they are written. */
export const extensions = z
  .record(
    z.string(),
    extension,
    wanted('a map of extensions by OID, such as { 1.3.6.1.4.1.99999.7: { utf8: rack 12 } }'),
  )
  .meta({ propertyNames: { pattern: OID_PATTERN } })
  .transform((all, context): readonly PrivateExtension[] => {
    for (const [oid, { octets }] of Object.entries(all)) {
      const found = oidProblem(oid, octets);
      if (found?.ok === false) context.addIssue(problemIssue(found.problem, octets, [oid]));
    }
    const count = Object.keys(all).length;
    if (count > MOST) {
      const message = `${count} extensions are more than the ${MOST} that an entry can have`;
      context.addIssue(problemIssue({ code: 'extension', message }, all));
    }
    return Object.entries(all).map(([oid, { critical, octets }]) => ({ oid, critical, der: hex(octets) }));
  });
