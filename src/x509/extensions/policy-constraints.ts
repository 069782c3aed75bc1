/** Policy constraints (RFC 5280 §4.2.1.11): from where on a chain needs a policy, and may no longer map one to another. */
import type { PolicyConstraints } from '../../pki/policy.ts';
import { children, type Der, DerError, expectTag, hex, readAll, smallInteger, TAG } from '../der.ts';
import { encode, encodeInteger } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';

/** [0] and [1], each an implicit INTEGER. */
const REQUIRE = 0x80;
const INHIBIT = 0x81;

/** Of authorities whose entry states them; RFC 5280 wants them critical. */
export const policyConstraints = {
  name: 'policyConstraints',
  oid: '2.5.29.36',
  fields: ['policyConstraints'],
  inRequest: false,
  lenient: true,
  read(der): PolicyConstraints {
    const parts = children(expectTag(der, TAG.sequence));
    if (parts.length === 0 || parts.some(({ tag }) => tag !== REQUIRE && tag !== INHIBIT))
      throw new DerError('policy constraints constrain nothing');
    const [require, inhibit] = [REQUIRE, INHIBIT].map((wanted) => parts.find(({ tag }) => tag === wanted));
    return { requireExplicitPolicy: skipIn(require), inhibitPolicyMapping: skipIn(inhibit) };
  },
  write: ({ requireExplicitPolicy, inhibitPolicyMapping }) =>
    encode(TAG.sequence, ...skip(REQUIRE, requireExplicitPolicy), ...skip(INHIBIT, inhibitPolicyMapping)),
  items: (value) => named(value).map(([name, count]) => `${name} ${count}`),
  config: (value) => ({
    value: named(value)
      .map(([name, count]) => `${name}:${count}`)
      .join(','),
  }),
  wanted: ({ entity }) =>
    entity.kind !== 'authority' || entity.policyConstraints === undefined
      ? null
      : { presence: 'required', value: entity.policyConstraints, critical: true, accepts: 'same' },
} as const satisfies ExtensionRule<PolicyConstraints>;

function named(value: PolicyConstraints): readonly (readonly [name: string, count: number])[] {
  const { requireExplicitPolicy, inhibitPolicyMapping } = value;
  return [
    ...(requireExplicitPolicy === null ? [] : [['requireExplicitPolicy', requireExplicitPolicy] as const]),
    ...(inhibitPolicyMapping === null ? [] : [['inhibitPolicyMapping', inhibitPolicyMapping] as const]),
  ];
}

function skipIn(der: Der | undefined): number | null {
  if (der === undefined) return null;
  return smallInteger(readAll(Buffer.from(`02${hex(der.bytes).slice(2)}`, 'hex')));
}

function skip(tag: number, count: number | null): readonly Uint8Array[] {
  return count === null ? [] : [encode(tag, readAll(encodeInteger(count)).body)];
}
