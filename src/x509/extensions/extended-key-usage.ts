/** Extended key usage (RFC 5280 §4.2.1.12): what the certificate may be used for, by names or dotted OIDs. */
import { sameSet } from '../../pki/compare.ts';
import type { Entity } from '../../pki/entity.ts';
import { PURPOSES, PURPOSES_OF } from '../../pki/purposes.ts';
import { children, expectTag, oidText, TAG } from '../der.ts';
import { encode, encodeOid } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';

const OIDS = new Map<string, string>(Object.entries(PURPOSES));
const NAMES = new Map([...OIDS].map(([name, oid]) => [oid, name]));

/** Exactly the purposes of an end entity's kind, and none for a CA. */
export const extendedKeyUsage = {
  name: 'extendedKeyUsage',
  oid: '2.5.29.37',
  fields: ['extendedKeyUsage'],
  inRequest: true,
  read: (der): readonly string[] =>
    children(expectTag(der, TAG.sequence)).map((purpose) => {
      const oid = oidText(purpose);
      return NAMES.get(oid) ?? oid;
    }),
  write: (usages) => encode(TAG.sequence, ...usages.map((usage) => encodeOid(OIDS.get(usage) ?? usage))),
  items: (usages) => usages,
  // Every verifier takes a purpose that is there twice for one.
  matches: (found, wanted) => sameSet([...new Set(found)], wanted),
  config: (usages) => ({ value: usages.join(',') }),
  // A CA certificate carries none, so that nothing below it is narrowed. RFC 5280: critical or not, at the issuer's
  // option; of a time stamping authority it must be (RFC 3161 §2.3).
  wanted({ entity }) {
    const value = purposesOf(entity);
    if (value === null) return { presence: 'none' };
    const critical = entity.kind === 'certificate' && value.includes('timeStamping');
    return { presence: 'required', value, critical, accepts: critical ? 'same' : 'either' };
  },
} as const satisfies ExtensionRule<readonly string[]>;

/** `null`: for everything. */
function purposesOf({ kind, extendedKeyUsage: stated }: Entity): readonly string[] | null {
  return stated ?? (kind === 'authority' ? null : PURPOSES_OF[kind]);
}
