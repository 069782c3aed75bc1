/** A manifest that is given as an object: what JSON would leave out or write as something else is named, and nothing lost. */
import { describe, expect, it } from 'vitest';
import { materialize } from '../../src/library/materialize.ts';
import { objectFaultIn } from '../../src/library/plain-data.ts';
import { openProject } from '../../src/library/project.ts';

const itself: { servers?: unknown } = {};
itself.servers = [{ above: itself }];
const shared = { commonName: 'a' };

describe('what no manifest can hold', () => {
  it.each<[string, unknown, string, string]>([
    ['a function', { servers: { api: () => 1 } }, 'servers.api', 'a function'],
    ['a symbol in a list', { san: ['a', Symbol('b')] }, 'san[1]', 'a symbol'],
    ['a BigInt', { version: 1n }, 'version', 'a BigInt'],
    ['no number', { root: { pathLength: Number.NaN } }, 'root.pathLength', 'NaN'],
    ['a number without an end', { root: { pathLength: -1 / 0 } }, 'root.pathLength', '-Infinity'],
    ['a map', { servers: new Map([['api', {}]]) }, 'servers', 'a Map'],
    ['a set as the whole', new Set(), '', 'a Set'],
    ['itself', itself, 'servers[0].above', 'an object that holds itself'],
  ])('%s', (_, value, path, what) => expect(objectFaultIn(value)).toEqual({ path, what }));

  it.each<[string, unknown]>([
    ['what is not there', { san: undefined }],
    ['one object in two places', { a: shared, b: [shared, shared] }],
    ['all kinds of values', { a: [0, -1.5, 'x', true, null, {}, []] }],
    [
      'an object of a class',
      new (class {
        version = 1;
      })(),
    ],
  ])('is not %s', (_, value) => expect(objectFaultIn(value)).toBeUndefined());
});

it('a project of it is not opened, and no PKI is made', async () => {
  const manifest = {
    version: 1,
    authorities: { root: { commonName: 'Root', pathLength: Number.NaN } },
    defaults: { pathLength: 0 },
  };
  const opened = await openProject({ manifest });
  expect(opened).toMatchObject({
    ok: false,
    problem: '"authorities.root.pathLength" of the manifest is NaN',
  });
  await expect(materialize(manifest)).rejects.toThrow(/is NaN.*\nhint: ./);
});

it.each([undefined, null, 42, true, Symbol('pki.yaml')])(
  'is no manifest, and no fault of the program: %s',
  async (given) => {
    expect(await openProject(given as never)).toEqual({
      ok: false,
      problem: 'no manifest is given',
      hint: 'name its file ("pki.yaml"), or pass its content as { manifest } or { text }',
    });
  },
);
