/** Numbers in words. */
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { countText, durationText, plural, validText } from '../../src/report/count.ts';
import { aClient, anAuthority, aPeer, aServer } from '../helpers/entities.ts';

it.each([
  [0, '0s'],
  [0.04, '0.0s'],
  [1.23, '1.2s'],
  [9.94, '9.9s'],
  [9.96, '10s'],
  [12.4, '12s'],
  [59.4, '59s'],
  [59.6, '1m 0s'],
  [80, '1m 20s'],
  [3600, '60m 0s'],
])('%d seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

const ONES: readonly Entity[] = [
  aPeer({ name: 'p' }),
  aClient({ name: 'c' }),
  aServer({ name: 's' }),
  { ...aServer({ name: 'x' }), kind: 'certificate' },
  anAuthority({ name: 'a' }),
];

it.each<[readonly Entity[], string]>([
  [[], 'no entities'],
  [ONES, '1 authority, 1 server, 1 client, 1 peer, 1 certificate'],
  [[...ONES, ...ONES], '2 authorities, 2 servers, 2 clients, 2 peers, 2 certificates'],
  [ONES.slice(2, 3), '1 server'],
])('%#: entities by their kinds', (entities, text) => {
  expect([countText(entities), validText('a.yaml', entities)]).toEqual([text, `a.yaml: valid, ${text}`]);
});

it.each([0, 1, 2])('%d of something', (count) => {
  expect(plural(count, 'handshake')).toBe(`${count} handshake${count === 1 ? '' : 's'}`);
});
