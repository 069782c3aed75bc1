/** The record of places: believed where it is whole, and never where it leads out of the output folder. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { type Placed, readPlaces, savePlaces } from '../../../src/store/observe/places.ts';
import { aServer } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';

const PLACE = { folder: 'a', files: { key: 'tls.key' } };

/** An output folder with such a record, and the record itself. */
function folderWith(text: string) {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  writeFileSync(join(root, '.pki/places.json'), text);
  return root;
}

const placesIn = (place: unknown, format: unknown = 1): readonly unknown[] => [
  ...readPlaces(folderWith(JSON.stringify({ format, places: { 'servers/api': place } }))).values(),
];

describe('a place', () => {
  it.each([
    PLACE,
    { ...PLACE, folder: '.' },
    { ...PLACE, folder: 'a/b' },
    { folder: 'a', files: {} },
    { folder: 'a', files: { key: 'deep/tls.key', cert: 'tls.crt' } },
    { ...PLACE, outputs: ['key', 'cert'] },
  ])('is one: %j', (place) => expect(placesIn(place)).toEqual([place]));

  it.each([
    null,
    'a',
    {},
    { folder: 'a' },
    { folder: 'a', files: null },
    { folder: 'a', files: 'key' },
    { folder: 1, files: {} },
    { ...PLACE, folder: '..' },
    { ...PLACE, folder: '/a' },
    { ...PLACE, folder: 'a/../..' },
    { folder: 'a', files: { key: '../tls.key' } },
    { folder: 'a', files: { key: '/tls.key' } },
    { folder: 'a', files: { key: 5 } },
    { folder: 'a', files: { certificate: 'tls.crt' } },
    { ...PLACE, outputs: 'key' },
    { ...PLACE, outputs: ['key', 'certificate'] },
  ])('is none: %j', (place) => expect(placesIn(place)).toEqual([]));

  it('that is none says nothing about the others', () => {
    const text = JSON.stringify({ format: 1, places: { 'servers/a': {}, 'servers/b': PLACE } });
    expect([...readPlaces(folderWith(text))]).toEqual([['servers/b', PLACE]]);
  });
});

it.each(['', '{', '[]', 'null', '{}', '{"format":1}', '{"format":1,"places":null}'])(
  '%j is no record',
  (text) => {
    expect(readPlaces(folderWith(text))).toEqual(new Map());
  },
);

it('nor is one of another format, or none at all', () => {
  expect(placesIn(PLACE, 2)).toEqual([]);
  expect(readPlaces(memoryFolder())).toEqual(new Map());
});

describe('what is remembered', () => {
  const api = (folder?: string): Entity =>
    aServer({
      name: 'api',
      ...(folder === undefined ? {} : { layout: { folder, files: { key: 'tls.key' } } }),
    });
  const placed = (writes: Placed['writes'], deletes: Placed['deletes'] = []) =>
    new Map([['servers/api', { writes, deletes }]]);

  it('is where each entity has its files, and which of them were written there', async () => {
    const root = memoryFolder();
    const save = (entity: Entity, files?: ReturnType<typeof placed>) =>
      through(root, async (output) => {
        await savePlaces(output, [entity], files);
        return readPlaces(root).get('servers/api');
      });
    expect(await save(api('a'))).toEqual(PLACE);
    expect(await save(api('a'), placed(['cert', 'key']))).toEqual({ ...PLACE, outputs: ['key', 'cert'] });
    expect(await save(api('a'), placed(['ca'], ['cert']))).toEqual({ ...PLACE, outputs: ['key', 'ca'] });
    // Files of the former place are not there.
    expect(await save(api('b'))).toEqual({ ...PLACE, folder: 'b' });
    expect(await save(api())).toBeUndefined();
  });

  it('of entities that left the manifest stays, in one order', async () => {
    const root = memoryFolder();
    const text = () => readFileSync(join(root, '.pki/places.json'), 'utf8');
    await through(root, async (output) => {
      await savePlaces(output, [{ ...api('b'), id: 'servers/b' } as Entity]);
      await savePlaces(output, [{ ...api('a'), id: 'servers/a' } as Entity]);
    });
    expect(Object.keys(JSON.parse(text()).places)).toEqual(['servers/a', 'servers/b']);
    expect(text()).toMatch(/^\{\n {2}"format": 1,\n.*\}\n$/s);
  });
});
