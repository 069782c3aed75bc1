/** Files of this program that `outputs` no longer asks for: which of them go. */
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { unwantedFiles } from '../../src/plan/derived.ts';
import { type EntityObservation, NOTHING } from '../../src/plan/observation.ts';

const REQUEST: Pick<Entity, 'keyPlace'> = {
  keyPlace: {
    kind: 'request',
    path: 'r.csr',
    pem: '',
    key: { keyId: 'aa', keyIdentifier: 'bb', spki: '3000' },
    ignored: [],
  },
};
const there = { state: 'present', facts: null, mode: 0o600 } as never;
const seen = (files: Partial<EntityObservation>): EntityObservation => ({ ...NOTHING, ...files });

it.each<[string, Pick<Entity, 'keyPlace'>, Partial<EntityObservation>, readonly string[]]>([
  ['what can be made again', {}, { ca: there, fullchain: there }, ['fullchain', 'ca']],
  [
    'no key, no certificate, nothing that was never asked for',
    {},
    { key: there, cert: there, previous: there },
    [],
  ],
  ['a key from before someone else’s request', REQUEST, { key: there, ca: there }, ['key', 'ca']],
  ['nothing else of someone else’s request', REQUEST, { cert: there, previous: there, crl: there }, []],
  [
    'what is damaged, and what is encrypted',
    REQUEST,
    { ca: { state: 'garbage', detail: '' }, key: { state: 'encrypted' } as never },
    ['key', 'ca'],
  ],
  [
    'nothing that is not there, or cannot be looked at',
    REQUEST,
    { ca: { state: 'blocked', cause: { kind: 'directory' } } as never },
    [],
  ],
])('%s', (_, entity, files, expected) => {
  expect([...unwantedFiles(entity, seen(files), [])].sort()).toEqual([...expected].sort());
});

it('what is wanted stays', () => {
  expect(unwantedFiles({}, seen({ ca: there, fullchain: there }), ['ca'])).toEqual(['fullchain']);
});
