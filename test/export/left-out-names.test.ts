/** What each engine leaves out of a manifest, and why: subjects, names, extensions and signatures that would be others. */
import { expect, it } from 'vitest';
import type { San } from '../../src/pki/san.ts';
import type { Subject } from '../../src/pki/subject.ts';
import { dns, email, uri } from '../helpers/entities.ts';
import { leftOut, table } from './leaving-out.ts';

it('a subject that would not be written as it is', () => {
  const of = (...attributes: readonly string[]): Subject =>
    attributes.map((text) => {
      const [type = '', value = ''] = text.split('=');
      return { type: type as Subject[number]['type'], value };
    });
  const joined: Subject = [
    { type: 'O', value: 'a' },
    { type: 'CN', value: 'x', joined: true },
  ];
  const rows = {
    'DC=x': leftOut({ subject: of('DC=x') }),
    'UID=x': leftOut({ subject: of('UID=x') }),
    'serialNumber=x': leftOut({ subject: of('serialNumber=x') }),
    'CN twice': leftOut({ subject: of('CN=x', 'CN=y') }),
    'serialNumber twice': leftOut({ subject: of('serialNumber=x', 'serialNumber=y') }),
    'UID twice': leftOut({ subject: of('UID=x', 'UID=y') }),
    'OU twice': leftOut({ subject: of('OU=x', 'OU=y') }),
    'CN=x, O=a in any order': leftOut({ subject: of('CN=x', 'O=a') }),
    'CN=x, O=a in that order': leftOut({ subject: of('CN=x', 'O=a'), exactSubject: true }),
    'O=a, CN=x in that order': leftOut({ subject: of('O=a', 'CN=x'), exactSubject: true }),
    'O=a, O=b in that order': leftOut({ subject: of('O=a', 'O=b'), exactSubject: true }),
    'O=a + CN=x': leftOut({ subject: joined, exactSubject: true }),
    'all in the order of Go': leftOut({
      subject: of('C=x', 'O=x', 'OU=x', 'L=x', 'ST=x', 'street=x', 'postalCode=x', 'CN=x'),
      exactSubject: true,
    }),
    'serialNumber, then UID': leftOut({ subject: of('CN=x', 'serialNumber=x', 'UID=x'), exactSubject: true }),
    'none at all': leftOut({ subject: [], exactSubject: true }),
  };
  expect(table(rows)).toMatchInlineSnapshot(`
    "
    DC=x
      all: it writes no "DC" into a subject
    UID=x
      step-ca: it writes no "UID" into a subject
      cert-manager: it writes no "UID" into a subject
      cert-manager by Vault: it writes no "UID" into a subject
    serialNumber=x
      cert-manager by Vault: it writes no "serialNumber" into a subject
    CN twice
      all: it writes no "CN" into a subject
    serialNumber twice
      all: it writes no "serialNumber" into a subject
    UID twice
      step-ca: it writes no "UID" into a subject
      cert-manager: it writes no "UID" into a subject
      cert-manager by Vault: it writes no "UID" into a subject
    OU twice
    CN=x, O=a in any order
    CN=x, O=a in that order
      all: it writes subjects in an order of its own, and the manifest states one
    O=a, CN=x in that order
    O=a, O=b in that order
      all: it writes subjects in an order of its own, and the manifest states one
    O=a + CN=x
      all: it writes subjects in an order of its own, and the manifest states one
    all in the order of Go
    serialNumber, then UID
      step-ca: it writes no "UID" into a subject
      cert-manager: it writes no "UID" into a subject
      cert-manager by Vault: it writes no "serialNumber" into a subject
    none at all
    "
  `);
});

it('a value that would not be taken as it is', () => {
  const cn = (value: string) => leftOut({ subject: [{ type: 'CN', value }] });
  const uid = (value: string) => leftOut({ subject: [{ type: 'UID', value }] });
  const serial = (value: string) => leftOut({ subject: [{ type: 'serialNumber', value }] });
  const san = (...names: readonly San[]) => leftOut({ san: names });
  const rows = {
    'CN=a,b': cn('a,b'),
    'CN=*.example.test': cn('*.example.test'),
    'CN=*': cn('*'),
    'CN=a*': cn('a*'),
    'CN=a*b': cn('a*b'),
    'CN=*@example.test': cn('*@example.test'),
    'CN=a b@example.test*': cn('a b@example.test*'),
    'CN= a': cn(' a'),
    'CN=a ': cn('a '),
    'UID=a,b': uid('a,b'),
    'UID=*a': uid('*a'),
    'UID=a*': uid('a*'),
    'serialNumber=a,b': serial('a,b'),
    'serialNumber=a*': serial('a*'),
    'serialNumber= a': serial(' a'),
    'uri:x://a,b': san(uri('x://a,b')),
    'uri:x://a*': san(uri('x://a*')),
    'email:*@a': san(email('*@a')),
    'email:a@b': san(email('a@b')),
    'upn:a,b@c': san({ kind: 'upn', value: 'a,b@c' }),
    'dns:*.a': san(dns('*.a')),
    'dns:*.a, dns:b': san(dns('*.a'), dns('b')),
    'dirName:CN=x': san({ kind: 'dirName', value: 'CN=x' }),
    'otherName:1.2;UTF8:x': san({ kind: 'otherName', value: '1.2;UTF8:x' }),
    'registeredID:1.2.3': san({ kind: 'registeredID', value: '1.2.3' }),
  };
  expect(table(rows)).toMatchInlineSnapshot(`
    "
    CN=a,b
    CN=*.example.test
    CN=*
      OpenBao or Vault: it would not take "*" literally
      cert-manager by Vault: it would not take "*" literally
    CN=a*
      OpenBao or Vault: it would not take "a*" literally
      cert-manager by Vault: it would not take "a*" literally
    CN=a*b
    CN=*@example.test
      OpenBao or Vault: it would not take "*@example.test" literally
      cert-manager by Vault: it would not take "*@example.test" literally
    CN=a b@example.test*
      OpenBao or Vault: it would not take "a b@example.test*" literally
      cert-manager by Vault: it would not take "a b@example.test*" literally
    CN= a
      OpenBao or Vault: it would not take " a" literally
      cert-manager by Vault: it would not take " a" literally
    CN=a 
      OpenBao or Vault: it would not take "a " literally
      cert-manager by Vault: it would not take "a " literally
    UID=a,b
      OpenBao or Vault: it would not take "a,b" literally
      step-ca: it writes no "UID" into a subject
      cert-manager: it writes no "UID" into a subject
      cert-manager by Vault: it would not take "a,b" literally
    UID=*a
      OpenBao or Vault: it would not take "*a" literally
      step-ca: it writes no "UID" into a subject
      cert-manager: it writes no "UID" into a subject
      cert-manager by Vault: it would not take "*a" literally
    UID=a*
      OpenBao or Vault: it would not take "a*" literally
      step-ca: it writes no "UID" into a subject
      cert-manager: it writes no "UID" into a subject
      cert-manager by Vault: it would not take "a*" literally
    serialNumber=a,b
      cert-manager by Vault: it writes no "serialNumber" into a subject
    serialNumber=a*
      OpenBao or Vault: it would not take "a*" literally
      cert-manager by Vault: it would not take "a*" literally
    serialNumber= a
      OpenBao or Vault: it would not take " a" literally
      cert-manager by Vault: it would not take " a" literally
    uri:x://a,b
      OpenBao or Vault: it would not take "x://a,b" literally
      cert-manager by Vault: it would not take "x://a,b" literally
    uri:x://a*
      OpenBao or Vault: it would not take "x://a*" literally
      cert-manager by Vault: it would not take "x://a*" literally
    email:*@a
      OpenBao or Vault: it would not take "*@a" literally
      cert-manager by Vault: it would not take "*@a" literally
    email:a@b
      cert-manager by Vault: it writes no names such as "email:a@b"
    upn:a,b@c
      OpenBao or Vault: it would not take "1.3.6.1.4.1.311.20.2.3;UTF8:a,b@c" literally
      step-ca: it writes no names such as "upn:a,b@c"
      cert-manager: it writes no names such as "upn:a,b@c"
      cert-manager by Vault: it would not take "1.3.6.1.4.1.311.20.2.3;UTF8:a,b@c" literally
    dns:*.a
      cert-manager by Vault: it would not take "*.a" literally
    dns:*.a, dns:b
    dirName:CN=x
      all: it writes no names such as "dirName:CN=x"
    otherName:1.2;UTF8:x
      all: it writes no names such as "otherName:1.2;UTF8:x"
    registeredID:1.2.3
      all: it writes no names such as "registeredID:1.2.3"
    "
  `);
});

it('an extension or a signature that would be another', () => {
  const policy = (...qualifiers: readonly ('cps' | 'notice' | 'other')[]) =>
    leftOut({
      policies: [
        { oid: '1.2.3', qualifiers: [] },
        { oid: '1.2.4', qualifiers: qualifiers.map((kind) => ({ kind, text: 'x' })) },
      ],
    });
  const signing = (digest: 'sha256' | 'sha384' | null, padding: 'pkcs1' | 'rsa-pss' | null) => ({
    signing: { digest, padding },
  });
  const rsa = { key: { algorithm: 'rsa', size: 3072 } } as const;
  const rows = {
    'must be stapled': leftOut({ mustStaple: true }),
    'need not be asked for': leftOut({ ocspNoCheck: true }),
    'an extension of its own': leftOut({ extensions: [{ oid: '1.2.3', critical: false, der: '0500' }] }),
    'a purpose by its number': leftOut({ extendedKeyUsage: ['1.2.3'] }),
    'any purpose': leftOut({ extendedKeyUsage: ['anyExtendedKeyUsage'] }),
    'a purpose that has to be critical': leftOut({ kind: 'certificate', extendedKeyUsage: ['timeStamping'] }),
    'a list': leftOut({ locations: { crl: ['http://a'], ocsp: [], caIssuers: [] } }),
    'a responder': leftOut({ locations: { crl: [], ocsp: ['http://a'], caIssuers: ['http://b'] } }),
    policies: policy('cps', 'notice'),
    'an address of a policy twice': policy('cps', 'cps'),
    'another qualifier': policy('other'),
    'the digest of its curve': leftOut(signing('sha256', null)),
    'another digest': leftOut(signing('sha384', null)),
    'another digest by RSA': leftOut(signing('sha384', null), rsa),
    'SHA-256 by RSA': leftOut(signing('sha256', 'pkcs1'), rsa),
    'PSS by RSA': leftOut(signing(null, 'rsa-pss'), rsa),
  };
  expect(table(rows)).toMatchInlineSnapshot(`
    "
    must be stapled
      OpenBao or Vault: it does not write the extension mustStaple as the manifest states it
      cert-manager: it does not write the extension mustStaple as the manifest states it
      cert-manager by Vault: it does not write the extension mustStaple as the manifest states it
    need not be asked for
      OpenBao or Vault: it does not write the extension ocspNoCheck as the manifest states it
      cert-manager: it does not write the extension ocspNoCheck as the manifest states it
      cert-manager by Vault: it does not write the extension ocspNoCheck as the manifest states it
    an extension of its own
      OpenBao or Vault: it does not write the extension 1.2.3 as the manifest states it
      cert-manager: it does not write the extension 1.2.3 as the manifest states it
      cert-manager by Vault: it does not write the extension 1.2.3 as the manifest states it
    a purpose by its number
      cert-manager: it does not write the extension extendedKeyUsage as the manifest states it
      cert-manager by Vault: it does not write the extension extendedKeyUsage as the manifest states it
    any purpose
      cert-manager: it does not write the extension extendedKeyUsage as the manifest states it
      cert-manager by Vault: it does not write the extension extendedKeyUsage as the manifest states it
    a purpose that has to be critical
      all: it does not write the extension extendedKeyUsage as the manifest states it
    a list
    a responder
    policies
      cert-manager: it does not write the extension certificatePolicies as the manifest states it
      cert-manager by Vault: it does not write the extension certificatePolicies as the manifest states it
    an address of a policy twice
      OpenBao or Vault: it does not write the extension certificatePolicies as the manifest states it
      cert-manager: it does not write the extension certificatePolicies as the manifest states it
      cert-manager by Vault: it does not write the extension certificatePolicies as the manifest states it
    another qualifier
      OpenBao or Vault: it does not write the extension certificatePolicies as the manifest states it
      cert-manager: it does not write the extension certificatePolicies as the manifest states it
      cert-manager by Vault: it does not write the extension certificatePolicies as the manifest states it
    the digest of its curve
    another digest
      OpenBao or Vault: it does not sign with the digest or padding that the manifest states
      cert-manager: it does not sign with the digest or padding that the manifest states
      cert-manager by Vault: it does not sign with the digest or padding that the manifest states
    another digest by RSA
      cert-manager: it does not sign with the digest or padding that the manifest states
      cert-manager by Vault: it does not sign with the digest or padding that the manifest states
    SHA-256 by RSA
    PSS by RSA
      cert-manager: it does not sign with the digest or padding that the manifest states
      cert-manager by Vault: it does not sign with the digest or padding that the manifest states
    "
  `);
});
