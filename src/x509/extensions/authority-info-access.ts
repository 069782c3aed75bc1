/** Authority information access (RFC 5280 §4.2.2.1): the OCSP responder of the issuer, and where its certificate is. */
import { sameSet } from '../../pki/compare.ts';
import { children, type Der, DerError, expectTag, oidText, TAG } from '../der.ts';
import { encode, encodeOid } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';
import { encodeName, nameEntry, nameText } from '../general-name.ts';

/** A method by its name, or its OID where it is neither of both, and where that is. */
export interface Access {
  readonly method: string;
  readonly name: string;
}

const METHODS = { ocsp: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2' } as const;
type Method = keyof typeof METHODS;

const OIDS = new Map<string, string>(Object.entries(METHODS));
const NAMES = new Map([...OIDS].map(([name, oid]) => [oid, name]));

/** In x509v3_config(5). */
const CONFIG = new Map([['ocsp', 'OCSP']]);

/** Of what an authority signs that states `ocsp` or `caIssuers`. RFC 5280: never critical. */
export const authorityInfoAccess = {
  name: 'authorityInfoAccess',
  oid: '1.3.6.1.5.5.7.1.1',
  fields: ['ocsp', 'caIssuers'],
  inRequest: false,
  lenient: true,
  read: (der): readonly Access[] => children(expectTag(der, TAG.sequence)).map(readAccess),
  write: (all) =>
    encode(
      TAG.sequence,
      ...all.map(({ method, name }) =>
        encode(TAG.sequence, encodeOid(OIDS.get(method) ?? method), encodeName(name)),
      ),
    ),
  items: urlsOf,
  config: (all) => ({
    value: '@access',
    sections: [
      {
        name: 'access',
        entries: all.map(({ method, name }, i) => {
          const [key, value] = nameEntry(name, i + 1);
          return [`${CONFIG.get(method) ?? method};${key}`, value] as const;
        }),
      },
    ],
  }),
  wanted({ entity: { locations } }) {
    const { ocsp = [], caIssuers = [] } = locations ?? {};
    const value = [
      ...ocsp.map((url) => accessTo('ocsp', url)),
      ...caIssuers.map((url) => accessTo('caIssuers', url)),
    ];
    return value.length === 0 ? null : { presence: 'required', value, critical: false, accepts: 'same' };
  },
  // A method of which the manifest says nothing is not compared.
  matches: (found, wanted) =>
    METHOD_NAMES.every((method) => {
      const urls = urlsOf(wanted, method);
      return urls.length === 0 || sameSet(urlsOf(found, method), urls);
    }),
} as const satisfies ExtensionRule<readonly Access[], Method>;

const METHOD_NAMES: readonly Method[] = ['ocsp', 'caIssuers'];

function urlsOf(all: readonly Access[], method: Method): readonly string[] {
  return all.filter((one) => one.method === method).map(({ name }) => name.replace(/^uri:/, ''));
}

function accessTo(method: Method, url: string): Access {
  return { method, name: `uri:${url}` };
}

function readAccess(der: Der): Access {
  const [method, name, ...rest] = children(expectTag(der, TAG.sequence));
  if (name === undefined || rest.length > 0) throw new DerError('an access description has other parts');
  const oid = oidText(method);
  return { method: NAMES.get(oid) ?? oid, name: nameText(name) };
}
