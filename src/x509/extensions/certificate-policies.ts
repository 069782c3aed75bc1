/** Certificate policies (RFC 5280 §4.2.1.4). What verifiers make of those of a chain: ../policies.ts. */
import type { Policy, PolicyQualifier } from '../../pki/policy.ts';
import { ascii, children, type Der, DerError, expectTag, hex, oidText, TAG } from '../der.ts';
import { encode, encodeOid } from '../der-write.ts';
import type { ConfigSection, ExtensionRule } from '../extension-rule.ts';

/** PolicyQualifierId. */
const CPS = '1.3.6.1.5.5.7.2.1';
const NOTICE = '1.3.6.1.5.5.7.2.2';

/** Where the manifest states them. Critical or not, at the issuer's option. */
export const certificatePolicies = {
  name: 'certificatePolicies',
  oid: '2.5.29.32',
  fields: ['policies'],
  inRequest: false,
  lenient: true,
  read(der): readonly Policy[] {
    const policies = children(expectTag(der, TAG.sequence)).map(readPolicy);
    // RFC 5280: none of them twice, and at least one.
    if (policies.length === 0) throw new DerError('certificate policies name none');
    if (new Set(policies.map(({ oid }) => oid)).size !== policies.length)
      throw new DerError('a policy appears twice');
    return policies;
  },
  write: (policies) => encode(TAG.sequence, ...policies.map(encodePolicy)),
  items: (policies) =>
    policies.flatMap(({ oid, qualifiers }) => [
      oid,
      ...qualifiers.map(({ kind, text }) => `${oid} ${kind} ${text}`),
    ]),
  // A section for each, because in the short form there is no place for qualifiers.
  config: (policies) => ({
    value: policies.map((_, i) => `@policy${i + 1}`).join(','),
    sections: policies.flatMap(policySections),
  }),
  wanted: ({ entity: { policies } }) =>
    policies === undefined
      ? null
      : { presence: 'required', value: policies, critical: false, accepts: 'either' },
} as const satisfies ExtensionRule<readonly Policy[]>;

function readPolicy(der: Der): Policy {
  const [oid, qualifiers, ...rest] = children(expectTag(der, TAG.sequence));
  if (rest.length > 0) throw new DerError('a policy has more parts');
  const all = qualifiers === undefined ? [] : children(expectTag(qualifiers, TAG.sequence));
  return { oid: oidText(oid), qualifiers: all.map(readQualifier) };
}

function readQualifier(der: Der): PolicyQualifier {
  const [id, value] = children(expectTag(der, TAG.sequence));
  const oid = oidText(id);
  if (oid === CPS) return { kind: 'cps', text: ascii(expectTag(value, TAG.ia5String).body) };
  const notice = oid === NOTICE ? noticeText(expectTag(value, TAG.sequence)) : undefined;
  return notice === undefined ? { kind: 'other', text: hex(der.bytes) } : { kind: 'notice', text: notice };
}

/** Of a notice that is nothing but text; one that refers to another document is kept as it is. */
function noticeText(notice: Der): string | undefined {
  const [text, ...rest] = children(notice);
  if (text === undefined || rest.length > 0) return undefined;
  if (text.tag === TAG.utf8String) return Buffer.from(text.body).toString('utf8');
  return text.tag === TAG.ia5String || text.tag === TAG.visibleString ? ascii(text.body) : undefined;
}

function encodePolicy({ oid, qualifiers }: Policy): Uint8Array {
  const list = qualifiers.length === 0 ? [] : [encode(TAG.sequence, ...qualifiers.map(encodeQualifier))];
  return encode(TAG.sequence, encodeOid(oid), ...list);
}

function encodeQualifier({ kind, text }: PolicyQualifier): Uint8Array {
  if (kind === 'other') return Buffer.from(text, 'hex');
  if (kind === 'cps')
    return encode(TAG.sequence, encodeOid(CPS), encode(TAG.ia5String, Buffer.from(text, 'latin1')));
  const notice = encode(TAG.sequence, encode(TAG.utf8String, Buffer.from(text, 'utf8')));
  return encode(TAG.sequence, encodeOid(NOTICE), notice);
}

/** openssl numbers what occurs twice, and takes the string type from a word in front of the text. */
function policySections({ oid, qualifiers }: Policy, index: number): readonly ConfigSection[] {
  const name = `policy${index + 1}`;
  const entries = qualifiers.map(({ kind, text }, i): readonly [string, string] =>
    kind === 'cps' ? [`CPS.${i + 1}`, text] : [`userNotice.${i + 1}`, `@${name}notice${i + 1}`],
  );
  const notices = qualifiers.flatMap(({ kind, text }, i): readonly ConfigSection[] =>
    kind === 'notice' ? [{ name: `${name}notice${i + 1}`, entries: [['explicitText', `UTF8:${text}`]] }] : [],
  );
  return [{ name, entries: [['policyIdentifier', oid], ...entries] }, ...notices];
}
