/** Who reads a list that lacks something, and which files are made of what others put in place. */
import { describe, expect, it } from 'vitest';
import type { Authority, Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Context } from '../../src/plan/context.ts';
import { isDerivable } from '../../src/plan/elsewhere.ts';
import { unlistedRemarks } from '../../src/plan/unlisted.ts';
import { anAuthority, aServer, DAY, keyFacts, NOW, observed, present } from '../helpers/entities.ts';
import { listingOf, seeing } from '../helpers/seen.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT: Authority = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
const API = aServer({ name: 'api', issuer: ROOT.id });

it('a list of a key that is gone lacks what is revoked since, for all who read it', () => {
  const readers = ['crls', 'ca-crls', 'ca'].map((file) =>
    aServer({ name: file, issuer: ROOT.id, outputs: ['key', 'cert', file as 'ca'] }),
  );
  const stranger = aServer({
    name: 'stranger',
    issuer: 'authorities/other',
    trust: ['authorities/other'],
    outputs: ['crls'],
  });
  const all = [ROOT, ...readers, anAuthority({ name: 'other', crl: { url: [], list: TERMS } }), stranger];
  const gone = { fingerprint: 'f', thisUpdate: NOW, nextUpdate: NOW + DAY, serials: [] };
  const observation = seeing([ROOT, { 'former-crls': present([gone]) as never }]);
  const remarks = (retire: readonly string[] = []) =>
    unlistedRemarks(all, observation, {
      byId: byIdOf(all),
      listings: new Map([[ROOT.id, listingOf('01')]]),
      retire: new Set(retire),
      now: NOW,
    } as unknown as Context);
  expect(remarks()).toEqual([
    { kind: 'unlisted', entity: ROOT.id, serials: ['01'], readers: ['servers/crls', 'servers/ca-crls'] },
  ]);
  expect(remarks([ROOT.id])).toEqual([]);
});

describe('a file of an entry that others issue', () => {
  const theirs = { ...API, elsewhere: true } as Entity;
  const byId = byIdOf([ROOT, theirs]);
  const key = { key: present(keyFacts('k')) };
  const refused = { on: ROOT.id, reasons: [], serves: false, wish: null };
  const can = (
    file: Parameters<typeof isDerivable>[0],
    files: object,
    waiting: typeof refused | null,
    entity: Entity = theirs,
  ) => isDerivable(file, entity, observed(files), waiting, { byId });
  it.each<[string, boolean, boolean]>([
    ['is made of a key that is there', can('pkcs8-der', key, null), true],
    ['is not made of a key that is away', can('pkcs8-der', {}, null), false],
    ['is made of certificates without the key', can('fullchain', {}, null), true],
    ['is made while its certificate serves', can('fullchain', key, { ...refused, serves: true }), true],
    ['is not made of a certificate that is refused', can('fullchain', key, refused), false],
    ['is made of the roots that it trusts all the same', can('ca', key, refused), true],
    ['of what is issued here is always made', can('fullchain', {}, refused, API), true],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});
