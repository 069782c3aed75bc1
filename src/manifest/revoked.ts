/** `revoked`: an entry, or single certificates of an authority, that are no longer to be accepted. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import { CRL_REASONS, type CrlReason, type Revocation, type RevokedSerial } from '../pki/revocation.ts';
import { notEmpty, unique } from './fields.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

const OTHERS =
  'that is of attribute certificates, and openssl writes it into no list: "cessationOfOperation" comes nearest';

/** Why these are no reasons here. */
const REFUSED: Readonly<Record<string, string>> = {
  certificateHold:
    'a hold is lifted again, and a list that was fetched in between refuses the certificate for days: leave "revoked" out until it is final',
  removeFromCRL: 'it takes an entry off a list, and what was revoked stays revoked until it ends',
  privilegeWithdrawn: OTHERS,
  aACompromise: OTHERS,
};

/** Those that can be given. */
export const REASON_WORDS: readonly CrlReason[] = CRL_REASONS.filter(
  (reason): reason is CrlReason => reason !== undefined && !Object.hasOwn(REFUSED, reason),
);

/** `null` for none, which `unspecified` is: lists leave it out (RFC 5280 §5.3.1). */
export function parseReason(text: string): Parsed<CrlReason | null> {
  const known = REASON_WORDS.find((word) => word.toLowerCase() === text.toLowerCase());
  if (known !== undefined) return parsed(known === 'unspecified' ? null : known);
  const why = Object.entries(REFUSED).find(([word]) => word.toLowerCase() === text.toLowerCase());
  if (why !== undefined) return refused('revoked', `nothing is revoked for ${quote(why[0])}`, why[1]);
  return refused('revoked', `${quote(text)} is no reason`, `write one of ${REASON_WORDS.join(', ')}`);
}

const REASON = 'true, or a reason such as keyCompromise';

const reason = z.string(wanted(REASON)).meta({ enum: REASON_WORDS }).transform(using(parseReason));

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/;

function parseTime(text: string): Parsed<number> {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse takes 30 February for 2 March.
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.replace(/Z$/, ''));
  if (isReal) return parsed(time / 1000);
  return refused('revoked', `${quote(text)} is no time`, 'write it as 2026-11-01 or 2026-11-01T00:00:00Z');
}

const at = z
  .string(wanted('a time such as 2026-11-01T00:00:00Z'))
  .meta({ pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d:\\d\\dZ)?$' })
  .transform(using(parseTime));

/** RFC 5280 §4.1.2.2: at most 20 octets. */
const SERIAL = /^(0[xX])?[0-9a-fA-F]{2}(:?[0-9a-fA-F]{2}){0,20}$/;

function parseSerial(text: string): Parsed<string> {
  if (!SERIAL.test(text))
    return refused(
      'revoked',
      `${quote(text)} is no serial number`,
      'write its hexadecimal digits, as "pki history" and "openssl x509 -serial" print them',
    );
  const digits = text.toLowerCase().replace(/^0x/, '').replaceAll(':', '');
  return parsed(digits.replace(/^(00)+(?=..)/, ''));
}

const serial = z
  .string(wanted('a serial number in quotes, such as "4f:01:…"', 'YAML takes bare digits for a number'))
  .meta({ pattern: SERIAL.source })
  .transform(using(parseSerial));

const REASON_FIELD = reason.meta({ description: 'Why, as RFC 5280 §5.3.1 calls it.' }).optional();
const AT_FIELD = at.meta({ description: 'Since when; by default since it is first listed.' }).optional();

const described = z.strictObject(
  { reason: REASON_FIELD, at: AT_FIELD },
  wanted('true, a reason, or a map such as { reason: keyCompromise, at: 2026-11-01T00:00:00Z }'),
);

type Described = z.output<typeof described>;

/** Of an entry. */
export const revoked = z.union([
  // Of a text, its own mistake is the one to report.
  reason.transform((why): Revocation => ({ reason: why })),
  z.literal(true, wanted(REASON)).transform((): Revocation => ({ reason: null })),
  described.transform(revocationOf),
]);

const listed = z
  .strictObject(
    { serial, reason: REASON_FIELD, at: AT_FIELD },
    wanted('a map such as { serial: "4f:01:…", reason: keyCompromise }'),
  )
  .transform(({ serial: number, ...rest }): RevokedSerial => ({ serial: number, ...revocationOf(rest) }));

/** Of an authority: itself, or certificates that it signed, by serial number. */
export const revokedAuthority = z.union([
  revoked,
  z
    .array(listed, wanted('a list of maps such as { serial: "4f:01:…", reason: keyCompromise }'))
    .superRefine(notEmpty('revoked', 'leave it out for none', 'list'))
    .superRefine(unique('revoked', (item) => item.serial, 'serial number'))
    .meta({ minItems: 1 }),
]);

/** The keys of the map that says why and since when. */
export const REVOKED_KEYS: readonly string[] = Object.keys(described.shape);

/** Those of an item in the list of an authority. */
export const REVOKED_SERIAL_KEYS: readonly string[] = ['serial', ...REVOKED_KEYS];

function revocationOf({ reason: why, at: time }: Described): Revocation {
  return { reason: why ?? null, ...(time === undefined ? {} : { at: time }) };
}
