/** Keys of other tools: none of them is one of ours, in any map, or its hint would keep a slip from being seen. */
import { describe, expect, it } from 'vitest';
import { absentHint, aliasOf } from '../../src/manifest/elsewhere.ts';
import {
  ARCHIVE_KEYS,
  ATTRIBUTE_KEYS,
  AUTHORITY_KEYS,
  FILE_KEYS,
  LEAF_KEYS,
  SETTING_KEYS,
  TOP_KEYS,
} from '../../src/manifest/schema.ts';

const OURS = [
  ...ARCHIVE_KEYS,
  ...ATTRIBUTE_KEYS,
  ...AUTHORITY_KEYS,
  ...FILE_KEYS,
  ...LEAF_KEYS,
  ...SETTING_KEYS,
  ...TOP_KEYS,
];

it.each([
  ['commonName', 'cn'],
  ['san', 'sans hosts altnames dnsnames subjectAltName subjectAltNames subject_alternative_name'],
  ['san', 'subjectAlternativeNames domain domains hostname hostnames addresses dns ip ips ipAddresses'],
  ['san', 'uri uris email emails'],
  ['validity', 'days expiry ttl lifetime duration expires expiration validFor not_after'],
  ['issuer', 'ca signer signed-by parent'],
  ['pathLength', 'maxPathLen pathlen pathLenConstraint'],
  ['renewBefore', 'renew renewal renewAt'],
  ['key', 'keyType keySize key_algorithm'],
  ['size', 'bits'],
  ['organization', 'O org organisation'],
  ['organizationalUnit', 'organisationalUnit OU'],
  ['country', 'C'],
  ['state', 'ST province'],
  ['locality', 'L city'],
  ['domain', 'DC domainComponent'],
  ['userId', 'UID'],
  ['surname', 'SN'],
  ['givenName', 'GN'],
  ['street', 'streetAddress'],
  ['postalCode', 'zip zipCode'],
  ['authorities', 'cas authority roots intermediates'],
  ['defaults', 'default'],
  ['profile', 'template preset'],
  ['profiles', 'templates'],
  ['extends', 'base inherits'],
  ['output', 'out outDir'],
  ['folder', 'directory dir path'],
  ['trust', 'caBundle'],
])('%s is what other tools call %s', (ours, theirs) => {
  const words = theirs.split(' ');
  expect(words.map(aliasOf)).toEqual(words.map(() => ours));
});

describe('absentHint', () => {
  it('has nothing to say about keys of ours, but for some that are no key of the manifest itself', () => {
    const found = new Set(OURS.filter((key) => absentHint(key) !== undefined));
    expect([...found].sort()).toEqual(['ca', 'certificate', 'issuer']);
    expect(TOP_KEYS.filter((key) => found.has(key))).toEqual([]);
  });

  it.each(['basicConstraints', 'basic_constraints', 'BASIC-CONSTRAINTS', 'basicconstraints'])(
    'takes %s for one word',
    (key) => {
      expect(absentHint(key)).toContain('follows from where the entry stands');
    },
  );

  it.each(['constructor', '__proto__', 'toString', ''])('knows nothing of %j', (key) => {
    expect(absentHint(key)).toBeUndefined();
  });
});
