/** The shapes of settings: the type of each, and the parser that makes a value of it. What they mean is in settings.ts. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import { PADDINGS, SIGNING_DIGESTS } from '../pki/signing.ts';
import type { DiagnosticCode } from './diagnostic.ts';
import {
  BACKDATE_PATTERN,
  DURATION_PATTERN,
  parseBackdate,
  parseRenewBefore,
  parseValidity,
  RENEW_PATTERN,
} from './duration.ts';
import { NAME_PATTERN } from './folder.ts';
import { problemIssue, using, wanted } from './problem.ts';
import { parseSan, SAN_LIMIT, sanIdentity } from './san.ts';

/** Raises an issue on every item that is in the list already. */
export function unique<T>(code: DiagnosticCode, identity: (item: T) => string, what: string) {
  return (items: readonly T[], context: z.RefinementCtx): void => {
    const seen = new Map<string, number>();
    for (const [index, item] of items.entries()) {
      const id = identity(item);
      const message = `${what} ${quote(id)} is listed twice`;
      const first = seen.get(id);
      if (first === undefined) seen.set(id, index);
      else context.addIssue(problemIssue({ code, message, hint: 'remove one', first }, item, [index]));
    }
  };
}

/** Raises an issue where there is no item. */
export function notEmpty(code: DiagnosticCode, hint: string, what: string = code) {
  return (items: readonly unknown[], context: z.RefinementCtx): void => {
    const message = `${what} is empty`;
    if (items.length === 0) context.addIssue(problemIssue({ code, message, hint }, items));
  };
}

/** `90d` → seconds, from 10 minutes to 100 years. */
export const validity = z
  .string(
    wanted(
      'a length of time such as "90d"',
      'write a number and a unit: m (minutes), h, d, w or y (365 days)',
    ),
  )
  .meta({ pattern: DURATION_PATTERN })
  .transform(using(parseValidity));

/** `30d` or `33%` → seconds, or a share (0–1) of the lifetime, before the end. */
export const renewBefore = z
  .string(wanted('a length of time such as "30d", or a share such as "33%"', 'write a number and a unit'))
  .meta({ pattern: RENEW_PATTERN })
  .transform(using(parseRenewBefore));

/** `5m` → seconds, from none to 30 days. */
export const backdate = z
  .string(wanted('a length of time such as "5m"', 'write "0m" for none'))
  .meta({ pattern: BACKDATE_PATTERN })
  .transform(using(parseBackdate));

/** Yes or no, in YAML's own words. */
export const rotateKey = z.boolean(wanted('true or false'));

/** Of an authority's signatures. */
export const digest = z.enum(SIGNING_DIGESTS, wanted(`one of ${SIGNING_DIGESTS.join(', ')}`));

/** What its RSA key does with that. */
export const signature = z.enum(PADDINGS, wanted(`one of ${PADDINGS.join(', ')}`));

/** TLS feature (RFC 7633), or its absence. */
export const mustStaple = z.boolean(wanted('true or false'));

/** The same. */
export const ocspNoCheck = z.boolean(wanted('true or false'));

/** The name of an authority. */
export const reference = z.string(wanted('the name of an authority'));

/** Text: whether there is such an authority, and whether it can sign, is for resolve/ to say. */
export const issuer = reference.meta({ pattern: NAME_PATTERN });

/** Text: whether such an authority signs one above the entry is for resolve/ to say. */
export const preferredChain = reference.meta({ pattern: NAME_PATTERN });

/** Text: whether there is such a profile is for resolve/ to say. */
export const profile = z.string(wanted('the name of a profile')).meta({ pattern: NAME_PATTERN });

/** At least one name, each once; whether they are those of roots is for resolve/ to say. */
export const trust = z
  .array(reference, wanted('a list of root authorities'))
  .superRefine(unique('trust', (item) => item, 'authority'))
  .superRefine(
    notEmpty('trust', 'name a root authority, or leave "trust" out to trust the root of the entry itself'),
  )
  .meta({ minItems: 1, uniqueItems: true });

const LENGTHS = wanted('a whole number from 0 to 100', 'leave it out for no limit');
/** pathLenConstraint (RFC 5280 §4.2.1.9), from 0 to 100. */
export const pathLength = z.int(LENGTHS).min(0, LENGTHS).max(100, LENGTHS);

/** Texts → at most 1000 `San`s, no two of them equal; DNS names are compared without regard to case. */
export const san = z
  .array(
    z
      .string(wanted('a name such as "api.example.test", "10.0.0.1" or "uri:spiffe://example.test/api"'))
      .meta({ minLength: 1 })
      .transform(using(parseSan)),
    wanted('a list of names'),
  )
  .superRefine((items, context) => {
    if (items.length <= SAN_LIMIT) return;
    const message = `san has ${items.length} names; the limit is ${SAN_LIMIT}`;
    context.addIssue(problemIssue({ code: 'san', message }, items));
  })
  .superRefine(unique('san', sanIdentity, 'SAN'))
  .meta({ maxItems: SAN_LIMIT });
