/** Subject alternative names (RFC 5280 §4.2.1.6), each as `sanText` writes it: `dns:api.example.test`. */
import { sameSet } from '../../pki/compare.ts';
import { sanText } from '../../pki/san.ts';
import { children, expectTag, hex, TAG } from '../der.ts';
import { encode } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';
import { encodeName, hasEntry, nameEntry, nameText, plainName } from '../general-name.ts';

function octets(names: readonly string[]): Uint8Array {
  return encode(TAG.sequence, ...names.map(encodeName));
}

/** Exactly the names of the manifest. */
export const subjectAltName = {
  name: 'subjectAltName',
  oid: '2.5.29.17',
  fields: ['san'],
  inRequest: true,
  read: (der): readonly string[] => children(expectTag(der, TAG.sequence)).map(nameText),
  write: octets,
  items: (names) => names.map(plainName),
  // Written twice by another tool, a name says no more.
  matches(found, wanted) {
    const [one, other] = [found, wanted].map((names) => [...new Set(names.map(plainName))]);
    return sameSet(one ?? [], other ?? []);
  },
  // A section of its own, because in the short form a comma starts another name.
  config: (names) =>
    names.every(hasEntry)
      ? {
          value: '@san',
          sections: [{ name: 'san', entries: names.map((name, i) => nameEntry(name, i + 1)) }],
        }
      : { value: `DER:${hex(octets(names))}` },
  // Critical exactly when the subject is empty; with a subject, verifiers take both.
  wanted({ entity: { san, subject } }) {
    if (san.length === 0) return { presence: 'none' };
    const critical = subject.length === 0;
    return {
      presence: 'required',
      value: san.map(sanText),
      critical,
      accepts: critical ? 'same' : 'either',
    };
  },
} as const satisfies ExtensionRule<readonly string[]>;
