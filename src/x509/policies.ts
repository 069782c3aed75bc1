/** Which chains are refused for the policies of their certificates (RFC 5280 §6.1), as OpenSSL decides it. */
import { ANY_POLICY } from '../pki/policy.ts';
import type { ExtensionFacts } from './extensions.ts';
import { findNamed } from './named-extensions.ts';

/** What one certificate says of policies. */
export interface PolicyTerms {
  /** By OID; empty where it has none. */
  readonly own: readonly string[];
  /** After how many certificates every further one needs a policy; `null` where none does. */
  readonly explicitAfter: number | null;
  /** After how many anyPolicy stands for nothing any more; `null` where it always stands for all. */
  readonly inhibitAfter: number | null;
  /** Whether policies of what is below count as others. */
  readonly maps: boolean;
}

/** The terms of a certificate. */
export function policyTermsOf(facts: ExtensionFacts): PolicyTerms {
  const { certificatePolicies, policyConstraints, inhibitAnyPolicy } = facts.extensions;
  return {
    own: (certificatePolicies?.value ?? []).map(({ oid }) => oid),
    explicitAfter: policyConstraints?.value.requireExplicitPolicy ?? null,
    inhibitAfter: inhibitAnyPolicy?.value ?? null,
    maps: findNamed(facts, 'policyMappings') !== undefined,
  };
}

/** What is left on the way down: `any`, these, or no policy at all. */
type Valid = 'any' | readonly string[];

/**
 * Whether a chain needs a policy that all its certificates have, and there is none.
 * @param chain from below the root, whose own terms no verifier looks at, down to the certificate that is judged.
 */
export function lacksPolicy(chain: readonly PolicyTerms[]): boolean {
  // Mapped policies may lead anywhere: openssl decides, and what it refuses the proof shows.
  if (chain.some(({ maps }) => maps)) return false;
  let valid: Valid = 'any';
  let explicit = Number.POSITIVE_INFINITY;
  let inhibit = Number.POSITIVE_INFINITY;
  for (const { own, explicitAfter, inhibitAfter } of chain) {
    valid = narrowed(valid, own, inhibit > 0);
    explicit = Math.min(Math.max(0, explicit - 1), explicitAfter ?? explicit);
    inhibit = Math.min(Math.max(0, inhibit - 1), inhibitAfter ?? inhibit);
  }
  return explicit === 0 && valid !== 'any' && valid.length === 0;
}

function narrowed(valid: Valid, own: readonly string[], isAnyAllowed: boolean): Valid {
  if (own.includes(ANY_POLICY) && isAnyAllowed) return valid;
  const named = own.filter((policy) => policy !== ANY_POLICY);
  return valid === 'any' ? named : valid.filter((policy) => named.includes(policy));
}
