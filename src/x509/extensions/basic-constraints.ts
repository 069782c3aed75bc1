/** Basic constraints (RFC 5280 §4.2.1.9): whether the subject may sign certificates, and how many CAs may follow. */
import { children, DerError, expectTag, smallInteger, TAG, trueBoolean } from '../der.ts';
import { encode, encodeInteger, TRUE } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';

/** What the extension says. */
export interface BasicConstraints {
  readonly ca: boolean;
  /** `null` for no limit. */
  readonly pathLength: number | null;
}

/** Critical and exact for a CA; an end entity may do without. */
export const basicConstraints = {
  name: 'basicConstraints',
  oid: '2.5.29.19',
  fields: ['basicConstraints', 'pathLength'],
  inRequest: true,
  read(der): BasicConstraints {
    const [first, ...rest] = children(expectTag(der, TAG.sequence));
    const ca = first?.tag === TAG.boolean && trueBoolean(first);
    const [limit, ...more] = ca ? rest : [first, ...rest];
    if (more.length > 0) throw new DerError('basic constraints have more parts');
    return { ca, pathLength: limit === undefined ? null : smallInteger(limit) };
  },
  // FALSE is the default, which DER leaves out (X.690 §11.5).
  write: ({ ca, pathLength }) =>
    encode(TAG.sequence, ...(ca ? [TRUE] : []), ...(pathLength === null ? [] : [encodeInteger(pathLength)])),
  items({ ca, pathLength }, field) {
    if (field === 'basicConstraints') return [ca ? 'CA:TRUE' : 'CA:FALSE'];
    return pathLength === null ? [] : [String(pathLength)];
  },
  config: ({ ca, pathLength }) => ({
    value: `${ca ? 'CA:TRUE' : 'CA:FALSE'}${pathLength === null ? '' : `,pathlen:${pathLength}`}`,
  }),
  // Critical in every CA certificate: Python ≥ 3.13 and x509_strict insist. An end entity need not say so.
  wanted: ({ entity }) =>
    entity.kind === 'authority'
      ? {
          presence: 'required',
          value: { ca: true, pathLength: entity.pathLength },
          critical: true,
          accepts: 'same',
        }
      : { presence: 'expected', value: { ca: false, pathLength: null }, critical: true, accepts: 'either' },
} as const satisfies ExtensionRule<BasicConstraints, 'basicConstraints' | 'pathLength'>;
