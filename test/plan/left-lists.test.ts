/** Files of lists that no one asks for any more: copies go, and what cannot be made again stays, with a remark. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { areLeftCopies, knownPieces, leftListRemarks } from '../../src/plan/left-lists.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { anAuthority, aServer, DAY, NOW, observed, present } from '../helpers/entities.ts';
import { seeing } from '../helpers/seen.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const LISTING = anAuthority({ name: 'listing', crl: { url: [], list: TERMS } });
const PLAIN = anAuthority({ name: 'plain' });
const API = aServer({ name: 'api' });
const ASKING: Entity = { ...API, outputs: ['key', 'cert', 'crls'] };
const print = (fingerprint: string) => ({ fingerprint, nextUpdate: NOW }) as never;
const pieces = (...all: readonly string[]) => present(all) as never;
const KNOWN = new Set(['c', 'crl l']);

const moved = (file: string) =>
  ({ formerLocation: { files: [{ file, from: 'x' }] } }) as unknown as Partial<EntityObservation>;

it('what authorities have in files of their own is known: certificates and lists, now and before', () => {
  const files = {
    cert: present(print('c')),
    crl: present(print('l')),
    previous: present([print('p'), print('q')]),
    'former-crls': present([print('f')]),
  } as never;
  const all = seeing([LISTING, files], [API, { cert: present(print('leaf')) }]);
  expect([...knownPieces([LISTING, API], all)]).toEqual(['c', 'crl l', 'p', 'q', 'crl f']);
  expect([...knownPieces([LISTING], seeing([LISTING, {}]))]).toEqual([]);
  expect([...knownPieces([LISTING], seeing())]).toEqual([]);
});

describe('a copy', () => {
  const goes = (files: Partial<EntityObservation>, entity: Entity = API) =>
    areLeftCopies(entity, observed(files), KNOWN);
  it.each<[string, readonly string[], readonly string[]]>([
    ['of what authorities have goes', goes({ crls: pieces('crl l') }), ['crls']],
    [
      'of each kind',
      goes({ crls: pieces('crl l'), 'ca-crls': pieces('c', 'crl l'), 'crl-der': pieces('crl l') }),
      ['crls', 'ca-crls', 'crl-der'],
    ],
    ['with more in it stays', goes({ crls: pieces('crl l', 'crl x') }), []],
    ['that is asked for stays', goes({ crls: pieces('crl l') }, ASKING), []],
    ['that is damaged stays', goes({ crls: { state: 'garbage', detail: '' } }), []],
    [
      'in the folder of another tool stays',
      goes({ crls: pieces('crl l') }, { ...API, layout: {} } as never),
      [],
    ],
    ['where the files were before stays', goes({ crls: pieces('crl l'), ...moved('crls') }), []],
    ['beside one that was elsewhere goes', goes({ crls: pieces('crl l'), ...moved('crl-der') }), ['crls']],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('a remark', () => {
  const remarks = (entity: Entity, files: Partial<EntityObservation>) =>
    leftListRemarks([entity], seeing([entity, files]), KNOWN);
  const left = (entity: Entity, file: string, nextUpdate: number | null = null) => [
    { kind: 'left-list', entity: entity.id, path: `${entity.id}/${file}`, nextUpdate },
  ];
  const own = { crl: present(print('l')), listSignedBy: 'k' };

  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['on a copy that stays', remarks(API, { crls: pieces('crl x') }), left(API, 'crls.pem')],
    ['not on one that goes', remarks(API, { crls: pieces('crl l') }), []],
    [
      'not on those of what is revoked',
      remarks({ ...API, revoked: {} } as never, { crls: pieces('crl x') }),
      [],
    ],
    ['on a list of its own that it makes no longer', remarks(PLAIN, own), left(PLAIN, 'crl.pem', NOW)],
    ['not on one that it makes', remarks(LISTING, own), []],
    ['not on one that it did not sign', remarks(PLAIN, { ...own, listSignedBy: null }), []],
    ['not on one where its files were', remarks(PLAIN, { ...own, ...moved('crl') }), []],
    ['not on one that is gone', remarks(PLAIN, { listSignedBy: 'k' }), []],
    ['not on one beside a leaf', remarks(API, own), []],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});
