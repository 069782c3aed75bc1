/** Name constraints (RFC 5280 §4.2.1.10): which names the certificates below a CA may have. Which those are: ../name-constraints.ts. */
import { ipText } from '../../pki/ip.ts';
import type { NameConstraints } from '../../pki/name-constraints.ts';
import { children, context, type Der, DerError, expectTag, hex, TAG } from '../der.ts';
import { encode } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';
import { encodeName, hasEntry, nameEntry, nameText, plainName } from '../general-name.ts';
import { rangeText, readRange } from '../ip-range.ts';

const IP = 0x87;

/** Of authorities that the manifest constrains. RFC 5280 wants them critical; a verifier that does not know them must stop. */
export const nameConstraints = {
  name: 'nameConstraints',
  oid: '2.5.29.30',
  fields: ['nameConstraints'],
  inRequest: false,
  lenient: true,
  read(der): NameConstraints {
    const parts = children(expectTag(der, TAG.sequence));
    const unknown = parts.find(({ tag }) => tag !== context(0) && tag !== context(1));
    if (unknown !== undefined || parts.length === 0) throw new DerError('name constraints constrain nothing');
    const [permitted, excluded] = [0, 1].map((n) => parts.find(({ tag }) => tag === context(n)));
    return { permitted: subtrees(permitted), excluded: subtrees(excluded) };
  },
  write: octets,
  items: ({ permitted, excluded }) => [
    ...permitted.map((name) => `permitted ${plainName(name)}`),
    ...excluded.map((name) => `excluded ${plainName(name)}`),
  ],
  config: ({ permitted, excluded }) =>
    [...permitted, ...excluded].every(hasForm)
      ? {
          value: '@constraints',
          sections: [
            {
              name: 'constraints',
              entries: [...entries('permitted', permitted), ...entries('excluded', excluded)],
            },
          ],
        }
      : { value: `DER:${hex(octets({ permitted, excluded }))}` },
  wanted: ({ entity }) =>
    entity.kind !== 'authority' || entity.nameConstraints === undefined
      ? null
      : { presence: 'required', value: entity.nameConstraints, critical: true, accepts: 'same' },
} as const satisfies ExtensionRule<NameConstraints>;

function octets({ permitted, excluded }: NameConstraints): Uint8Array {
  const list = (n: number, names: readonly string[]): readonly Uint8Array[] =>
    names.length === 0
      ? []
      : [encode(context(n), ...names.map((name) => encode(TAG.sequence, encodeSubtree(name))))];
  return encode(TAG.sequence, ...list(0, permitted), ...list(1, excluded));
}

/** Ranges are no names, and have a form all the same. */
function hasForm(name: string): boolean {
  return name.startsWith('ip:') || hasEntry(name);
}

/** RFC 5280 §4.2.1.10: at least one, with no minimum but 0, which is the default, and no maximum. */
function subtrees(list: Der | undefined): readonly string[] {
  if (list === undefined) return [];
  const found = children(list);
  if (found.length === 0) throw new DerError('a list of name constraints has none');
  return found.map((subtree) => {
    const [base, ...limits] = children(expectTag(subtree, TAG.sequence));
    if (base === undefined || limits.length > 0)
      throw new DerError('a name constraint has other limits than a name');
    return base.tag === IP ? `ip:${known(rangeText(base.body))}` : nameText(base);
  });
}

function known(range: string | undefined): string {
  if (range === undefined) throw new DerError('a name constraint holds no range of addresses');
  return range;
}

function encodeSubtree(name: string): Uint8Array {
  if (!name.startsWith('ip:')) return encodeName(name);
  const { address, mask } = readRange(name.slice('ip:'.length));
  return encode(IP, address, mask);
}

function entries(kind: string, names: readonly string[]): readonly (readonly [key: string, value: string])[] {
  return names.map((name, i) => {
    const [key, value] = nameEntry(name, i + 1);
    return [`${kind};${key}`, name.startsWith('ip:') ? rangeConfig(value) : value];
  });
}

/** openssl takes a mask only in full. */
function rangeConfig(range: string): string {
  const { address, mask } = readRange(range);
  return `${ipText(address)}/${ipText(mask)}`;
}
