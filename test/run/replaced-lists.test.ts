/** Of which files a run asks for their access control lists: all at once, and of no more than it passes on. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replacedLists } from '../../src/run/replaced-lists.ts';
import type { Run } from '../../src/run/run.ts';
import { aChange, anAuthority, aServer } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const ENTITIES = [anAuthority(), aServer({ name: 'api' }), aServer({ name: 'web' })];
const BY_ID = new Map(ENTITIES.map((entity) => [entity.id, entity]));
const before = process.env['PATH'];
let asked: string;

/** In the place of the real one: it writes down what it is asked, a line for each path after one for each call. */
beforeEach(() => {
  const folder = temporaryFolder();
  asked = join(folder, 'asked');
  writeFileSync(asked, '');
  const script = `#!/bin/sh\n{ echo call; cat; } >>'${asked}'\necho '# file: /out/servers/api/key.pem'\necho user::rw-\n`;
  writeFileSync(join(folder, 'getfacl'), script, { mode: 0o755 });
  process.env['PATH'] = `${folder}:${before}`;
});
afterEach(() => {
  process.env['PATH'] = before;
});

type Given = Parameters<typeof aChange>[0] & { readonly grant?: object };
function lists(...changes: readonly Given[]) {
  const run = { root: '/out', byId: BY_ID, changes: new Map(changes.map((one) => [one.id, aChange(one)])) };
  const found = replacedLists(run as unknown as Run);
  return { found: [...found].flat(), asked: readFileSync(asked, 'utf8').split('\n').slice(0, -1) };
}
const of = (...names: readonly string[]) => ({
  found: ['/out/servers/api/key.pem', 'user::rw-\n'],
  asked: ['call', ...names.map((name) => `/out/servers/${name}.pem`)],
});
const NONE = { found: [], asked: [] };
const API = { id: 'servers/api' } as const;
const PAIR = { ...API, writes: ['key', 'cert'] } as const;
const granted = (stated: object) => ({ grant: { uid: null, gid: null, stated } });

it.each<[string, readonly Given[], ReturnType<typeof lists>]>([
  ['a first issue: of none', [{ ...PAIR, action: 'create' }], NONE],
  [
    'a first issue over files that something else made',
    [{ ...PAIR, action: 'create', replaces: ['cert.pem'] }],
    of('api/key', 'api/cert'),
  ],
  ['new keys', [{ ...PAIR, action: 'rekey' }], of('api/key', 'api/cert')],
  [
    'a certificate alone: the key is asked of first',
    [{ ...API, action: 'issue', writes: ['cert', 'chain'] }],
    of('api/key', 'api/cert', 'api/chain'),
  ],
  ['what writes nothing: of none', [{ ...API, action: 'refresh' }], NONE],
  [
    'what is no work: of none',
    [
      { ...PAIR, action: 'keep' },
      { id: 'servers/web', action: 'remove' },
    ],
    NONE,
  ],
  ['a stated mode: of none', [{ ...PAIR, action: 'rekey', ...granted({ mode: 0o640 }) }], NONE],
  ['a stated group: of none', [{ ...PAIR, action: 'rekey', ...granted({ group: 'ssl' }) }], NONE],
  [
    'a stated owner, which says nothing of others',
    [{ ...PAIR, action: 'rekey', ...granted({ owner: 'www' }) }],
    of('api/key', 'api/cert'),
  ],
  [
    'several at once, without those that pass nothing on',
    [
      { ...PAIR, action: 'rekey' },
      { id: 'authorities/root', action: 'create', writes: ['key', 'cert'] },
      { id: 'servers/web', action: 'issue', writes: ['cert'] },
    ],
    of('api/key', 'api/cert', 'web/key', 'web/cert'),
  ],
  ['nothing: of none', [], NONE],
])('%s', (_, changes, expected) => expect(lists(...changes)).toEqual(expected));
