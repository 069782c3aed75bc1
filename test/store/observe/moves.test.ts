/** Entities whose `folder` or `files` changed: which key is the right one, and which has to wait for another to go. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity, EntityId } from '../../../src/pki/entity.ts';
import { observe } from '../../../src/store/observe/observe.ts';
import { FormerLocations, leftIn } from '../../../src/store/observe/places.ts';
import { anInventory, aServer } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { keyPem, smallKey } from '../../helpers/small-certificates.ts';

const layout = (folder: string) => ({ folder, files: { key: 'tls.key' } });
const inFolder = (name: string, folder?: string): Entity =>
  aServer({ name, ...(folder === undefined ? {} : { layout: layout(folder) }) });
const [ONE, OTHER] = [keyPem(smallKey()), keyPem(smallKey())];

/** What the keys are, where entities were in these folders. */
function keysOf(
  entities: readonly Entity[],
  before: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
) {
  const root = memoryFolder();
  const places = Object.fromEntries(Object.entries(before).map(([id, folder]) => [id, layout(folder)]));
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  writeFileSync(join(root, '.pki/places.json'), JSON.stringify({ format: 1, places }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const seen = observe(root, anInventory(...entities)).entities;
  return Object.fromEntries(
    [...seen].map(([id, { key, formerLocation }]) => [
      id,
      [key.state === 'blocked' ? key.cause : key.state, formerLocation?.files.map(({ from }) => from)],
    ]),
  );
}

describe('a key', () => {
  const API = inFolder('api', 'new');
  const before = { [API.id]: 'old' };

  it('is where the entity was, until it has moved', () => {
    expect(keysOf([API], before, { 'old/tls.key': ONE })).toEqual({ [API.id]: ['present', ['old/tls.key']] });
    expect(keysOf([API], before, { 'new/tls.key': ONE })).toEqual({ [API.id]: ['present', undefined] });
    expect(keysOf([API], before, {})).toEqual({ [API.id]: ['missing', undefined] });
  });

  it('is one of two where another is in the new place, and only its owner knows which', () => {
    expect(keysOf([API], before, { 'old/tls.key': ONE, 'new/tls.key': OTHER })).toEqual({
      [API.id]: [{ kind: 'conflicting-key', entity: API.id, other: 'old/tls.key' }, undefined],
    });
    expect(keysOf([API], before, { 'old/tls.key': ONE, 'new/tls.key': ONE })).toEqual({
      [API.id]: ['present', undefined],
    });
  });

  it('waits for another entity that is to leave its new place', () => {
    const [here, there] = [inFolder('here', 'b'), inFolder('there', 'a')];
    const swapped = { [here.id]: 'a', [there.id]: 'b' };
    const waits = (other: EntityId) => [{ kind: 'waits-for-move', other }, undefined];
    expect(keysOf([here, there], swapped, { 'a/tls.key': ONE, 'b/tls.key': OTHER })).toEqual({
      [here.id]: waits(there.id),
      [there.id]: waits(here.id),
    });
  });
});

describe('where entities were', () => {
  const API = inFolder('api', 'new');
  const of = (entity: Entity, place?: string) =>
    new FormerLocations([entity], new Map(place === undefined ? [] : [[entity.id, layout(place)]]));

  it('is remembered, or under the usual names in their own folders', () => {
    expect(of(API, 'old').of(API.id)).toEqual({ id: API.id, layout: layout('old') });
    expect(of(API).of(API.id)).toEqual({ id: API.id });
    expect(of(API, 'new').of(API.id)).toBeUndefined();
    expect(of(inFolder('api'), 'old').of(API.id)).toEqual({ id: API.id, layout: layout('old') });
    expect(of(inFolder('api')).of(API.id)).toBeUndefined();
  });

  it('is the same for files whose names have stayed', () => {
    const renamed = aServer({ name: 'api', layout: { folder: 'old', files: { key: 'new.key' } } });
    const moved = of(renamed, 'old');
    expect((['key', 'cert'] as const).map((file) => moved.isUnchanged(renamed, file))).toEqual([false, true]);
    expect(of(API, 'old').isUnchanged(API, 'cert')).toBe(false);
    expect(of(API, 'new').isUnchanged(API, 'key')).toBe(true);
  });

  it('is in the way of no one who does not move there', () => {
    const moving = inFolder('moving', 'b');
    const places = new Map([
      [moving.id, layout('a')],
      [API.id, layout('old')],
    ]);
    const former = (entity: Entity) => new FormerLocations([moving, entity], places).blockage(entity);
    const waits = { state: 'blocked', cause: { kind: 'waits-for-move', other: moving.id } };
    expect(former(inFolder('api', 'a'))).toEqual(waits);
    expect(former(inFolder('api', 'c'))).toBeNull();
    // One that was there all the time has the key.
    expect(
      new FormerLocations(
        [moving, inFolder('web', 'a')],
        new Map([...places, ['servers/web', layout('a')]]),
      ).blockage(inFolder('web', 'a')),
    ).toBeNull();
    expect(new FormerLocations([moving], places).blockage(moving)).toBeNull();
  });

  it('says which files were left there', () => {
    const outputs = ['key', 'cert', 'chain'] as const;
    expect(leftIn({ ...layout('new'), outputs }, API)).toEqual(outputs);
    expect(leftIn({ folder: 'new', files: {}, outputs }, API)).toEqual(['cert', 'chain']);
    expect(leftIn({ ...layout('old'), outputs }, API)).toEqual([]);
    expect(leftIn(layout('new'), API)).toEqual([]);
    expect(leftIn(undefined, API)).toEqual([]);
  });
});
