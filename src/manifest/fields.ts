/** The fields of a manifest: the shape of each, its words for editors, and the parser that makes a value of it. */
import * as z from 'zod';
import { OUTPUTS, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import { quote } from '../pki/printable.ts';
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
import { LONG_TEXT, parseCountry, parseText, SHORT_TEXT, TEXT_PATTERN } from './text.ts';

/** Raises an issue on every item that is in the list already. */
function unique<T>(code: 'artifact' | 'trust' | 'san', identity: (item: T) => string, what: string) {
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

/** `90d` → seconds, from 10 minutes to 100 years. */
export const validity = z
  .string(
    wanted(
      'a length of time such as "90d"',
      'write a number and a unit: m (minutes), h, d, w or y (365 days)',
    ),
  )
  .meta({
    pattern: DURATION_PATTERN,
    description:
      'Lifetime of the certificate: a number with m (minutes), h, d, w or y (365 days). Without it leaves get 90d, roots 10y, other authorities 5y.',
    examples: ['90d', '52w', '10y'],
  })
  .transform(using(parseValidity));
/** `30d` or `33%` → a `RenewBefore`: seconds, or a share (0–1) of the lifetime, before the end. */
export const renewBefore = z
  .string(wanted('a length of time such as "30d", or a share such as "33%"', 'write a number and a unit'))
  .meta({
    pattern: RENEW_PATTERN,
    description:
      'When a certificate is renewed: this long before its end, or with this share of its lifetime left. A third of the lifetime without it.',
    examples: ['30d', '33%'],
  })
  .transform(using(parseRenewBefore));
/** `5m` → seconds, from none to 30 days. */
export const backdate = z
  .string(wanted('a length of time such as "5m"', 'write "0m" for none'))
  .meta({
    pattern: BACKDATE_PATTERN,
    description: 'How far notBefore lies before the moment of issue, against clocks that run late.',
    default: '5m',
    examples: ['5m', '1h', '0m'],
  })
  .transform(using(parseBackdate));
/** Whether a certificate that is issued anew because of its age gets a new key as well. */
export const rotateKey = z.boolean(wanted('true or false')).meta({
  description: 'Make a new private key at every renewal instead of keeping the key.',
  default: false,
});

const artifact = z.enum(OUTPUTS, wanted(`one of ${OUTPUTS.join(', ')}`));

/** A list of artifacts, each once, `key` and `cert` among them; their order means nothing. */
export const outputs = z
  .array(artifact, wanted('a list of files', `choose from [${OUTPUTS.join(', ')}]`))
  .superRefine(unique('artifact', (item) => item, 'output'))
  .superRefine((items, context) => {
    const lost = (['key', 'cert'] as const).filter((item) => !items.includes(item));
    if (lost.length === 0) return;
    const message = `outputs leave out ${lost.map(quote).join(' and ')}`;
    context.addIssue(problemIssue({ code: 'artifact', message, hint: `add ${lost.join(' and ')}` }, items));
  })
  .meta({
    uniqueItems: true,
    allOf: [{ contains: { const: 'key' } }, { contains: { const: 'cert' } }],
    description: 'Files to write for each entry; key and cert always.',
    default: [...STANDARD_OUTPUTS],
  });

const reference = z.string(wanted('the name of an authority'));

/** Text: whether there is such an authority, and whether it can sign, is for the model to say. */
export const issuer = reference.meta({
  pattern: NAME_PATTERN,
  description:
    'Name of the authority that signs. A leaf may leave it out where one authority alone can be meant; an authority without it is a root.',
  examples: ['root'],
});

/** At least one name, each once; whether they are those of roots is for the model to say. */
export const trust = z
  .array(reference, wanted('a list of root authorities'))
  .superRefine(unique('trust', (item) => item, 'authority'))
  .superRefine((items, context) => {
    const hint = 'name a root authority, or leave "trust" out to trust the own root';
    if (items.length === 0)
      context.addIssue(problemIssue({ code: 'trust', message: 'trust is empty', hint }, items));
  })
  .meta({
    minItems: 1,
    uniqueItems: true,
    description:
      'Root authorities whose certificates make up ca.pem, by which the entry judges others. Its own root without it.',
    examples: [['root', 'partner-root']],
  });

const LENGTHS = wanted('a whole number from 0 to 100', 'leave it out for no limit');
/** pathLenConstraint (RFC 5280 §4.2.1.9), from 0 to 100. */
export const pathLength = z
  .int(LENGTHS)
  .min(0, LENGTHS)
  .max(100, LENGTHS)
  .meta({
    description: 'How many authorities may follow below this one (RFC 5280 §4.2.1.9); no limit without it.',
    examples: [0, 1],
  });

function text(what: string, limit: number, description: string, example: string, longHint?: string) {
  return z
    .string(wanted('text'))
    .meta({ minLength: 1, maxLength: limit, pattern: TEXT_PATTERN, description, examples: [example] })
    .transform(using(parseText(what, limit, longHint)));
}

/** 1 to 64 characters; whether a server's or peer's is among its SANs is for the model to say. */
export const leafCommonName = text(
  'common name',
  SHORT_TEXT,
  'Common name (CN). Of a server or peer: one of its names, added to san where san is left out.',
  'api.example.test',
  'leave commonName out, put the name into "san" and give the subject another attribute, such as organization',
);
/** 1 to 64 characters; every authority has one. */
export const caCommonName = text(
  'common name',
  SHORT_TEXT,
  'Common name (CN) of the authority.',
  'Example Root CA',
);

/** Every attribute but the common name, within the bounds of RFC 5280 appendix A.1; `defaults` are not merged in. */
export const subject = z
  .strictObject(
    {
      organization: text('organization', SHORT_TEXT, 'Organization (O).', 'Example Org').optional(),
      organizationalUnit: text(
        'organizational unit',
        SHORT_TEXT,
        'Organizational unit (OU).',
        'Platform',
      ).optional(),
      country: z
        .string(wanted('a country of two letters such as "SE"'))
        .meta({ pattern: '^[A-Z]{2}$', description: 'Country (C), ISO 3166.', examples: ['SE'] })
        .transform(using(parseCountry))
        .optional(),
      state: text('state', LONG_TEXT, 'State or province (ST).', 'Uppland').optional(),
      locality: text('locality', LONG_TEXT, 'Locality (L).', 'Uppsala').optional(),
    },
    wanted('a map of attributes such as { organization: Example Org }'),
  )
  .meta({ description: 'The rest of the subject; merged with the one in defaults, attribute by attribute.' });

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
    const message = `san has ${items.length} names, more than ${SAN_LIMIT}`;
    context.addIssue(problemIssue({ code: 'san', message }, items));
  })
  .superRefine(unique('san', sanIdentity, 'SAN'))
  .meta({
    maxItems: SAN_LIMIT,
    description:
      'Subject alternative names. The kind is found from the value, or stands in front: dns:, ip:, uri:, email:.',
    examples: [['api.example.test', '*.api.example.test', '127.0.0.1', 'uri:spiffe://example.test/api']],
  });
