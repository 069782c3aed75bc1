/** Subject key identifier (RFC 5280 §4.2.1.2), in hex; wanted is `null` for that of a key which is not known yet. */
import { expectTag, hex, TAG } from '../der.ts';
import { encode } from '../der-write.ts';
import { type ExtensionRule, known, PRESENT } from '../extension-rule.ts';

/** Any value is accepted; a CA must have one. */
export const subjectKeyIdentifier = {
  name: 'subjectKeyIdentifier',
  oid: '2.5.29.14',
  fields: ['subjectKeyIdentifier'],
  inRequest: false,
  read: (der): string => hex(expectTag(der, TAG.octetString).body),
  write: (identifier) => encode(TAG.octetString, Buffer.from(known(identifier), 'hex')),
  items: (identifier) => [identifier ?? PRESENT],
  config: (identifier) => ({ value: identifier ?? 'hash' }),
  // A CA must have it. A leaf without it works, so such a certificate from another tool stays. Never critical.
  wanted: ({ entity, keyIdentifier }) => ({
    presence: entity.kind === 'authority' ? 'required' : 'expected',
    value: keyIdentifier,
    critical: false,
    accepts: 'same',
  }),
  matches: (found, wanted) => wanted === null || found === wanted,
} as const satisfies ExtensionRule<string | null>;
