/** Where the files of entities are by now is written down: of what was done, and of what was as it should be. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { Workers } from '../../src/engine/workers.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { Flush } from '../../src/store/flush.ts';
import { folderWith, typed } from '../commands/typed.ts';
import { anAuthority, anInventory, aServer, DAY, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const manifest = (api: string, web: string) => `version: 1
authorities: { root: { commonName: Root } }
servers:
  api: { commonName: api.test${api} }
  web: { commonName: web.test${web} }
`;
const MORE = ', san: [web.test, more.test]';
const at = (folder: string) => `, folder: ${folder}`;

let folder: string;
const apply = async (text: string) => {
  writeFileSync(join(folder, 'pki.yaml'), text);
  return typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
};
const file = (path: string) => join(folder, 'pki', path);
const places = () => {
  if (!existsSync(file('.pki/places.json'))) return {};
  const all: Record<string, { folder: string }> = JSON.parse(
    readFileSync(file('.pki/places.json'), 'utf8'),
  ).places;
  return Object.fromEntries(Object.entries(all).map(([id, place]) => [id, place.folder]));
};

beforeEach(async () => {
  folder = folderWith({});
  expect(await apply(manifest(at('one'), ''))).toMatchObject({ code: 0 });
  expect(places()).toEqual({ 'servers/api': 'one' });
});

it('also of one that stays, where that was lost', async () => {
  rmSync(file('.pki/places.json'));
  expect(await apply(manifest(at('one'), MORE))).toMatchObject({ code: 0 });
  expect(places()).toEqual({ 'servers/api': 'one' });
});

it('of one that moves, once it has', async () => {
  expect(await apply(manifest(at('two'), at('three')))).toMatchObject({ code: 0 });
  expect(places()).toEqual({ 'servers/api': 'two', 'servers/web': 'three' });
  expect(await apply(manifest('', at('three')))).toMatchObject({ code: 0 });
  expect(places()).toEqual({ 'servers/web': 'three' });
});

it('not of one that could not move, whatever else is done', async () => {
  mkdirSync(file('two/key.pem'), { recursive: true });
  const refused = await apply(manifest(at('two'), MORE));
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('applied: 1 ') });
  expect(refused.stderr).toContain('"two/key.pem" is a directory');
  expect(places()).toEqual({ 'servers/api': 'one' });
  expect([existsSync(file('one/key.pem')), existsSync(file('two/cert.pem'))]).toEqual([true, false]);
  rmSync(file('two'), { recursive: true });
  expect(await apply(manifest(at('two'), MORE))).toMatchObject({ code: 0 });
  expect(places()).toEqual({ 'servers/api': 'two' });
});

it('what made it is closed again', async () => {
  const close = vi.spyOn(Workers.prototype, 'close');
  const rotate = () => typed(folder, ['rotate', 'servers/web', '--skip-verify', '--engine', 'openssl']);
  expect(await rotate()).toMatchObject({ code: 0 });
  expect(close).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
});

it.each([
  [3, 'everything is new, and flushed together', true],
  [4, 'there is less than is worth it', false],
])('from %i new ones on: %s', async (flushFrom, _, isFlushed) => {
  const root = memoryFolder();
  const of = vi.spyOn(Flush, 'of');
  const web = aServer({ name: 'web', validity: 30 * DAY });
  const inventory = anInventory(anAuthority(), aServer({ name: 'api' }), web);
  const apply = (now: number) => {
    const options = { root, binary: 'openssl', clock: () => now, processes: 1, engine: 'node' } as const;
    return applyInventory(inventory, { ...options, consents: new Set(), flushFrom });
  };
  expect(await apply(NOW)).toMatchObject({ kind: 'done', execution: { failures: [] } });
  expect(of).toHaveBeenCalledTimes(isFlushed ? 1 : 0);
  // Renewals replace files, each set by itself.
  expect(await apply(NOW + 25 * DAY)).toMatchObject({ kind: 'done', execution: { published: [web.id] } });
  expect(of).toHaveBeenCalledTimes(isFlushed ? 1 : 0);
  vi.restoreAllMocks();
});
