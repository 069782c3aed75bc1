/** Names in one folder that are links into a version of it: renamed together with how they are published, or not at all. */
import { expect, it } from 'vitest';
import type { EntityObservation, Published } from '../../src/plan/observation.ts';
import { renamedLinks } from '../../src/plan/relocation.ts';
import { aServer, observed } from '../helpers/entities.ts';

const FILES = aServer({ name: 'api' });
const LINKS = { ...FILES, publish: 'symlinks' } as const;
const was = (folder: string, state?: Published['state'], files = ['key']): EntityObservation =>
  observed({
    formerLocation: { folder, files: files.map((file) => ({ file, from: 'old.pem' })) } as never,
    ...(state === undefined ? {} : { published: { state, findings: [] } }),
  });
const refusal = { kind: 'renamed-links', entity: FILES.id, artifact: 'key' };

it.each([
  ['files that stay files', FILES, was('servers/api', 'files'), null],
  ['files of which nothing is known', FILES, was('servers/api'), null],
  ['links that become files', FILES, was('servers/api', 'symlinks'), refusal],
  ['what is neither, and becomes files', FILES, was('servers/api', 'mixed'), refusal],
  ['files that become links', LINKS, was('servers/api', 'files'), refusal],
  ['what becomes links, of which nothing is known', LINKS, was('servers/api'), refusal],
  ['links that stay links', LINKS, was('servers/api', 'symlinks'), refusal],
  ['links of another folder', LINKS, was('old', 'symlinks'), null],
  ['no file', LINKS, was('servers/api', 'symlinks', []), null],
  ['nothing from before', LINKS, observed(), null],
] as const)('%s', (_, entity, files, expected) => expect(renamedLinks(entity, files)).toEqual(expected));
