/** Inhibit anyPolicy (RFC 5280 §4.2.1.14): after how many certificates anyPolicy stands for no policy any more. */
import { smallInteger } from '../der.ts';
import { encodeInteger } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';

/** Of authorities whose entry states it; RFC 5280 wants it critical. */
export const inhibitAnyPolicy = {
  name: 'inhibitAnyPolicy',
  oid: '2.5.29.54',
  fields: ['inhibitAnyPolicy'],
  inRequest: false,
  lenient: true,
  read: (der): number => smallInteger(der),
  write: (count) => encodeInteger(count),
  items: (count) => [String(count)],
  config: (count) => ({ value: String(count) }),
  wanted: ({ entity }) =>
    entity.kind !== 'authority' || entity.inhibitAnyPolicy === undefined
      ? null
      : { presence: 'required', value: entity.inhibitAnyPolicy, critical: true, accepts: 'same' },
} as const satisfies ExtensionRule<number>;
