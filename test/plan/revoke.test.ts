/** An entity that is revoked: its files go and its numbers are listed, and then nothing more is to be done. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { planRevoked } from '../../src/plan/revoke.ts';
import { anAuthority, aServer, keyFacts, observed, present } from '../helpers/entities.ts';
import { listingOf } from '../helpers/seen.ts';

const [API, WEB] = [aServer({ name: 'api' }), aServer({ name: 'web' })];
const [ROOT, OTHER] = [anAuthority({ name: 'root' }), anAuthority({ name: 'other' })];
const REASON = { reason: 'keyCompromise' } as const;

/** A list that is to have a number, and whether it has it. */
const asking = (of: Entity, isListed: boolean) => ({
  ...listingOf(...(isListed ? ['01'] : [])),
  asked: [{ serial: '01', reason: null, of: of.id }],
});
type Listings = Parameters<typeof planRevoked>[3];
const planned = (files: Partial<EntityObservation>, listings: Listings = new Map(), entity: Entity = API) =>
  planRevoked(entity, REASON, observed(files), listings);
const both = (one: ReturnType<typeof asking>, other: ReturnType<typeof asking>): Listings =>
  new Map([
    [ROOT.id, one],
    [OTHER.id, other],
  ]);

describe('without files', () => {
  it.each<[string, Listings, 'keep' | 'revoke']>([
    ['and without a list, all is done', new Map(), 'keep'],
    ['and listed, all is done', both(asking(API, true), asking(API, true)), 'keep'],
    ['and listed by one of two', both(asking(API, true), asking(API, false)), 'revoke'],
    ['and by the other', both(asking(API, false), asking(API, true)), 'revoke'],
    ['what a list has to say of others is theirs', both(asking(WEB, false), asking(WEB, false)), 'keep'],
  ])('%s', (_, listings, action) => expect(planned({}, listings).action).toBe(action));
});

describe('its files go', () => {
  const key = present(keyFacts('k'), 0o600);
  it.each<[string, Partial<EntityObservation>, readonly string[]]>([
    ['all that are there', { key, ca: present([]) }, ['key', 'ca']],
    [
      'damaged or encrypted',
      { key: { state: 'encrypted' } as never, ca: { state: 'garbage', detail: '' } },
      ['key', 'ca'],
    ],
    [
      'not what is in their way',
      { key, ca: { state: 'blocked', cause: { kind: 'directory' } } as never },
      ['key'],
    ],
  ])('%s', (_, files, deletes) => {
    expect(planned(files)).toEqual({
      id: API.id,
      kind: 'server',
      affects: [],
      action: 'revoke',
      reasons: [{ kind: 'revoked', reason: 'keyCompromise' }],
      deletes,
      consents: ['revoke'],
    });
  });

  it('where there is nothing left in their place, nothing is done', () => {
    const blocked = { ca: { state: 'blocked', cause: { kind: 'directory' } } } as never;
    expect(planned(blocked)).toMatchObject({ action: 'keep' });
  });

  it('of a folder with files of others, those that it owns or that apply left there', () => {
    const laidOut: Entity = { ...API, layout: { folder: 'tls', files: {} }, outputs: ['key', 'cert'] };
    const files = { key, ca: present([]), chain: present([]) };
    const deletes = (given: Partial<EntityObservation>) => {
      const change = planned({ ...files, ...given }, new Map(), laidOut);
      return change.action === 'revoke' ? change.deletes : [];
    };
    expect(deletes({})).toEqual(['key']);
    expect(deletes({ leftovers: ['chain'] })).toEqual(['key', 'chain']);
  });
});
