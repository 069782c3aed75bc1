/** Files that follow from others: which are written though the certificate stays, by how each was found. */
import { expect, it } from 'vitest';
import type { Output } from '../../src/pki/artifact.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Situation } from '../../src/plan/artifacts/rule.ts';
import { derivedFiles, wantedOutputs } from '../../src/plan/derived.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import type { Member } from '../../src/plan/parts.ts';
import { anAuthority, aServer, keyFacts, observed, present } from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const SEAL = { password: { kind: 'env', name: 'P' }, encryption: 'modern' } as const;
const API: Entity = {
  ...aServer({ name: 'api', outputs: ['key', 'cert', 'csr', 'chain', 'fullchain', 'ca', 'truststore'] }),
  seals: { truststore: SEAL },
};
const member = (id: string): Member => ({
  id,
  fingerprint: id,
  keyId: `key of ${id}`,
  previous: [],
  previousChanges: false,
  routes: [],
  route: null,
  cross: [],
  crossChanges: false,
});
const situation: Situation = {
  entity: API,
  byId: byIdOf([ROOT, API]),
  key: keyFacts('api'),
  members: (id) => ([ROOT.id, API.id].includes(id) ? member(id) : undefined),
  anchors: new Map(),
};

/** The reasons to write one file again. */
const why = (file: Output, found: object) =>
  derivedFiles([file], observed({ [file]: found } as Partial<EntityObservation>), situation).flatMap(
    ({ reasons }) => reasons,
  );
const missing = { state: 'missing' };
const garbage = { state: 'garbage', detail: 'x' };

it.each<[string, readonly object[], readonly object[]]>([
  ['one that is missing', why('ca', missing), [{ kind: 'missing', artifact: 'ca' }]],
  ['one that is damaged', why('ca', garbage), [{ kind: 'unreadable', artifact: 'ca', detail: 'x' }]],
  ['one that is right', why('ca', present([ROOT.id])), []],
  ['one that is not', why('ca', present(['x'])), [{ kind: 'stale', artifact: 'ca' }]],
  ['one behind a folder', why('ca', { state: 'blocked', cause: { kind: 'directory' } }), []],
  ['one that is out of sight', why('ca', { state: 'unknown' }), []],
  ['one that is closed', why('ca', { state: 'encrypted' }), []],
  ['a key', why('key', missing), []],
  ['a certificate', why('cert', garbage), []],
  [
    'a file under another password',
    why('truststore', present({ mark: '', content: 'other-password' })),
    [{ kind: 'password', artifact: 'truststore' }],
  ],
  [
    'a file under a password with something else in it',
    why('truststore', present({ mark: '', content: ['x'] })),
    [{ kind: 'stale', artifact: 'truststore' }],
  ],
  ['one of which nothing is known', why('truststore', present({ mark: 'x', content: 'closed' })), []],
  [
    'one under a password that is missing',
    why('truststore', missing),
    [{ kind: 'missing', artifact: 'truststore' }],
  ],
])('%s', (_, found, expected) => expect(found).toEqual(expected));

it('an entity has what it asks for, but no file that would be empty', () => {
  expect(wantedOutputs(situation)).toEqual(['key', 'cert', 'csr', 'fullchain', 'ca', 'truststore']);
});
