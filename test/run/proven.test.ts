/** What was proven before: by what the files say and what the manifest says, and by nothing else. */
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entity, EntityId, Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { Proven } from '../../src/run/proven.ts';
import { crlBlocks, crlFacts } from '../../src/x509/crl.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, dns, NOW } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const ROOT = anAuthority({ name: 'harbour' });
const OTHER = anAuthority({
  name: 'other',
  crl: { url: [], list: { validity: 30 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } } },
});
const DOCK = anAuthority({ name: 'dock', issuer: ROOT.id, trust: [ROOT.id], validity: 1000 * DAY });
const CRANE = aServer({ name: 'crane', issuer: DOCK.id, trust: [ROOT.id] });
const PILOT = aClient({ name: 'pilot', issuer: ROOT.id, trust: [ROOT.id] });
const GUEST = aClient({ name: 'guest', issuer: OTHER.id, trust: [OTHER.id] });
const ALL = anInventory(ROOT, OTHER, DOCK, CRANE, PILOT, GUEST);
const BELOW_ROOT = [ROOT.id, DOCK.id, CRANE.id, PILOT.id];
const EVERY = ALL.entities.map(({ id }) => id);

const work = temporaryFolder();
const base = join(work, 'base');
let made = 0;

beforeAll(async () => {
  const options = { binary: 'openssl', clock: () => NOW, processes: 2, consents: new Set<never>() };
  await applyInventory(ALL, { root: base, ...options });
  await proven(base).save(new Set(EVERY));
});

function proven(root: string, { inventory = ALL, binary = 'openssl', now = NOW } = {}): Proven {
  return Proven.read(root, inventory, binary, now);
}

function copy(): string {
  const root = join(work, `${++made}`);
  cpSync(base, root, { recursive: true, preserveTimestamps: true });
  for (const name of ['.pki']) chmodSync(join(root, name), 0o700);
  return root;
}

function withEntity(id: EntityId, changes: Partial<Entity>): Inventory {
  const entities = ALL.entities.map((one) => (one.id === id ? ({ ...one, ...changes } as Entity) : one));
  return { ...ALL, entities };
}

function changed(root: string, options: Parameters<typeof proven>[1] = {}): readonly EntityId[] {
  return [...proven(root, options).changed()];
}

it('nothing has changed since, also in a copy of the folder', () => {
  expect(changed(base)).toEqual([]);
  expect(changed(copy())).toEqual([]);
});

it('the record is ours alone, and holds nothing of a key', () => {
  const path = join(base, '.pki/proof.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const before = readFileSync(path);
  expect(Object.keys(JSON.parse(before.toString()).proven)).toEqual(EVERY);
});

it('writing the same again changes no file', async () => {
  const root = copy();
  const { mtimeMs, ino } = statSync(join(root, '.pki/proof.json'));
  await proven(root).save(new Set(EVERY));
  expect(statSync(join(root, '.pki/proof.json'))).toMatchObject({ mtimeMs, ino });
});

describe('changed is', () => {
  it.each<[string, EntityId, Partial<Entity>, readonly EntityId[]]>([
    ['a name more', CRANE.id, { san: [dns('crane.example.test'), dns('lift.example.test')] }, [CRANE.id]],
    ['another trust', PILOT.id, { trust: [ROOT.id, OTHER.id] }, [PILOT.id]],
    ['an authority, with all below it and all that trust it', ROOT.id, { pathLength: 1 }, BELOW_ROOT],
    ['an intermediate', DOCK.id, { pathLength: 0 }, [DOCK.id, CRANE.id]],
  ])('by the manifest: %s', (_, id, changes, expected) => {
    expect(changed(base, { inventory: withEntity(id, changes) })).toEqual(expected);
  });

  it.each<[string, string, readonly EntityId[]]>([
    ['a trust bundle', `${CRANE.id}/ca.pem`, [CRANE.id]],
    ['what a server presents', `${CRANE.id}/fullchain.pem`, [CRANE.id]],
    ['a key', `${PILOT.id}/key.pem`, [PILOT.id]],
    ['the certificate of a root', `${OTHER.id}/cert.pem`, [OTHER.id, GUEST.id]],
  ])('on the disk: %s', (_, path, expected) => {
    const root = copy();
    writeFileSync(join(root, path), readFileSync(join(root, DOCK.id, 'cert.pem')));
    expect(changed(root)).toEqual(expected);
  });

  it('on the disk: a root that somebody added', () => {
    const root = copy();
    appendFileSync(join(root, GUEST.id, 'ca.pem'), readFileSync(join(root, ROOT.id, 'cert.pem')));
    expect(changed(root)).toEqual([GUEST.id]);
  });

  it.each([
    ['the record is gone', (path: string) => rmSync(path)],
    ['the record is cut short', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 90))],
    ['the record is of another format', (path: string) => rewrite(path, '"format":2', '"format":99')],
    ['the record is of another node', (path: string) => rewrite(path, '"node ', '"node 1')],
  ])('everything, where %s', (_, damage) => {
    const root = copy();
    damage(join(root, '.pki/proof.json'));
    expect(changed(root)).toEqual(EVERY);
  });

  it('everything, where another openssl judges, or certificates have ended or not begun', () => {
    expect(changed(base, { binary: '/opt/other/openssl' })).toEqual(EVERY);
    expect(changed(base, { now: NOW + 91 * DAY })).toEqual(EVERY);
    expect(changed(base, { now: NOW - 3 * DAY })).toEqual(EVERY);
  });

  it('everything, from the second on in which something has ended, or before it has begun', () => {
    const folder = copy();
    const list = join(folder, OTHER.id, 'crl.pem');
    const [der = new Uint8Array()] = crlBlocks(readFileSync(list));
    const { nextUpdate } = crlFacts(der);
    const { notBefore, notAfter } = parseCertificate(readFileSync(join(folder, CRANE.id, 'cert.pem')));
    if (nextUpdate === null) throw new Error('without an end');
    expect(changed(folder, { now: nextUpdate })).toEqual([]);
    expect(changed(folder, { now: nextUpdate + 1 })).toEqual(EVERY);
    rmSync(list);
    for (const [now, expected] of [
      [notBefore - 1, EVERY],
      [notBefore, [OTHER.id, GUEST.id]],
      [notAfter, [OTHER.id, GUEST.id]],
      [notAfter + 1, EVERY],
    ] as const)
      expect(changed(folder, { now }), `${now}`).toEqual(expected);
  });
});

it('what leads through a bridge changes with that, with what is above it, and with its own line', async () => {
  const bridge = anAuthority({
    name: 'bridge',
    issuer: OTHER.id,
    trust: [OTHER.id],
    keyPlace: { kind: 'bridge', of: DOCK.id },
  });
  const far = aServer({ name: 'far', issuer: DOCK.id, trust: [OTHER.id], through: bridge.id });
  const guest = aClient({ name: 'guest', issuer: ROOT.id, trust: [OTHER.id] });
  const entities = [ROOT, OTHER, DOCK, bridge, far, guest];
  const root = temporaryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  const read = (id?: EntityId) =>
    proven(root, {
      inventory: anInventory(
        ...entities.map((one) => (one.id === id ? { ...one, validity: 99 * DAY } : one)),
      ),
    });
  await read().save(new Set(entities.map(({ id }) => id)));
  expect([...read().changed()]).toEqual([]);
  for (const { id } of [ROOT, OTHER, DOCK, bridge, far])
    expect([...read(id).changed()], id).toContain(far.id);
  expect([...read(OTHER.id).changed()]).toContain(guest.id);
  expect([...read(DOCK.id).changed()]).not.toContain(guest.id);
});

it('what was proven of a part is added to what was proven before', async () => {
  const root = copy();
  const inventory = withEntity(CRANE.id, { san: [dns('crane.example.test'), dns('lift.example.test')] });
  await proven(root, { inventory }).save(new Set([CRANE.id]));
  expect(changed(root, { inventory })).toEqual([]);
  // What is not as it was, and was not looked at, is forgotten.
  const other = withEntity(PILOT.id, { trust: [ROOT.id, OTHER.id] });
  await proven(root, { inventory: other }).save(new Set([CRANE.id]));
  expect(changed(root, { inventory: other })).toEqual([PILOT.id]);
});

it('a record of a hundred thousand entities is read, and no file without an end', () => {
  const root = copy();
  const path = join(root, '.pki/proof.json');
  const text = readFileSync(path, 'utf8');
  const padded = (size: number): readonly EntityId[] => {
    writeFileSync(path, text.padEnd(size * 1024 * 1024));
    return changed(root);
  };
  expect(padded(32)).toEqual([]);
  writeFileSync(path, `${text.padEnd(32 * 1024 * 1024)} `);
  expect(changed(root)).toEqual(EVERY);
});

it('a record that cannot be written is no error, and then nothing is proven', async () => {
  const root = copy();
  rmSync(join(root, '.pki/proof.json'));
  mkdirSync(join(root, '.pki/proof.json'));
  await proven(root).save(new Set(EVERY));
  expect(changed(root)).toEqual(EVERY);
});

function rewrite(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}
