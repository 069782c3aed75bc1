/** Files under a password: made again where what is in them is known to be other than it should be, and only then. */
import { describe, expect, it } from 'vitest';
import { modeOf } from '../../src/pki/artifact.ts';
import type { Entity, EntityId, Inventory } from '../../src/pki/entity.ts';
import { pieceMark } from '../../src/x509/pkcs12.ts';
import { anInventory, flatPlan, NOW, present, type World } from '../helpers/entities.ts';
import {
  API,
  api,
  BILLING,
  changes,
  ROOT,
  root,
  SERVICES,
  services,
  settled,
  withChanged,
} from './settled.ts';

const SEAL = { password: { kind: 'file', path: 'secret' }, encryption: 'modern' } as const;
const SEALED = {
  ...API,
  outputs: ['key', 'cert', 'keystore', 'truststore', 'truststore-jks'],
  seals: { keystore: SEAL, truststore: SEAL, 'truststore-jks': SEAL },
} as Entity;
const FOLDER = anInventory(ROOT, SERVICES, SEALED, BILLING);

type File = 'keystore' | 'truststore' | 'truststore-jks';

const world = () => settled(FOLDER);

function pieces(from: World, file: File): readonly string[] {
  const { state, ...rest } = from.of(api)[file];
  const content = 'facts' in rest ? rest.facts.content : state;
  if (typeof content === 'string') throw new Error(`${file} is ${content}`);
  return content;
}

/** The file as it is without its password. */
function close(from: World, file: File, mark = pieceMark(pieces(from, file)).toString('hex')): void {
  from.of(api)[file] = present({ mark, content: 'closed' }, modeOf(file));
}

function decided(from: World, inventory: Inventory = FOLDER, id: EntityId = api) {
  const plan = flatPlan(inventory, from.observation(inventory), { now: NOW });
  const { action, reasons, writes } = plan.changes.find((change) => change.id === id) ?? {};
  return { action, reasons, writes, unknown: plan.remarks.filter(({ kind }) => kind === 'unknown') };
}

const KEPT = { action: 'keep', reasons: [], writes: [], unknown: [] };
const WITH_ROOT = { key: { algorithm: 'rsa', size: 4096 } } as const;
/** The manifest with a root, or an authority between, of another key. */
const rekeyed = (id: EntityId): Inventory =>
  anInventory(...withChanged(id, WITH_ROOT).entities.map((one) => (one.id === api ? SEALED : one)));

describe.each<File>(['keystore', 'truststore', 'truststore-jks'])('%s', (file) => {
  it('stays with what it should hold, open or closed', () => {
    expect(decided(world())).toEqual(KEPT);
    const closed = world();
    close(closed, file);
    expect(decided(closed)).toEqual(KEPT);
  });

  it('stays where nothing is known of it, and the plan says so', () => {
    const closed = world();
    close(closed, file, '00');
    expect(decided(closed)).toEqual({ ...KEPT, unknown: [{ kind: 'unknown', entities: [api] }] });
  });

  it('is made again under another password', () => {
    const other = world();
    other.of(api)[file] = present({ mark: '', content: 'other-password' }, modeOf(file));
    expect(decided(other)).toMatchObject({
      action: 'refresh',
      reasons: [{ kind: 'password', artifact: file }],
      writes: [file],
      unknown: [],
    });
  });

  it.each<[string, (all: readonly string[]) => readonly string[]]>([
    ['one piece less', (all) => all.slice(0, -1)],
    ['one more', (all) => [...all, 'x']],
    ['another order', (all) => all.toReversed()],
    ['nothing', () => []],
  ])('is made again with %s in it', (_, change) => {
    const stale = world();
    stale.of(api)[file] = present({ mark: '', content: change(pieces(stale, file)) }, modeOf(file));
    expect(decided(stale)).toMatchObject({
      action: 'refresh',
      reasons: [{ kind: 'stale', artifact: file }],
      writes: [file],
      unknown: [],
    });
  });

  it('is made again for a root that gets another key, if it holds the root, and not as one that is out of date', () => {
    for (const isClosed of [false, true]) {
      const before = world();
      if (isClosed) close(before, file);
      const { action, reasons, writes, unknown } = decided(before, rekeyed(root));
      expect({ action, unknown }).toEqual({ action: 'refresh', unknown: [] });
      expect(reasons).toContainEqual(changes(root));
      expect(reasons).not.toContainEqual({ kind: 'stale', artifact: file });
      expect(writes?.includes(file)).toBe(file !== 'keystore');
    }
  });
});

it('a key store is made again with its certificate, for an authority between that gets another key', () => {
  const { action, reasons, writes } = decided(world(), rekeyed(services));
  expect({ action, reasons }).toEqual({ action: 'issue', reasons: [changes(services)] });
  expect(writes).toContain('keystore');
});
