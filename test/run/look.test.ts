/** A look at a folder, and the plan of it: as of which moment, compared with what, and with whose eyes. */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { filePath } from '../../src/pki/files.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { type LookOptions, look, lookAndPlan } from '../../src/run/look.ts';
import { anAuthority, anInventory, aServer, DAY, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const ROOT = anAuthority();
const API = aServer({ name: 'api' });
const ALL = anInventory(ROOT, API);
const root = memoryFolder();

beforeAll(async () => {
  const options = { binary: 'openssl', clock: () => NOW, processes: 1, engine: 'node' } as const;
  await applyInventory(ALL, { root, ...options, consents: new Set() });
});

/** What is done, by entity, as of when, and what is wrong with the clock. */
function planned(options: Partial<LookOptions> = {}, folder = root) {
  const { plan } = lookAndPlan(folder, ALL, { clock: () => NOW, ...options });
  const actions = plan.changes.map(({ id, action }) => [id, action]);
  return {
    now: plan.now,
    doubt: plan.doubt?.kind ?? null,
    engine: plan.engine,
    ...Object.fromEntries(actions),
  };
}

const KEPT = { now: NOW, doubt: null, engine: 'openssl', [ROOT.id]: 'keep', [API.id]: 'keep' };
const never = (): never => {
  throw new Error('the clock was asked');
};

it('is as of the clock, unless a moment is asked about', () => {
  expect(planned()).toEqual(KEPT);
  expect(planned({ now: NOW + 80 * DAY, clock: never })).toEqual({
    ...KEPT,
    now: NOW + 80 * DAY,
    [API.id]: 'issue',
  });
});

it('compares the clock with what was issued, unless it is trusted, or a moment is asked about', () => {
  const early = NOW - 10 * DAY;
  expect(planned({ clock: () => early })).toMatchObject({ doubt: 'behind' });
  expect(planned({ clock: () => early, trustClock: false })).toMatchObject({ doubt: 'behind' });
  expect(planned({ clock: () => early, trustClock: true })).toMatchObject({ now: early, doubt: 'ahead' });
  expect(planned({ now: early, clock: never })).toMatchObject({ now: early, doubt: null });
});

it('is of what is asked for', () => {
  expect(planned({ rekey: new Set([API.id]) })).toEqual({ ...KEPT, [API.id]: 'rekey' });
  expect(planned({ engine: 'node' })).toEqual({ ...KEPT, engine: 'node' });
});

it('takes a key that is not there for one that is elsewhere, where it is public', () => {
  // What others may write to is said of the folder itself alone, and not of a copy of it.
  chmodSync(join(root, 'servers/api'), 0o777);
  const seen = (sight?: 'readable' | 'public') => {
    const { observation } = lookAndPlan(root, ALL, { clock: () => NOW, ...(sight && { sight }) });
    const { key, cert } = observation.entities.get(API.id) ?? {};
    const isUnseen = key !== undefined && 'lock' in key && key.lock === 'unseen';
    return [isUnseen ? 'unseen' : key?.state, cert?.state, 'exposed' in observation];
  };
  expect(seen()).toEqual(['present', 'present', true]);
  expect(seen('public')).toEqual(['unseen', 'present', false]);
  expect(look(root, ALL, NOW).entities.get(API.id)?.key.state).toBe('present');
  rmSync(join(root, filePath(API, 'key')));
  expect(seen('readable')).toEqual(['missing', 'present', true]);
  expect(seen('public')).toEqual(['unseen', 'present', false]);
});

it('finds nothing where nothing is, and leaves nothing behind', () => {
  const nowhere = join(memoryFolder(), 'none');
  expect(planned({}, nowhere)).toEqual({ ...KEPT, [ROOT.id]: 'create', [API.id]: 'create' });
  expect(planned({ sight: 'public' }, nowhere)).toEqual({ ...KEPT, [ROOT.id]: 'create', [API.id]: 'create' });
  expect(existsSync(nowhere)).toBe(false);
});
