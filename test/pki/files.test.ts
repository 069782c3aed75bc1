/** Where files of entities are, and which are an entity's own. */
import { describe, expect, it } from 'vitest';
import { ALL_ARTIFACTS, type Artifact, STANDARD_OUTPUTS } from '../../src/pki/artifact.ts';
import type { Authority, Entity } from '../../src/pki/entity.ts';
import {
  entityFolder,
  fileName,
  filePath,
  foldedPath,
  folderOf,
  isManaged,
  isOwed,
  makesList,
  nameOf,
  owedPaths,
  placesOf,
} from '../../src/pki/files.ts';
import { anAuthority, aServer, DAY } from '../helpers/entities.ts';

const LIST: NonNullable<Authority['crl']> = {
  url: [],
  list: { validity: DAY, renewBefore: { kind: 'seconds', seconds: 60 } },
};
const LAID: Entity = aServer({ name: 'api', layout: { folder: 'tls', files: { cert: 'tls.crt' } } });
const TOP: Entity = aServer({ name: 'api', layout: { folder: '.', files: { key: 'API.key' } } });

describe('a file of an entity', () => {
  it.each<[string, Entity, Artifact, string]>([
    ['usual', aServer({ name: 'api' }), 'cert', 'servers/api/cert.pem'],
    ['called as a layout says', LAID, 'cert', 'tls/tls.crt'],
    ['of which a layout says nothing', LAID, 'key', 'tls/key.pem'],
    ['in the output folder itself', TOP, 'key', 'API.key'],
    ['in the output folder, under its usual name', TOP, 'chain', 'chain.pem'],
  ])('%s', (_, entity, artifact, path) => {
    expect(filePath(entity, artifact)).toBe(path);
    expect(nameOf(path)).toBe(fileName(entity, artifact));
    expect(folderOf(path)).toBe(entityFolder(entity));
  });
});

it('where a pair belongs', () => {
  expect(placesOf(LAID)).toEqual({ cert: 'tls/tls.crt', key: 'tls/key.pem' });
});

it('parts of paths', () => {
  expect(['a', 'a/b', 'a/b/c', '/a'].map(nameOf)).toEqual(['a', 'b', 'c', 'a']);
  expect(['a', 'a/b', 'a/b/c', '/a'].map(folderOf)).toEqual(['.', 'a', 'a/b', '']);
  expect(foldedPath('Servers/API.pem')).toBe('servers/api.pem');
});

describe('a revocation list is made', () => {
  it.each<[string, Entity, boolean]>([
    ['by an authority that says how', anAuthority({ crl: LIST }), true],
    ['not where it says nothing', anAuthority(), false],
    ['not where it is made elsewhere', anAuthority({ crl: { url: ['http://x.test/a.crl'] } }), false],
    ['not without its key', anAuthority({ crl: LIST, keyPlace: { kind: 'offline' } }), false],
    ['not by a revoked one', anAuthority({ crl: LIST, revoked: { reason: null } }), false],
    ['not by a server', aServer(), false],
  ])('%s', (_, entity, made) => {
    expect(makesList(entity)).toBe(made);
    expect([isOwed(entity, 'crl'), isOwed(entity, 'former-crls')]).toEqual([made, made]);
  });
});

describe('files that are its own', () => {
  const LISTS = ['crl', 'former-crls', 'crls', 'ca-crls', 'crl-der'];
  const owed = (entity: Entity): readonly string[] => ALL_ARTIFACTS.filter((file) => isOwed(entity, file));
  const managed = (entity: Entity): readonly string[] =>
    ALL_ARTIFACTS.filter((file) => isManaged(entity, file));

  it('are its outputs, and of a root its earlier certificates', () => {
    const intermediate = anAuthority({ name: 'services', issuer: 'authorities/root' });
    expect(owed(aServer())).toEqual(STANDARD_OUTPUTS);
    expect(owed(intermediate)).toEqual(STANDARD_OUTPUTS);
    expect(owed(anAuthority())).toEqual([...STANDARD_OUTPUTS, 'previous']);
    expect(owed(anAuthority({ crl: LIST }))).toEqual([...STANDARD_OUTPUTS, 'previous', 'crl', 'former-crls']);
    expect(owedPaths(TOP)).toEqual(
      expect.arrayContaining(['api.key', 'cert.pem', 'chain.pem', 'ca.pem', 'csr.pem', 'fullchain.pem']),
    );
    expect(owedPaths(TOP)).toHaveLength(STANDARD_OUTPUTS.length);
  });

  it('in a folder of its own are all but lists that it does not have', () => {
    const others = ALL_ARTIFACTS.filter((file) => !LISTS.includes(file));
    expect(managed(aServer())).toEqual(others);
    expect([...managed(aServer({ outputs: [...STANDARD_OUTPUTS, 'crls', 'ca-crls'] }))].sort()).toEqual(
      [...others, 'crls', 'ca-crls'].sort(),
    );
  });

  it('in a folder of another tool are its outputs alone', () => {
    expect(managed(LAID)).toEqual(STANDARD_OUTPUTS);
  });
});
