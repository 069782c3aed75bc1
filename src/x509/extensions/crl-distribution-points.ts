/** CRL distribution points (RFC 5280 §4.2.1.13): where the revocation list of the issuer is. */
import { children, context, type Der, DerError, expectTag, TAG } from '../der.ts';
import { encode } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';
import { encodeName, nameEntry, nameText } from '../general-name.ts';

/** One place, with all names that it has. */
type DistributionPoint = readonly string[];

/** Of what an authority signs that states `crl`: one list, in as many places as there are URLs. */
export const crlDistributionPoints = {
  name: 'crlDistributionPoints',
  oid: '2.5.29.31',
  fields: ['crl'],
  inRequest: false,
  lenient: true,
  // Lists are found where they were: a server that moved leaves an address behind, and a fleet is not issued again for it.
  waits: true,
  read: (der): readonly DistributionPoint[] => children(expectTag(der, TAG.sequence)).map(readPoint),
  write: (points) =>
    encode(
      TAG.sequence,
      ...points.map((names) =>
        encode(TAG.sequence, encode(NAME, encode(FULL_NAME, ...names.map(encodeName)))),
      ),
    ),
  items: (points) => points.flatMap((names) => names.map((name) => name.replace(/^uri:/, ''))),
  config: (points) => ({
    value: points.map((_, i) => `crl${i + 1}`).join(','),
    sections: points.flatMap((names, i) => [
      { name: `crl${i + 1}`, entries: [['fullname', `@crl${i + 1}names`]] },
      { name: `crl${i + 1}names`, entries: names.map((name, n) => nameEntry(name, n + 1)) },
    ]),
  }),
  // RFC 5280: SHOULD be non-critical; openssl knows it in either case.
  wanted({ entity: { locations } }) {
    const { crl = [] } = locations ?? {};
    return crl.length === 0
      ? null
      : {
          presence: 'required',
          value: [crl.map((url) => `uri:${url}`)],
          critical: false,
          accepts: 'either',
        };
  },
} as const satisfies ExtensionRule<readonly DistributionPoint[]>;

/** distributionPoint, and fullName in it. */
const NAME = context(0);
const FULL_NAME = context(0);

/** A point with reasons, with an issuer of its own or with a name below that is for others: kept, and never written. */
function readPoint(der: Der): DistributionPoint {
  const [name, ...rest] = children(expectTag(der, TAG.sequence));
  if (rest.length > 0) throw new DerError('a distribution point is for some revocations alone');
  const [full, ...more] = children(expectTag(name, NAME));
  if (more.length > 0) throw new DerError('a distribution point has several names');
  return children(expectTag(full, FULL_NAME)).map(nameText);
}
