/** Where this program works below the output folder; scripts and people rely on these names. */
import { expect, it } from 'vitest';
import * as paths from '../../src/pki/paths.ts';

const ID = 'servers/api';

it('its own folders', () => {
  expect([
    paths.PRIVATE_FOLDER,
    paths.STAGE_FOLDER,
    paths.SCRATCH_FOLDER,
    paths.COMMIT_FOLDER,
    paths.OUTGOING_FOLDER,
    paths.ARCHIVE_FOLDER,
    paths.SCRIPT_PLACE.database,
  ]).toEqual([
    '.pki',
    '.pki/stage',
    '.pki/scratch',
    '.pki/commit',
    '.pki/outgoing',
    '.pki/archive',
    '.pki/scratch',
  ]);
});

it.each([
  [paths.plainName(ID), 'servers.api'],
  [paths.plainName('servers/a.b'), 'servers.a.b'],
  [paths.stageFolder(ID), '.pki/stage/servers.api'],
  [paths.stageFolder(ID, 'r1'), '.pki/stage/r1/servers.api'],
  [paths.outgoingFolder('authorities/services'), '.pki/outgoing/authorities.services'],
  [paths.stagedPath(ID, 'key'), '.pki/stage/servers.api/key.pem'],
  [paths.stagedPath(ID, 'pkcs12', 'r1'), '.pki/stage/r1/servers.api/identity.p12'],
  [paths.stagedPath(ID, 'cross', 'r1'), '.pki/stage/r1/servers.api/cross.pem'],
  [paths.stagedPath(ID, 'former-crl', 'r1'), '.pki/stage/r1/servers.api/former-crl.pem'],
  [paths.partsPath(ID, 'der'), '.pki/stage/servers.api/cert.der.parts'],
  [paths.partsPath(ID, 'der', 'r1'), '.pki/stage/r1/parts/servers.api/cert.der'],
  [
    paths.copyPath('authorities/root', 'key', 'r1', 'current'),
    '.pki/stage/r1/current/authorities.root/key.pem',
  ],
  [
    paths.copyPath('authorities/root', 'cert', 'r1', 'former'),
    '.pki/stage/r1/former/authorities.root/cert.pem',
  ],
  [paths.archivedPath(ID, 's1', 'key'), '.pki/archive/servers/api/s1/key.pem'],
  [paths.databaseFolder('r1', 3), '.pki/scratch/r1/database-3'],
])('%s', (found, expected) => expect(found).toBe(expected));
