/** Keys that are elsewhere: which files cannot be made without them, and who can know them. */
import { describe, expect, it } from 'vitest';
import { ALL_ARTIFACTS } from '../../src/pki/artifact.ts';
import {
  bridgedBy,
  isKeyless,
  isOffline,
  type KeyPlace,
  requestOf,
  shownBy,
  takesKey,
} from '../../src/pki/key-place.ts';

const REQUEST: KeyPlace = {
  kind: 'request',
  path: 'api.csr',
  pem: '',
  key: { keyId: 'a', keyIdentifier: 'b', spki: 'c' },
  ignored: [],
};
const OFFLINE: KeyPlace = { kind: 'offline' };
const ANCHOR: KeyPlace = { kind: 'anchor', path: 'x.pem', certificates: ['x'] };
const BRIDGE: KeyPlace = { kind: 'bridge', of: 'authorities/services' };
const SHOWN: KeyPlace = { ...BRIDGE, shown: true };

describe('what takes the private key', () => {
  const HOLDERS = 'key pkcs8-der pkcs1 sec1 combined pkcs12 keystore keystore-jks secret'.split(' ');
  const taking = (place: KeyPlace): readonly string[] =>
    ALL_ARTIFACTS.filter((artifact) => takesKey(place, artifact));

  it.each([OFFLINE, ANCHOR, BRIDGE])('$kind: what holds it or proves that it is there', (place) => {
    expect([...taking(place)].sort()).toEqual([...HOLDERS, 'csr', 'public'].sort());
  });

  it('a request shows the public half', () => {
    expect([...taking(REQUEST)].sort()).toEqual([...HOLDERS, 'csr'].sort());
  });
});

it.each<[string, KeyPlace | undefined, readonly unknown[]]>([
  ['in its folder', undefined, [false, false, null, null, undefined]],
  ['offline', OFFLINE, [true, true, null, null, undefined]],
  ['with a sender', REQUEST, [false, false, null, null, REQUEST]],
  ['of an anchor', ANCHOR, [false, true, null, null, undefined]],
  ['of a bridge', BRIDGE, [false, false, 'authorities/services', null, undefined]],
  [
    'shown by a certificate',
    SHOWN,
    [false, false, 'authorities/services', 'authorities/services', undefined],
  ],
])('a key %s', (_, place, expected) => {
  const entity = place === undefined ? {} : { keyPlace: place };
  expect([
    isOffline(entity),
    isKeyless(entity),
    bridgedBy(entity),
    shownBy(entity),
    requestOf(entity),
  ]).toEqual(expected);
});
