/** What each engine leaves out of a manifest, and why: issuers, lifetimes and keys, at the edge of what an engine can do. */
import { expect, it } from 'vitest';
import type { KeySpec } from '../../src/pki/key-spec.ts';
import { anInventory, aServer, DAY } from '../helpers/entities.ts';
import { EXPORTS, leftOut, table } from './leaving-out.ts';
import { REQUEST } from './shop.ts';

it('a leaf for what is the matter with its issuer', () => {
  const pin = { kind: 'env', name: 'PIN' } as const;
  const rows = {
    'is an anchor': leftOut({ elsewhere: true }),
    'has its key offline': leftOut({}, { keyPlace: { kind: 'offline' } }),
    'has its key on a token': leftOut({}, { token: { uri: 'pkcs11:object=a', pin } }),
    'has its key under a passphrase': leftOut({}, { passphrase: pin }),
    'has a key of Ed448': leftOut({}, { key: { algorithm: 'ed448' } }),
    'has a key that is for PSS alone': leftOut({}, { key: { algorithm: 'rsa-pss', size: 3072 } }),
  };
  expect(table(rows)).toMatchInlineSnapshot(`
    "
    is an anchor
      all: its issuer authorities/services is that of someone else, who issues it elsewhere
    has its key offline
      cert-manager: the key of its issuer authorities/services is offline, and it would need it
    has its key on a token
      cert-manager: the key of authorities/services is on a token, which it does not leave for it
    has its key under a passphrase
      cert-manager: the key of authorities/services is under a passphrase, and it takes keys without one
    has a key of Ed448
      OpenBao or Vault: its issuer authorities/services is left out
      step-ca: it has no keys of the kind ed448
      cert-manager: it has no keys of the kind ed448
      cert-manager by Vault: its issuer authorities/services is left out
    has a key that is for PSS alone
      OpenBao or Vault: its issuer authorities/services is left out
      step-ca: it has no keys of the kind rsa-pss-3072
      cert-manager: it has no keys of the kind rsa-pss-3072
      cert-manager by Vault: its issuer authorities/services is left out
    "
  `);
});

it('a leaf for what is the matter with itself', () => {
  const rows = {
    revoked: leftOut({ revoked: { reason: null } }),
    'revoked, by an anchor': leftOut({ revoked: { reason: 'superseded' }, elsewhere: true }),
    'with the key of a request': leftOut({ keyPlace: REQUEST }),
    'with the key of a request, of a kind that is a guess': leftOut({
      keyPlace: REQUEST,
      key: { algorithm: 'ed448' },
    }),
    'with a key on a token': leftOut({
      token: { uri: 'pkcs11:object=a', pin: { kind: 'env', name: 'PIN' } },
    }),
    'of an hour': leftOut({ validity: 3600 }),
    'of an hour from now on': leftOut({ validity: 3901 }),
    'of a second less than that': leftOut({ validity: 3900 }),
    'of a second less than an hour': leftOut({ validity: 3599 }),
    'of five minutes from now on': leftOut({ validity: 601 }),
    'of a second less than five minutes from now on': leftOut({ validity: 600 }),
  };
  expect(table(rows)).toMatchInlineSnapshot(`
    "
    revoked
      all: it is revoked
    revoked, by an anchor
      all: it is revoked
    with the key of a request
      cert-manager: its key is with someone who sent a request, and it makes keys itself
      cert-manager by Vault: its key is with someone who sent a request, and it makes keys itself
    with the key of a request, of a kind that is a guess
      cert-manager: its key is with someone who sent a request, and it makes keys itself
      cert-manager by Vault: its key is with someone who sent a request, and it makes keys itself
    with a key on a token
      cert-manager: the key of servers/odd is on a token, which it does not leave for it
      cert-manager by Vault: the key of servers/odd is on a token, which it does not leave for it
    of an hour
      cert-manager by Vault: it issues nothing for as short a time
    of an hour from now on
    of a second less than that
      cert-manager by Vault: it issues nothing for as short a time
    of a second less than an hour
      cert-manager: it issues nothing for as short a time
      cert-manager by Vault: it issues nothing for as short a time
    of five minutes from now on
      cert-manager: it issues nothing for as short a time
      cert-manager by Vault: it issues nothing for as short a time
    of a second less than five minutes from now on
      step-ca: it issues nothing for as short a time
      cert-manager: it issues nothing for as short a time
      cert-manager by Vault: it issues nothing for as short a time
    "
  `);
});

it('a key of a kind that is not known', () => {
  const keys: readonly KeySpec[] = [
    ...[1024, 2040, 2048, 3072, 4096, 6144, 8192, 8200].map((size) => ({ algorithm: 'rsa', size }) as const),
    { algorithm: 'rsa-pss', size: 2048 },
    { algorithm: 'ecdsa', curve: 'P-384' },
    { algorithm: 'ed25519' },
    { algorithm: 'ed448' },
    { algorithm: 'ml-dsa-65' },
  ];
  const rows = keys.map((key) => [JSON.stringify(key), leftOut({ key })] as const);
  expect(table(Object.fromEntries(rows))).toMatchInlineSnapshot(`
    "
    {"algorithm":"rsa","size":1024}
      OpenBao or Vault: it has no keys of the kind rsa-1024
      step-ca: it has no keys of the kind rsa-1024
      cert-manager by Vault: it has no keys of the kind rsa-1024
    {"algorithm":"rsa","size":2040}
      OpenBao or Vault: it has no keys of the kind rsa-2040
      step-ca: it has no keys of the kind rsa-2040
      cert-manager by Vault: it has no keys of the kind rsa-2040
    {"algorithm":"rsa","size":2048}
    {"algorithm":"rsa","size":3072}
    {"algorithm":"rsa","size":4096}
    {"algorithm":"rsa","size":6144}
      OpenBao or Vault: it has no keys of the kind rsa-6144
      cert-manager by Vault: it has no keys of the kind rsa-6144
    {"algorithm":"rsa","size":8192}
    {"algorithm":"rsa","size":8200}
      OpenBao or Vault: it has no keys of the kind rsa-8200
      cert-manager: it has no keys of the kind rsa-8200
      cert-manager by Vault: it has no keys of the kind rsa-8200
    {"algorithm":"rsa-pss","size":2048}
      all: it has no keys of the kind rsa-pss-2048
    {"algorithm":"ecdsa","curve":"P-384"}
    {"algorithm":"ed25519"}
    {"algorithm":"ed448"}
      all: it has no keys of the kind ed448
    {"algorithm":"ml-dsa-65"}
      all: it has no keys of the kind ml-dsa-65
    "
  `);
});

it('nothing of a leaf whose issuer is not in the manifest', () => {
  for (const made of Object.values(EXPORTS)) {
    const { files, omissions } = made(anInventory(aServer({ issuer: 'authorities/none', validity: DAY })));
    expect(omissions).toEqual([]);
    expect(files.some(({ path }) => path.includes('servers-'))).toBe(false);
  }
});
