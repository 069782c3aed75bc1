/** Chains of an inventory: the authorities above an entity, by way of bridges too, and whose revocation lists count. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { aboveThrough, byIdOf, chainAbove, issuersAbove, rootAbove } from '../../src/pki/issuers.ts';
import { listSigners } from '../../src/pki/list-signers.ts';
import { anAuthority, aServer } from '../helpers/entities.ts';

const ROOT = anAuthority();
const SERVICES = anAuthority({ name: 'services', issuer: 'authorities/root', trust: ['authorities/root'] });
const LOW = anAuthority({ name: 'low', issuer: 'authorities/services', trust: ['authorities/root'] });
const PARTNER = anAuthority({ name: 'partner' });
const THEIRS = anAuthority({ name: 'theirs', issuer: 'authorities/partner', trust: ['authorities/partner'] });
/** A further certificate of `services`, signed below the root of the partner. */
const BRIDGE = anAuthority({
  name: 'services@theirs',
  issuer: 'authorities/theirs',
  keyPlace: { kind: 'bridge', of: 'authorities/services' },
  trust: ['authorities/partner'],
});
const API = aServer({ name: 'api', issuer: 'authorities/low' });
const THROUGH = aServer({
  name: 'through',
  issuer: 'authorities/low',
  through: 'authorities/services@theirs',
});
const ALL = [ROOT, SERVICES, LOW, PARTNER, THEIRS, BRIDGE, API, THROUGH];
const BY_ID = byIdOf(ALL);
const names = (entities: readonly Entity[]): string => entities.map(({ name }) => name).join(' ');

describe('above an entity', () => {
  it.each<[Entity, above: string, chain: string, root: string | undefined]>([
    [ROOT, '', '', undefined],
    [SERVICES, 'root', 'root', 'authorities/root'],
    [LOW, 'services root', 'services root', 'authorities/root'],
    [API, 'low services root', 'low services root', 'authorities/root'],
    [THROUGH, 'low services root', 'low services@theirs theirs partner', 'authorities/root'],
    [BRIDGE, 'theirs partner', 'theirs partner', 'authorities/partner'],
  ])('$id', (entity, above, chain, root) => {
    expect(names(issuersAbove(entity, BY_ID))).toBe(above);
    expect(names(chainAbove(entity, BY_ID))).toBe(chain);
    expect(rootAbove(entity, BY_ID)).toBe(root);
  });

  it('is nothing that the inventory does not have', () => {
    expect(() => issuersAbove(aServer({ issuer: 'authorities/none' }), BY_ID)).toThrow('authorities/none');
    expect(() => aboveThrough(API, 'authorities/none', BY_ID)).toThrow('authorities/none');
    expect(() => aboveThrough(API, 'authorities/theirs', BY_ID)).toThrow('authorities/theirs');
    const aside = aServer({ issuer: 'authorities/partner' });
    expect(() => aboveThrough(aside, BRIDGE.id, BY_ID)).toThrow(BRIDGE.id);
  });
});

describe('revocation lists that count', () => {
  const revoked = { reason: null };
  it.each<[string, Entity, readonly Entity[], string]>([
    ['of an authority, its own and those above', LOW, ALL, 'low services root'],
    ['of a leaf, those below the roots that it trusts', API, ALL, 'root services low'],
    [
      'of another root too, a bridge by the authority that it is of, once',
      aServer({ trust: ['authorities/root', 'authorities/partner'] }),
      ALL,
      'root services low partner theirs',
    ],
    ['of a bridge alone', aServer({ trust: ['authorities/partner'] }), ALL, 'partner theirs services'],
    [
      'of none that is revoked',
      API,
      ALL.map((one) => (one === SERVICES ? { ...SERVICES, revoked } : one)),
      'root low',
    ],
    ['of no authority where nothing is trusted', aServer({ trust: [] }), ALL, ''],
  ])('%s', (_, entity, entities, expected) => {
    expect(names(listSigners(entity, byIdOf(entities)))).toBe(expected);
  });
});
