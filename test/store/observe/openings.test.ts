// Files under a password are opened once for all of which it is known that one password opened them; any other is noticed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Inventory } from '../../../src/pki/entity.ts';
import { sealedRule } from '../../../src/plan/sealed.ts';
import { loadManifest } from '../../../src/resolve/load.ts';
import { Cache } from '../../../src/store/observe/cache.ts';
import { observe } from '../../../src/store/observe/observe.ts';
import { Reader } from '../../../src/store/observe/reader.ts';
import { Secrets } from '../../../src/store/secrets.ts';
import { copyOf, Project } from '../../e2e/project.ts';
import { through } from '../../helpers/output.ts';

const NAME = 'OPENINGS_PASSWORD';
const MANIFEST = `version: 1
defaults: { servers: { outputs: [default, { pkcs12: { password: "env:${NAME}" } }] } }
authorities: { root: { commonName: Root } }
servers:
  a: { commonName: a.example.test }
  b: { commonName: b.example.test }
  c: { commonName: c.example.test }
`;
const IDS = ['servers/a', 'servers/b', 'servers/c'];
const open = vi.spyOn(sealedRule('pkcs12'), 'open');

function inventoryOf(text: string): Inventory {
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error('the manifest has mistakes');
  return loaded.inventory;
}

/** How many files are opened, and what is known of each then. */
async function look({ out }: Project, password: string | undefined, manifest = MANIFEST) {
  vi.stubEnv(NAME, password);
  open.mockClear();
  // Long after the files were made: what has just changed is not remembered.
  const cache = new Cache(out, Date.now() + 60_000);
  const { entities } = observe(
    out,
    inventoryOf(manifest),
    cache,
    new Reader(new Secrets(out, { output: 'pki' })),
  );
  await through(out, ({ own }) => cache.saveAll(own));
  const contents = IDS.map((id) => {
    const file = entities.get(id)?.pkcs12;
    if (file?.state !== 'present') return file?.state;
    return typeof file.facts.content === 'string' ? file.facts.content : 'opened';
  });
  return { opened: open.mock.calls.length, contents };
}

const ALL = ['opened', 'opened', 'opened'];

let applied: Project;
let project: Project;
beforeAll(async () => {
  vi.stubEnv(NAME, 'first');
  applied = new Project(MANIFEST);
  await applied.apply();
});
beforeEach(() => {
  project = copyOf(applied);
});

it('the first run opens each, all others one, and the cache holds no password', async () => {
  expect(await look(project, 'first')).toEqual({ opened: 3, contents: ALL });
  expect(await look(project, 'first')).toEqual({ opened: 1, contents: ALL });
  expect(await look(project, 'first')).toEqual({ opened: 1, contents: ALL });
  expect(readFileSync(join(project.out, '.pki/cache.json'), 'utf8')).not.toContain('first');
});

it('another password opens none, and is another for each', async () => {
  await look(project, 'first');
  expect(await look(project, 'second')).toEqual({
    opened: 3,
    contents: ['other-password', 'other-password', 'other-password'],
  });
  expect((await look(project, 'first')).contents).toEqual(ALL);
});

it('without a password nothing is opened, nor taken for opened', async () => {
  await look(project, 'first');
  expect(await look(project, undefined)).toEqual({ opened: 0, contents: ['closed', 'closed', 'closed'] });
});

it('a file that another password closes is found among those of the first', async () => {
  const other = new Project(MANIFEST, { folder: project.folder });
  const moved = MANIFEST.replace('b.example.test', 'b2.example.test');
  await look(project, 'first');
  other.write(moved);
  // Makes all three again, under the second password.
  vi.stubEnv(NAME, 'second');
  await other.apply();
  expect((await look(project, 'first', moved)).contents).toEqual([
    'other-password',
    'other-password',
    'other-password',
  ]);
  expect((await look(project, 'second', moved)).contents).toEqual(ALL);
  expect(await look(project, 'second', moved)).toEqual({ opened: 1, contents: ALL });
});

it('another source is another password', async () => {
  await look(project, 'first');
  vi.stubEnv('OPENINGS_OTHER', 'second');
  const changed = MANIFEST.replace(
    'b: { commonName: b.example.test }',
    `b: { commonName: b.example.test, outputs: [default, { pkcs12: { password: "env:OPENINGS_OTHER" } }] }`,
  );
  expect(await look(project, 'first', changed)).toEqual({
    opened: 2,
    contents: ['opened', 'other-password', 'opened'],
  });
});
