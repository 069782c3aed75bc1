/** Policies that an authority demands, against those of every certificate below it (RFC 5280 §6.1). */
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { lacksPolicy, type PolicyTerms } from '../x509/policies.ts';
import { type AuthorityDraft, type Draft, draftText } from './draft.ts';
import { type Hierarchy, lineOf } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** An error for each entry that `openssl verify -policy_check` and all others refuse, and warnings of what has no effect. */
export function checkPolicies(leaves: readonly SignedLeaf[], hierarchy: Hierarchy, report: Report): void {
  for (const position of hierarchy.order) {
    if (position.issuer === null) warnOfRoot(position.authority, report);
    else checkChain(position.authority, lineOf(position, hierarchy).slice(1), report);
  }
  for (const { leaf, issuer } of leaves) checkChain(leaf, lineOf(issuer, hierarchy), report);
}

/** @param above from the issuer to the root, whose own terms no verifier looks at. */
function checkChain(draft: Draft, above: readonly AuthorityDraft[], report: Report): void {
  const chain = [...above.slice(0, -1).toReversed(), draft];
  const demanding = chain.find((one) => demandOf(one) !== null);
  const isKnown = chain.every((one) => one.isKnown('policies', 'policyConstraints', 'inhibitAnyPolicy'));
  if (demanding === undefined || !isKnown || !lacksPolicy(chain.map(termsOf))) return;
  report.error({
    code: 'policy',
    at: draft.at(draft.settings.policies === undefined ? undefined : 'policies'),
    message: lackText(draft, demanding),
    hint: `state "policies" here and in every authority between ${quote(demanding.name)} and this; OpenSSL (-policy_check), GnuTLS, Go and Java refuse it otherwise`,
    related: [{ at: demanding.at('policyConstraints'), message: 'the demand' }],
  });
}

function lackText(draft: Draft, demanding: Draft): string {
  const [about, by] = [draftText(draft), draftText(demanding)];
  if (draft === demanding)
    return `${about} demands policies, and has none itself that authorities above it have`;
  return draft.settings.policies === undefined
    ? `${about} has no policy, and ${by} demands one`
    : `no policy of ${about} is one that all authorities above it have, and ${by} demands one`;
}

function demandOf({ kind, settings }: Draft): number | null {
  return kind === 'authority' ? (settings.policyConstraints?.requireExplicitPolicy ?? null) : null;
}

function termsOf(draft: Draft): PolicyTerms {
  const { settings } = draft;
  return {
    own: (settings.policies ?? []).map(({ oid }) => oid),
    explicitAfter: demandOf(draft),
    inhibitAfter: (draft.kind === 'authority' ? draft.settings.inhibitAnyPolicy : undefined) ?? null,
    maps: false,
  };
}

/** RFC 5280 §6.1.1: of a trust anchor name and key count. */
function warnOfRoot(root: AuthorityDraft, report: Report): void {
  for (const setting of ['policyConstraints', 'inhibitAnyPolicy'] as const)
    if (root.settings[setting] !== undefined)
      report.warn({
        code: 'policy',
        at: root.at(setting),
        message: `${setting} of ${draftText(root)} has no effect: verifiers look at no policies of a root`,
        hint: `state it in the authorities that ${quote(root.name)} signs`,
      });
}
