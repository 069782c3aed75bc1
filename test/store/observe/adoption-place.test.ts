// Where the manifest of an adopted folder goes: beside it or above it, in a folder that is there.
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { adoptionPlace } from '../../../src/store/observe/adoption-place.ts';
import { UserError } from '../../../src/words/user-error.ts';
import { temporaryFolder } from '../../helpers/folders.ts';

const top = realpathSync(temporaryFolder());
const certs = join(top, 'old/certs');
mkdirSync(certs, { recursive: true });
writeFileSync(join(top, 'file'), '');

it.each([
  ['pki.yaml', 'old/certs'],
  ['old/pki.yaml', 'certs'],
])('%s calls it %s', (manifest, output) => {
  expect(adoptionPlace(certs, join(top, manifest))).toEqual({ place: dirname(join(top, manifest)), output });
});

it('is beside the folder where none is named', () => {
  expect(adoptionPlace(certs, undefined)).toEqual({ place: join(top, 'old'), output: 'certs' });
});

it.each([
  ['no-manifest-folder', certs, 'gone/pki.yaml'],
  ['no-manifest-folder', certs, 'file/pki.yaml'],
  ['no-adoptable-folder', join(top, 'gone'), 'pki.yaml'],
  ['no-adoptable-folder', join(top, 'file'), 'pki.yaml'],
  ['indescribable', join(top, 'old'), 'old/certs/pki.yaml'],
])('%s: %s in %s', (kind, folder, manifest) => {
  const fault = (): unknown => {
    try {
      return adoptionPlace(folder, join(top, manifest));
    } catch (error) {
      return error instanceof UserError ? error.cause : error;
    }
  };
  expect(fault()).toMatchObject({ kind });
});
