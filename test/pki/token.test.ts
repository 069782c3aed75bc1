/** URIs of PKCS#11 (RFC 7512): which object they name, and which are the same. */
import { describe, expect, it } from 'vitest';
import { attributeOf, canonicalUri, privateUri, tokenOf } from '../../src/pki/token.ts';

const of = (uri: string) => ({ uri, pin: { kind: 'prompt', label: null } }) as const;

describe('a URI', () => {
  it.each([
    ['pkcs11:token=a;object=b', 'pkcs11:token=a;object=b;type=private', 'token=a'],
    ['pkcs11:type=public;object=b;token=a', 'pkcs11:object=b;token=a;type=private', 'token=a'],
    ['pkcs11:token=a;type=private', 'pkcs11:token=a;type=private', 'token=a'],
    [
      'pkcs11:token=a;serial=1;manufacturer=m;id=%01',
      'pkcs11:token=a;serial=1;manufacturer=m;id=%01;type=private',
      'manufacturer=m;serial=1;token=a',
    ],
    [
      'pkcs11:serial=1;model=x;object=o;token=a',
      'pkcs11:serial=1;model=x;object=o;token=a;type=private',
      'model=x;serial=1;token=a',
    ],
    ['pkcs11:x-object=1;token=a', 'pkcs11:x-object=1;token=a;type=private', 'token=a;x-object=1'],
  ])('%s', (uri, key, token) => {
    expect([privateUri(of(uri)), tokenOf(of(uri))]).toEqual([key, token]);
  });

  it('is the same key in any order of its attributes, and for no other', () => {
    const uri = 'pkcs11:token=a;object=b;id=%01';
    for (const same of ['pkcs11:id=%01;object=b;token=a', 'pkcs11:object=b;type=cert;token=a;id=%01'])
      expect(canonicalUri(of(same))).toBe(canonicalUri(of(uri)));
    for (const other of [
      'pkcs11:token=a;object=b',
      'pkcs11:token=a;object=b;id=%02',
      'pkcs11:token=b;object=a;id=%01',
    ])
      expect(canonicalUri(of(other))).not.toBe(canonicalUri(of(uri)));
  });
});

describe('an attribute', () => {
  const uri = 'pkcs11:token=my%20token;object=sch%C3%B6n%c3%b6;id=%00%ff%41b;serial=;model=a=b';
  it.each([
    ['token', Buffer.from('my token')],
    ['object', Buffer.from('schönö')],
    ['id', Buffer.from([0x00, 0xff, 0x41, 0x62])],
    ['serial', Buffer.of()],
    ['model', Buffer.from('a=b')],
    ['tok', undefined],
    ['manufacturer', undefined],
  ])('%s', (name, octets) => expect(attributeOf(of(uri), name)).toEqual(octets));
});
