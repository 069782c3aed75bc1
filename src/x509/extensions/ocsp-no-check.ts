/** id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1): the revocation of this responder's certificate is not asked for. */
import { expectTag, TAG } from '../der.ts';
import { encode } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';

/** Of end entities that state it. Not critical, and its value says nothing. */
export const ocspNoCheck = {
  name: 'ocspNoCheck',
  oid: '1.3.6.1.5.5.7.48.1.5',
  fields: ['ocspNoCheck'],
  inRequest: true,
  lenient: true,
  read: (der): boolean => expectTag(der, TAG.null).body.length === 0,
  write: () => encode(TAG.null),
  items: (isThere) => (isThere ? ['true'] : []),
  config: () => ({ key: 'noCheck', value: 'ignored' }),
  wanted({ entity }) {
    if (entity.kind === 'authority' || entity.ocspNoCheck === undefined) return null;
    return entity.ocspNoCheck
      ? { presence: 'required', value: true, critical: false, accepts: 'either' }
      : { presence: 'none' };
  },
} as const satisfies ExtensionRule<boolean>;
