/** `policies`, `policyConstraints` and `inhibitAnyPolicy`: under which rules certificates are issued (RFC 5280 §4.2.1.4). */
import * as z from 'zod';
import type { Policy, PolicyConstraints, PolicyQualifier } from '../pki/policy.ts';
import { quote } from '../pki/printable.ts';
import { notEmpty, unique } from './fields.ts';
import { isOid, OID_PATTERN } from './oid.ts';
import { hasUnknownKeys, type Parsed, parsed, problemIssue, refused, using, wanted } from './problem.ts';
import { parseText, TEXT_PATTERN } from './text.ts';
import { webUrl } from './url.ts';

function parseOid(text: string): Parsed<string> {
  if (isOid(text)) return parsed(text);
  const hint = 'write an OID such as 1.3.6.1.4.1.99999.1, below a number of your own or of 2.25';
  return refused('policy', `policy ${quote(text)} is no OID`, hint);
}

const oid = z
  .string(wanted('an OID such as 1.3.6.1.4.1.99999.1'))
  .meta({ pattern: OID_PATTERN })
  .transform(using(parseOid));

/** RFC 5280 §4.2.1.4: explicitText has at most 200 characters. */
const NOTICE_LIMIT = 200;

const notice = z
  .string(wanted('text'))
  .meta({
    minLength: 1,
    maxLength: NOTICE_LIMIT,
    pattern: TEXT_PATTERN,
    description: 'Text for those who use the certificate.',
  })
  .transform(using(parseText('notice', NOTICE_LIMIT)));

const described = z.strictObject(
  {
    policy: oid,
    cps: webUrl.meta({ description: 'Where the certification practice statement is.' }).optional(),
    notice: notice.optional(),
  },
  wanted('an OID, or a map such as { policy: 1.3.6.1.4.1.99999.1, cps: "https://…" }'),
);

/** The keys of a policy with more than its OID. */
export const POLICY_KEYS: readonly string[] = Object.keys(described.shape);

const policy = z.union([
  oid.transform((text): Policy => ({ oid: text, qualifiers: [] })),
  described.transform(({ policy: text, cps, notice: words }): Policy => {
    const qualifiers: PolicyQualifier[] = [];
    if (cps !== undefined) qualifiers.push({ kind: 'cps', text: cps });
    if (words !== undefined) qualifiers.push({ kind: 'notice', text: words });
    return { oid: text, qualifiers };
  }),
]);

/** In one certificate. */
const MOST = 64;

/** At least one, each once. */
export const policies = z
  .array(policy, wanted('a list of policies such as [1.3.6.1.4.1.99999.1]'))
  .superRefine(notEmpty('policy', 'leave "policies" out for none', 'policies'))
  .max(MOST, wanted(`a list of at most ${MOST} policies`))
  .superRefine(unique('policy', (item: Policy) => item.oid, 'policy'))
  .meta({ minItems: 1, uniqueItems: true });

const COUNT = wanted('a whole number from 0 to 100', 'how many further certificates may stand between');
/** SkipCerts (RFC 5280 §4.2.1.11, §4.2.1.14). */
export const inhibitAnyPolicy = z.int(COUNT).min(0, COUNT).max(100, COUNT);

const constraints = z
  .strictObject(
    {
      requireExplicitPolicy: inhibitAnyPolicy
        .meta({ description: 'After how many certificates every further one needs a policy.' })
        .optional(),
      inhibitPolicyMapping: inhibitAnyPolicy
        .meta({ description: 'After how many certificates policies may no longer be mapped.' })
        .optional(),
    },
    wanted('a map such as { requireExplicitPolicy: 0 }'),
  )
  .superRefine((value, context) => {
    if (hasUnknownKeys(context) || Object.values(value).some((count) => count !== undefined)) return;
    const message = 'policyConstraints constrain nothing';
    const hint = 'write { requireExplicitPolicy: 0 }, or leave "policyConstraints" out';
    context.addIssue(problemIssue({ code: 'policy', message, hint }, value));
  });

/** The keys of `policyConstraints`. */
export const POLICY_CONSTRAINT_KEYS: readonly string[] = Object.keys(constraints.shape);

/** Either part, or both; what is left out is `null`. */
export const policyConstraints = constraints.transform(
  ({ requireExplicitPolicy = null, inhibitPolicyMapping = null }): PolicyConstraints => ({
    requireExplicitPolicy,
    inhibitPolicyMapping,
  }),
);
