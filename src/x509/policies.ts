/** Certificate policies (RFC 5280 §4.2.1.4, §4.2.1.11), as far as a chain without them can depend on them. */
import { children, DerError, expectTag, hex, oidText, readAll, smallInteger, TAG } from './der.ts';
import { assertDer } from './der-strict.ts';
import type { ExtensionFacts, UnknownExtension } from './extensions.ts';
import { findNamed } from './named-extensions.ts';

/** The policies of a certificate. */
export interface Policies {
  /** By OID; empty where it has none. */
  readonly own: readonly string[];
  /** After how many certificates every further one needs a policy; `null` where none does. */
  readonly explicitAfter: number | null;
}

/** `null` where an extension that says so is malformed. */
export function policiesOf(facts: Pick<ExtensionFacts, 'unknown'>): Policies | null {
  try {
    return {
      own: policiesIn(findNamed(facts, 'certificatePolicies')),
      explicitAfter: explicitIn(findNamed(facts, 'policyConstraints')),
    };
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

function policiesIn(found: UnknownExtension | undefined): readonly string[] {
  const policies = partsOf(found).map((policy) => oidText(children(expectTag(policy, TAG.sequence))[0]));
  // RFC 5280 §4.2.1.4: none of them twice.
  if (new Set(policies).size !== policies.length) throw new DerError('a policy appears twice');
  return policies;
}

const REQUIRE_EXPLICIT = 0x80;

function explicitIn(found: UnknownExtension | undefined): number | null {
  const skip = partsOf(found).find(({ tag }) => tag === REQUIRE_EXPLICIT);
  return skip === undefined
    ? null
    : smallInteger(readAll(Buffer.from(`02${hex(skip.bytes).slice(2)}`, 'hex')));
}

function partsOf(found: UnknownExtension | undefined) {
  if (found === undefined) return [];
  const value = readAll(Buffer.from(found.hex, 'hex'));
  assertDer(value);
  return children(expectTag(value, TAG.sequence));
}

/** Stands for every policy, RFC 5280 §4.2.1.4. */
const ANY_POLICY = '2.5.29.32.0';

/** Whether a policy is in all of these, or may be mapped to one that is. */
export function sharesPolicy(chain: readonly Pick<ExtensionFacts, 'unknown'>[]): boolean {
  if (chain.some((facts) => findNamed(facts, 'policyMappings') !== undefined)) return true;
  const all = chain.map((facts) => policiesOf(facts)?.own ?? []);
  const [first, ...others] = all.filter((policies) => !policies.includes(ANY_POLICY));
  if (first === undefined) return true;
  return first.some((policy) => others.every((policies) => policies.includes(policy)));
}
