/** What a plan is put together of: each thing that was seen or asked for reaches the entity, or the list, that it is about. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { isDue, type PlanOptions, planInventory } from '../../src/plan/plan.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  DAY,
  keyFacts,
  NOW,
  present,
  remove,
  type World,
} from '../helpers/entities.ts';
import { ALL, api, billing, root, services, settled } from './settled.ts';

function planned(
  given: Partial<Observation> = {},
  options: Partial<PlanOptions> = {},
  inventory: Inventory = ALL,
  damage: (world: World) => void = () => {},
) {
  const world = settled(inventory);
  damage(world);
  return planInventory(inventory, { ...world.observation(inventory), ...given }, { now: NOW, ...options });
}

const changeOf = (plan: ReturnType<typeof planned>, id: string) => plan.changes.find((one) => one.id === id);

it('is of the moment and the folder, and names what was seen', () => {
  const exposed = [{ folder: 'pki', uid: null }] as never;
  const plan = planned({ pending: [api], exposed, orphans: ['clients/gone'] });
  expect(plan).toMatchObject({ now: NOW, output: 'pki', pending: [api], exposed, doubt: null, left: [] });
  expect(plan.changes.map(({ id }) => id)).toEqual([root, services, api, billing, 'clients/gone']);
  expect(planned()).toMatchObject({ pending: [], exposed: [], prunes: [], hooks: [] });
});

describe('what of the archive is old', () => {
  const set = { entity: api, folder: 'f', time: NOW - 100 * DAY, holdsKey: false };
  const archive = { sets: [set], newest: NOW, revival: null } as never;
  const keeping = { ...ALL, archiveFor: 50 * DAY };
  const prunes = (options: Partial<PlanOptions>, more: Partial<Observation> = {}) =>
    planned({ archive, ...more }, options, keeping).prunes.length;
  const issues = (newest: number) => ({ issues: { newest, before: null, revived: false } });

  it('goes, unless the clock is in doubt', () => {
    expect(prunes({})).toBe(1);
    expect(prunes({ clock: 'compared' }, issues(NOW))).toBe(1);
    expect(prunes({ clock: 'compared' }, issues(NOW + 9 * DAY))).toBe(0);
    expect(prunes({ clock: 'trusted' }, issues(NOW + 9 * DAY))).toBe(0);
    expect(planned({ archive }).prunes).toEqual([]);
  });

  it('goes by a clock alone only as far as something was issued', () => {
    const old = { archive: { ...(archive as object), newest: NOW - 400 * DAY } as never };
    expect(prunes({ clock: 'compared' }, { ...issues(NOW), ...old })).toBe(0);
    expect(prunes({ clock: 'trusted' }, { ...issues(NOW), ...old })).toBe(1);
    expect(prunes({}, old)).toBe(1);
  });
});

describe('what stays', () => {
  it('is left as it is, whatever has happened to it', () => {
    const damage = (world: World): void => remove(world.of(api), 'ca');
    expect(changeOf(planned({}, {}, ALL, damage), api)).toMatchObject({ action: 'refresh' });
    const plan = planned({}, { pinned: new Set([api]) }, ALL, damage);
    expect(changeOf(plan, api)).toEqual({
      id: api,
      kind: 'server',
      affects: [],
      action: 'keep',
      previous: [],
      routes: [],
      route: null,
      cross: [],
    });
    expect([...plan.pinned]).toEqual([api]);
  });

  it('keeps the roots that it had, but for those of another hand', () => {
    const world = settled();
    const old = {
      ...world.cert(root),
      keyId: keyFacts('old').keyId,
      fingerprint: 'f0'.repeat(32),
      signedBy: keyFacts('old').keyId,
    };
    const known = (...keys: readonly string[]) =>
      new Map([
        [root, { keys: new Set([world.cert(root).keyId, ...keys]), certificates: new Set<string>() }],
      ]);
    const kept = (given: Partial<Observation>) => {
      const plan = planned(given, { pinned: new Set([root]) }, ALL, (one) => {
        one.of(root).previous = present([old]);
      });
      const change = changeOf(plan, root);
      return change !== undefined && 'previous' in change ? change.previous : null;
    };
    expect(kept({ known: known(old.keyId) })).toEqual([old.fingerprint]);
    expect(kept({ known: known() })).toEqual([]);
  });
});

it('answers of other machines reach those that asked for them', () => {
  const offline = anInventory(
    ...ALL.entities.map((one) =>
      one.id === root
        ? {
            ...anAuthority({ name: 'root' }),
            keyPlace: { kind: 'offline' } as const,
            outputs: ['cert', 'ca'] as const,
          }
        : one,
    ),
  );
  const world = settled();
  remove(world.of(root), 'key');
  const now = NOW + 1096 * DAY;
  const answer = { notBefore: now, notAfter: now + 77 * DAY, newKey: false };
  const plan = (options: Partial<PlanOptions>) =>
    changeOf(planInventory(offline, world.observation(offline), { now, ...options }), services);
  expect(plan({})).toMatchObject({ action: 'wait' });
  expect(plan({ answers: new Map([[services, answer]]) })).toMatchObject({
    action: 'issue',
    answered: true,
    issuance: { notBefore: now, notAfter: answer.notAfter, cappedBy: null },
  });
  expect(plan({ answers: new Map([[api, answer]]) })).toMatchObject({ action: 'wait' });
});

it('a root that issued something before needs consent to begin again, by its name in any order', () => {
  const begins = (subject: readonly { type: 'CN' | 'O'; value: string }[], issuer = subject) => {
    const entities = ALL.entities.map((one) => (one.id === root ? { ...one, subject } : one));
    const plan = planned({}, {}, anInventory(...entities), (world) => {
      for (const file of ['key', 'cert'] as const) remove(world.of(root), file);
      for (const id of [services, billing]) world.changeCert(id, { issuer });
    });
    const change = changeOf(plan, root);
    return change !== undefined && 'consents' in change ? change.consents : null;
  };
  const [CN, O] = [
    { type: 'CN', value: 'Root' },
    { type: 'O', value: 'Acme' },
  ] as const;
  expect(begins([CN, O])).toEqual(['rekey-ca']);
  expect(begins([CN, O], [O, CN])).toEqual(['rekey-ca']);
  expect(begins([CN, O], [O])).toEqual([]);
});

it('is due for each thing that is left to do, and not for what stays', () => {
  const nothing = { changes: [aChange({ id: api, action: 'keep' })], pending: [], prunes: [], hooks: [] };
  const due = (given: object) => isDue({ ...nothing, ...given });
  expect([
    due({}),
    due({ changes: [] }),
    due({ pending: [api] }),
    due({ prunes: [{}] }),
    due({ hooks: [{}] }),
    due({ changes: [...nothing.changes, aChange({ id: billing, action: 'refuse' })] }),
  ]).toEqual([false, false, true, true, true, true]);
});
