/** Types of attributes: by every name that they have, with their OIDs, bounds and strings (RFC 5280 appendix A, RFC 4519). */
import { describe, expect, it } from 'vitest';
import {
  ATTRIBUTE_TYPES,
  limitOf,
  oidOf,
  stringsOf,
  typeNamed,
  typeOfOid,
} from '../../src/pki/attribute-types.ts';

describe('a type', () => {
  it.each([
    ['DC', '0.9.2342.19200300.100.1.25', 63, 'ia5', ['dc', 'domainComponent']],
    ['C', '2.5.4.6', 2, 'printable', ['c', 'countryName', 'country']],
    ['ST', '2.5.4.8', 128, 'directory', ['st', 'stateOrProvinceName', 'state', 'S']],
    ['L', '2.5.4.7', 128, 'directory', ['l', 'localityName', 'locality']],
    ['postalCode', '2.5.4.17', 40, 'directory', ['postalcode', 'POSTALCODE']],
    ['street', '2.5.4.9', 128, 'directory', ['STREET', 'streetAddress']],
    ['O', '2.5.4.10', 64, 'directory', ['o', 'organizationName', 'organization']],
    ['OU', '2.5.4.11', 64, 'directory', ['ou', 'organizationalUnitName', 'organizationalUnit']],
    ['title', '2.5.4.12', 64, 'directory', ['Title']],
    ['SN', '2.5.4.4', 32_768, 'directory', ['sn', 'surname']],
    ['GN', '2.5.4.42', 32_768, 'directory', ['gn', 'givenName']],
    ['serialNumber', '2.5.4.5', 64, 'printable', ['serialnumber']],
    ['CN', '2.5.4.3', 64, 'directory', ['cn', 'commonName']],
    ['UID', '0.9.2342.19200300.100.1.1', 256, 'directory', ['uid', 'userId']],
    ['emailAddress', '1.2.840.113549.1.9.1', 128, 'ia5', ['E', 'email', 'pkcs9email', 'emailaddress']],
  ])('%s', (name, oid, limit, strings, names) => {
    expect([name, ...names].map((one) => typeNamed(one))).toEqual([name, ...names].map(() => name));
    expect([oidOf(name), limitOf(name), stringsOf(name), typeOfOid(oid)]).toEqual([
      oid,
      limit,
      strings,
      name,
    ]);
  });

  it('is in this table, in the order in which certificates have them', () => {
    const order = 'DC C ST L postalCode street O OU title SN GN serialNumber CN UID emailAddress';
    expect(Object.keys(ATTRIBUTE_TYPES)).toEqual(order.split(' '));
  });

  it.each([
    ['2.5.4.46', 'printable'],
    ['1.3.6.1.4.1.311.60.2.1.3', 'printable'],
    ['2.5.4.98', 'printable'],
    ['2.5.4.99', 'numeric'],
    ['0.9.2342.19200300.100.1.3', 'ia5'],
    ['1.2.643.3.131.1.1', 'numeric'],
    ['1.2.643.100.1', 'numeric'],
    ['1.2.643.100.3', 'numeric'],
    ['1.2.3.4', 'directory'],
  ])('without a name is its OID: %s', (oid, strings) => {
    expect([typeNamed(oid), oidOf(oid), limitOf(oid), stringsOf(oid), typeOfOid(oid)]).toEqual([
      undefined,
      oid,
      32_768,
      strings,
      oid,
    ]);
  });

  it.each(['', 'constructor', '__proto__', 'unit', 'organizational', 'CNN'])('is not called "%s"', (name) => {
    expect(typeNamed(name)).toBeUndefined();
  });
});
