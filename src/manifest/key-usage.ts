/** `keyUsage` and `extendedKeyUsage`: what a key may do, and what a certificate is for. */
import * as z from 'zod';
import { KEY_USAGES, type KeyUsage } from '../pki/key-usage.ts';
import { quote } from '../pki/printable.ts';
import { PURPOSES } from '../pki/purposes.ts';
import { notEmpty, unique } from './fields.ts';
import { isOid, OID_PATTERN } from './oid.ts';
import { problemIssue, wanted } from './problem.ts';

/** What X.509 calls it since 2005 (RFC 5280 §4.2.1.3); openssl writes the older name. */
const RENAMED = 'contentCommitment';
const WORDS = [...KEY_USAGES, RENAMED] as const;

const usage = z
  .enum(WORDS, wanted(`one of ${WORDS.join(', ')}`))
  .transform((word): KeyUsage => (word === RENAMED ? 'nonRepudiation' : word));

/** Bits, each once, in the order of RFC 5280. */
export const keyUsage = z
  .array(usage, wanted('a list of usages such as [digitalSignature]'))
  .superRefine(notEmpty('usage', 'leave "keyUsage" out for the default', 'keyUsage'))
  .superRefine(unique('usage', (item) => item, 'usage'))
  .meta({ minItems: 1, uniqueItems: true })
  .transform((items) => KEY_USAGES.filter((item) => items.includes(item)));

const NAMES: readonly string[] = Object.keys(PURPOSES);
const BY_OID = new Map<string, string>(Object.entries(PURPOSES).map(([name, oid]) => [oid, name]));

const purpose = z
  .string(wanted('the name of a purpose, or an OID'))
  .superRefine((text, context) => {
    if (NAMES.includes(text) || isOid(text)) return;
    const message = `purpose ${quote(text)} is neither a known name nor an OID`;
    const hint = `write one of ${NAMES.join(', ')}, or an OID such as 1.3.6.1.5.2.3.5`;
    context.addIssue(problemIssue({ code: 'usage', message, hint }, text));
  })
  .meta({ anyOf: [{ enum: NAMES }, { pattern: OID_PATTERN }] })
  .transform((text) => BY_OID.get(text) ?? text);

/** Purposes by name where they have one, each once. */
export const extendedKeyUsage = z
  .array(purpose, wanted('a list of purposes such as [serverAuth]'))
  .superRefine(notEmpty('usage', 'leave "extendedKeyUsage" out for the default', 'extendedKeyUsage'))
  .superRefine(unique('usage', (item) => item, 'purpose'))
  .meta({ minItems: 1, uniqueItems: true });
