/** What left the manifest, and how long it is let in. */
import { describe, expect, it } from 'vitest';
import { leaversIn, removalsIn } from '../../src/plan/removal.ts';
import { leaverMessages } from '../../src/report/leavers.ts';
import { DAY, NOW } from '../helpers/entities.ts';

const OBSERVED = {
  entities: new Map(),
  orphans: ['servers/old', 'servers/ended', 'clients/keyless'],
  leaving: new Map([
    ['servers/old', NOW + DAY],
    ['servers/ended', NOW - 1],
  ]),
};

describe('an entity that left the manifest', () => {
  it('is removed with consent; the end of its certificate is said while that is to come', () => {
    expect(removalsIn(OBSERVED, NOW)).toMatchObject([
      { id: 'servers/old', action: 'remove', reasons: [{ kind: 'not-in-manifest', notAfter: NOW + DAY }] },
      { id: 'servers/ended', action: 'remove', reasons: [{ kind: 'not-in-manifest' }], consents: ['remove'] },
      { id: 'clients/keyless', action: 'remove', reasons: [{ kind: 'not-in-manifest' }] },
    ]);
    expect([...leaversIn(removalsIn(OBSERVED, NOW))]).toEqual([['servers/old', NOW + DAY]]);
  });

  it('is named once, with what ends it before', () => {
    const changes = removalsIn({ ...OBSERVED, leaving: new Map([['servers/old', NOW + DAY]]) }, NOW);
    expect(leaverMessages([...changes, ...changes]).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      expect.stringMatching(/^note: valid until 20.*Z at the latest, for anyone with the key: servers\/old$/),
      expect.stringMatching(/^hint: .*"revoked: true"/),
    ]);
    expect(leaverMessages([])).toEqual([]);
  });
});
