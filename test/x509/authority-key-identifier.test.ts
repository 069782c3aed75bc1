/** Authority key identifiers (RFC 5280 §4.2.1.1): their octets, and which are as good as the one that is wanted. */
import { describe, expect, it } from 'vitest';
import { readAll } from '../../src/x509/der.ts';
import {
  type AuthorityKeyIdentifier,
  directoryNameIn,
  authorityKeyIdentifier as rule,
} from '../../src/x509/extensions/authority-key-identifier.ts';
import { aServer } from '../helpers/entities.ts';

const NAME = '3000';

describe('an identifier', () => {
  it.each<[string, AuthorityKeyIdentifier]>([
    ['3000', { keyId: null, issuer: null, serial: null }],
    ['30048002aabb', { keyId: 'aabb', issuer: null, serial: null }],
    [`3006a104a402${NAME}`, { keyId: null, issuer: `a402${NAME}`, serial: null }],
    ['3003820101', { keyId: null, issuer: null, serial: '01' }],
    ['30098001aaa104a4023000', { keyId: 'aa', issuer: `a402${NAME}`, serial: null }],
    ['300d8001aaa104a4023000820200ff', { keyId: 'aa', issuer: `a402${NAME}`, serial: 'ff' }],
  ])('%s', (hex, value) => {
    expect(rule.read(readAll(Buffer.from(hex, 'hex')))).toEqual(value);
    expect(Buffer.from(rule.write(value)).toString('hex')).toBe(hex);
  });

  it('is shown by the key alone', () => {
    expect(rule.items({ keyId: 'aabb', issuer: null, serial: '01' })).toEqual(['aabb']);
    expect(rule.items({ keyId: null, issuer: null, serial: '01' })).toEqual([]);
    expect(rule.items(null)).toHaveLength(1);
  });
});

it('is wanted of everything but a root', () => {
  const entity = aServer();
  const context = { entity, keyIdentifier: 'aa' };
  const value = (keyId: string) => ({ keyId, issuer: null, serial: null });
  expect(rule.wanted({ ...context, issuer: null })).toMatchObject({
    presence: 'allowed',
    value: value('aa'),
  });
  expect(rule.wanted({ ...context, issuer: null, keyIdentifier: null })).toMatchObject({ value: null });
});

describe('another is as good', () => {
  const of = (keyId: string | null, serial: string | null = null) => ({ keyId, issuer: null, serial });
  it.each<
    [string, AuthorityKeyIdentifier | null, AuthorityKeyIdentifier | null, 'required' | 'allowed', boolean]
  >([
    ['of the same key', of('aa'), of('aa'), 'required', true],
    ['of the same key, and of its certificate', of('aa', '01'), of('aa'), 'required', true],
    ['of another key', of('bb'), of('aa'), 'required', false],
    ['of another key, in a root', of('bb'), of('aa'), 'allowed', false],
    ['where none is known', of('bb'), null, 'required', true],
    ['of a certificate alone', of(null, '01'), of('aa'), 'required', false],
    ['of a certificate alone, in a root', of(null, '01'), of('aa'), 'allowed', true],
    ['of nothing', null, of('aa'), 'required', false],
  ])('%s', (_, found, wanted, presence, isAsGood) => {
    expect(rule.matches(found, wanted, presence)).toBe(isAsGood);
  });
});

it.each([
  ['', null],
  ['8201aa', null],
  ['a4023000', '3000'],
  ['8201aaa4023000', '3000'],
  ['a4023000a40430020500', '3000'],
])('the directory name among %j is %s', (names, found) => expect(directoryNameIn(names)).toBe(found));
