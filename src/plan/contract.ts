/**
 * The contract: what a certificate that another engine issued has to have in common with the manifest, what may differ,
 * and what is refused. Other engines write names in other string types, live shorter, and add extensions of their own; a
 * comparison to the octet would have them issue for ever, and one that is too kind lets a client pose as a server. Pure.
 */

import { type AnyExtension, EXTENSIONS, type KnownExtensions } from '../x509/extensions.ts';
import type { CertificateFacts, KeyId } from '../x509/facts.ts';
import { defectsOf } from './defects.ts';
import { diffExtension, diffKeySpec, diffSignature, diffSubject, weakness } from './diff.ts';
import type { Reason } from './reason.ts';
import { lengthText, lifetime } from './validity.ts';
import type { WantedCertificate, WantedExtension } from './wanted.ts';

/** What such a certificate is compared with. */
export interface Terms {
  readonly wanted: WantedCertificate;
  /** The key that it has to be for; `null`: any of the kind, as none is here. */
  readonly keyId: KeyId | null;
  /** How long it may be valid, in seconds. */
  readonly longest: number;
}

/**
 * How a field stands to what is wanted.
 * - `equal`: the same, and of a set no more and no less;
 * - `meaning`: the same by RFC 5280 §7.1, whatever its order and string types;
 * - `at-most`: as long, or shorter;
 * - `sound`: anything that verifiers accept;
 * - `free`: anything at all.
 */
export type Relation = 'equal' | 'meaning' | 'at-most' | 'sound' | 'free';

/** One row: a field, its relation, and what breaks it. */
export interface Clause {
  readonly field: string;
  readonly relation: Relation;
  breaches(facts: CertificateFacts, terms: Terms): readonly Reason[];
}

/** Seconds: engines count from a little before the moment of issue, some on top of what was asked. */
export const SLACK = 6 * 60;

/** All but the extensions. */
const FIELDS: readonly Clause[] = [
  { field: 'version', relation: 'equal', breaches: version },
  { field: 'key', relation: 'equal', breaches: key },
  {
    field: 'subject',
    relation: 'meaning',
    breaches: ({ subject }, { wanted }) => diffSubject(subject, wanted),
  },
  { field: 'validity', relation: 'at-most', breaches: validity },
  {
    field: 'signature',
    relation: 'sound',
    breaches: (facts, { wanted }) => [...diffSignature(facts, wanted), ...weakness(facts, wanted)],
  },
  // Serial number, other extensions and the like: an unknown critical extension, say, is refused by every verifier.
  { field: 'others', relation: 'sound', breaches: (facts, { wanted }) => defectsOf(facts, wanted) },
];

/**
 * Extensions, as far as the manifest decides about them; where it does not, the issuer does. An absent one is a breach
 * where the kind of entity requires it. Which key signed is shown by the signature, and not by what names the key.
 */
const RELATIONS = {
  basicConstraints: 'equal',
  keyUsage: 'equal',
  extendedKeyUsage: 'equal',
  subjectAltName: 'equal',
  subjectKeyIdentifier: 'sound',
  authorityKeyIdentifier: 'free',
  nameConstraints: 'equal',
  certificatePolicies: 'equal',
  policyConstraints: 'equal',
  inhibitAnyPolicy: 'equal',
  crlDistributionPoints: 'equal',
  authorityInfoAccess: 'equal',
  mustStaple: 'equal',
  ocspNoCheck: 'equal',
} as const satisfies Readonly<Record<keyof KnownExtensions, Relation>>;

/** The whole table. */
export const CONTRACT: readonly Clause[] = [
  ...FIELDS,
  ...EXTENSIONS.map(extensionClause),
  // Those without a row of their own, which the manifest states octet by octet.
  { field: 'extensions', relation: 'equal', breaches: privateExtensions },
];

/** Everything in which a certificate breaks the contract; nothing: it may serve. Who signed it is shown by its chain. */
export function breachesOf(facts: CertificateFacts, terms: Terms): readonly Reason[] {
  return judgementsOf(facts, terms).flatMap(({ breaches }) => breaches);
}

/** How a certificate stands to one clause. */
export interface Judgement {
  readonly field: string;
  readonly relation: Relation;
  /** None: it is kept. */
  readonly breaches: readonly Reason[];
}

/** The same clause by clause; those that nothing can break are left out. */
export function judgementsOf(facts: CertificateFacts, terms: Terms): readonly Judgement[] {
  return CONTRACT.filter(({ relation }) => relation !== 'free').map((clause) => {
    const { field, relation } = clause;
    return { field, relation, breaches: clause.breaches(facts, terms) };
  });
}

function version(facts: CertificateFacts): readonly Reason[] {
  return facts.version === 3
    ? []
    : [{ kind: 'differs', field: 'version', before: `v${facts.version}`, after: 'v3' }];
}

function key(facts: CertificateFacts, { wanted, keyId }: Terms): readonly Reason[] {
  const isOther = keyId !== null && keyId !== facts.keyId;
  return [...diffKeySpec(facts.keySpec, wanted), ...(isOther ? [{ kind: 'key-mismatch' } as const] : [])];
}

function validity(facts: CertificateFacts, { longest }: Terms): readonly Reason[] {
  const found = lifetime(facts);
  if (found <= longest + SLACK) return [];
  return [
    {
      kind: 'differs',
      field: 'validity',
      before: lengthText(found),
      after: `${lengthText(longest)} at most`,
    },
  ];
}

function extensionClause(rule: AnyExtension): Clause {
  const relations: Readonly<Record<string, Relation>> = RELATIONS;
  const relation = relations[rule.name] ?? 'equal';
  return {
    field: rule.name,
    relation,
    breaches: (facts, { wanted }) =>
      wanted.extensions
        .filter((one) => one.rule === rule)
        .flatMap((one) => diffExtension(facts, related(one, relation))),
  };
}

/** What a rule tolerates of other tools, such as a usage that does no harm, is still more than was agreed. */
function related({ rule, wanted }: WantedExtension, relation: Relation): WantedExtension {
  if (wanted.presence === 'none') return { rule, wanted };
  if (relation === 'equal') return { rule, wanted: { ...wanted, exactly: true } };
  return { rule: { ...rule, matches: () => true }, wanted };
}

function privateExtensions(facts: CertificateFacts, { wanted }: Terms): readonly Reason[] {
  return wanted.extensions
    .filter(({ rule }) => rule.raw === true)
    .flatMap((one) => diffExtension(facts, related(one, 'equal')));
}
