/** Under which names things are in files under a password: docs/manifest.md says them, and programs look them up. */
import { describe, expect, it } from 'vitest';
import type { Seal } from '../../src/pki/seal.ts';
import {
  keystore,
  keystoreJks,
  sealedPieces,
  truststore,
  truststoreJks,
} from '../../src/plan/artifacts/sealed.ts';
import type { Part } from '../../src/plan/parts.ts';
import { aServer } from '../helpers/entities.ts';

const API = aServer({ name: 'Api' });
const SEAL: Seal = { password: { kind: 'env', name: 'A' }, encryption: 'modern' };
const own: Part = { kind: 'certificate', of: API.id };
const root: Part = { kind: 'certificate', of: 'authorities/Corp' };
const earlier: Part = { kind: 'earlier', of: 'authorities/Corp' };
const key: Part = { kind: 'key', of: API.id };

describe('a thing in a keystore', () => {
  const bag = (part: Part, index = 0, seal = SEAL) => keystore.bag(part, index, API, seal);
  it.each<[string, object, object]>([
    ['the key, by the entry', bag(key), { kind: 'key', name: 'Api' }],
    ['the key, by what is stated', bag(key, 0, { ...SEAL, name: 'web' }), { kind: 'key', name: 'web' }],
    [
      'its certificate, by the same',
      bag(own, 0, { ...SEAL, name: 'web' }),
      { kind: 'certificate', name: 'web' },
    ],
    ['a certificate behind that, by none', bag(own, 1), { kind: 'certificate' }],
    ['a certificate of its issuer, by none', bag(root), { kind: 'certificate' }],
    [
      'what stands behind a certificate from elsewhere, by none',
      bag({ kind: 'presented', of: API.id }),
      { kind: 'certificate' },
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('is in lower case for Java', () => {
    expect(keystoreJks.bag(key, 0, API, SEAL)).toEqual({ kind: 'key', name: 'api' });
  });
});

it('a root is under its name, and each that it was before under the next number', () => {
  const names = [
    truststore.bag(root, 0, API, SEAL),
    ...[0, 1].map((i) => truststore.bag(earlier, i, API, SEAL)),
  ];
  expect(names).toEqual(['Corp', 'Corp-1', 'Corp-2'].map((name) => ({ kind: 'trusted', name })));
  expect(truststoreJks.bag(earlier, 1, API, SEAL)).toEqual({ kind: 'trusted', name: 'corp-2' });
});

it('the content of a file begins with how it is encrypted, and what is not made yet has no text', () => {
  const [head, ...pieces] = sealedPieces(truststore, API, SEAL, [
    [root, ['f0']],
    [earlier, ['f1', null]],
  ]);
  expect(head).toBe(truststore.head(SEAL));
  expect(pieces).toEqual([expect.stringContaining('f0'), expect.stringContaining('f1'), null]);
  expect(pieces[1]).toContain('Corp-1');
  expect(sealedPieces(truststore, API, SEAL, [])).toEqual([head]);
});
