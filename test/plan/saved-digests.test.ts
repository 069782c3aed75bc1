/** What of files and changes a saved plan is compared by. */
import { expect, it } from 'vitest';
import { snapshotOf } from '../../src/plan/saved.ts';
import { aChange, anInventory, aPlan, aServer, keyFacts, present } from '../helpers/entities.ts';
import { seeing } from '../helpers/seen.ts';

const API = aServer({ name: 'api' });

it('a saved plan holds what was seen, whether it could be opened or not, and no moments', () => {
  const snapshot = (files: object, given: object = {}) =>
    snapshotOf(
      anInventory(API),
      seeing([API, files]),
      aPlan([aChange({ id: API.id, action: 'issue', ...given } as Parameters<typeof aChange>[0])]),
    );
  const sealed = (content: unknown) => ({ pkcs12: present({ mark: 'm', content }) });
  const seen = (files: object) => snapshot(files).entities[API.id]?.seen;
  expect(seen({})).toEqual({});
  expect(
    Object.keys(seen({ key: present(keyFacts('k')), cert: { state: 'garbage', detail: 'x' } }) ?? {}),
  ).toEqual(['key', 'cert']);
  expect(seen(sealed(['a']))).toEqual(seen(sealed(null)));
  expect(seen({ key: { ...present(keyFacts('k')), lock: 'assumed' } })).toEqual(
    seen({ key: present(keyFacts('k')) }),
  );
  expect(seen({ key: present(keyFacts('k')) })).not.toEqual(seen({ key: present(keyFacts('l')) }));
  expect(seen({ key: present(keyFacts('k')) })?.key).toMatch(/^[0-9a-f]{32}$/);
  const does = (given: object) => snapshot({}, given).entities[API.id]?.does;
  const issuance = (notAfter: number, more: object = {}) => ({
    issuance: { notBefore: 1, notAfter, ...more },
  });
  expect(does(issuance(5))).toBe(does(issuance(6)));
  expect(does(issuance(5))).not.toBe(does(issuance(5, { cappedBy: 'x' })));
  expect(does({ affects: ['x'] })).toBe(does({}));
  expect(does({ big: 1n })).not.toBe(does({ big: 2n }));
  expect(does({ set: new Set([1]) })).not.toBe(does({ set: new Set([2]) }));
  expect(does({ map: new Map([[1, 2]]) })).not.toBe(does({ map: new Map([[1, 3]]) }));
});
