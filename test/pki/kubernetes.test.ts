/** Objects of Kubernetes: which names a cluster takes (RFC 1123 in lower case), and what a manifest says of them. */
import { describe, expect, it } from 'vitest';
import { isDnsLabel, isDnsSubdomain, isObject, metadataOf, objectName } from '../../src/pki/kubernetes.ts';

const LABEL = 'a'.repeat(63);

describe('a name of a cluster', () => {
  it.each<[text: string, isLabel: boolean, isSubdomain: boolean]>([
    ['a', true, true],
    ['0', true, true],
    ['a-b', true, true],
    ['a--b', true, true],
    ['1-a', true, true],
    [LABEL, true, true],
    // The limit of a subdomain is that of the whole: a part of it may be longer, as Kubernetes has it.
    [`${LABEL}a`, false, true],
    ['a'.repeat(253), false, true],
    ['a'.repeat(254), false, false],
    ['a.b', false, true],
    ['a-b.c-d.e', false, true],
    ['', false, false],
    ['-a', false, false],
    ['a-', false, false],
    ['.a', false, false],
    ['a.', false, false],
    ['a..b', false, false],
    ['a.-b', false, false],
    ['a-.b', false, false],
    ['A', false, false],
    ['a_b', false, false],
    ['a b', false, false],
    ['a\n', false, false],
    ['\na', false, false],
    ['é', false, false],
  ])('%j', (text, isLabel, isSubdomain) => {
    expect([isDnsLabel(text), isDnsSubdomain(text)]).toEqual([isLabel, isSubdomain]);
  });
});

it('secret and bundle are objects, and no other file is', () => {
  expect((['secret', 'bundle', 'key', 'ca', 'pkcs12'] as const).map(isObject)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

it('an object has what is stated of it, and is called as its entity otherwise', () => {
  const stated = { name: 'tls', namespace: 'shop', labels: { a: 'b' }, annotations: {} };
  const entity = { objects: { secret: stated } };
  expect(metadataOf(entity, 'secret')).toEqual(stated);
  expect(metadataOf(entity, 'bundle')).toEqual({ labels: {}, annotations: {} });
  expect(metadataOf({}, 'secret')).toEqual({ labels: {}, annotations: {} });
  expect(objectName('api', stated)).toBe('tls');
  expect(objectName('api', metadataOf({}, 'secret'))).toBe('api');
});
