/** TLS feature (RFC 7633), known as must-staple: a server with this certificate staples an OCSP response to it. */
import { children, expectTag, smallInteger, TAG } from '../der.ts';
import { encode, encodeInteger } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';

/** Numbers of TLS extensions that openssl has names for (RFC 6066 §8, RFC 6961). */
const STATUS_REQUEST = 5;
const NAMES = new Map([
  [STATUS_REQUEST, 'status_request'],
  [17, 'status_request_v2'],
]);

/** Of end entities that state it. RFC 7633 §4: not critical. */
export const mustStaple = {
  name: 'mustStaple',
  oid: '1.3.6.1.5.5.7.1.24',
  fields: ['mustStaple'],
  inRequest: true,
  lenient: true,
  read: (der): readonly number[] => children(expectTag(der, TAG.sequence)).map(smallInteger),
  write: (features) => encode(TAG.sequence, ...features.map(encodeInteger)),
  items: (features) => features.map(nameOf),
  config: (features) => ({ key: 'tlsfeature', value: features.map(nameOf).join(',') }),
  wanted({ entity }) {
    if (entity.kind === 'authority' || entity.mustStaple === undefined) return null;
    return entity.mustStaple
      ? { presence: 'required', value: [STATUS_REQUEST], critical: false, accepts: 'same' }
      : { presence: 'none' };
  },
} as const satisfies ExtensionRule<readonly number[]>;

function nameOf(feature: number): string {
  return NAMES.get(feature) ?? String(feature);
}
