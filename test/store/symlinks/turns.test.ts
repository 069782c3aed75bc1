/** The order in which names are replaced: a run may be ended between any two of them. */
import { expect, it } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import { inTurn } from '../../../src/store/symlinks/write.ts';

it.each<readonly [string, readonly Artifact[], readonly Artifact[]]>([
  [
    'a pair comes last and together, the list of a former key before that of the new one',
    ['key', 'csr', 'cert', 'fullchain', 'ca', 'previous', 'crl', 'former-crls'],
    ['former-crls', 'csr', 'ca', 'previous', 'crl', 'key', 'cert', 'fullchain'],
  ],
  [
    'whatever order they had',
    ['crl', 'fullchain', 'former-crls', 'key'],
    ['former-crls', 'crl', 'key', 'fullchain'],
  ],
  ['others stay as they were', ['ca', 'chain', 'csr'], ['ca', 'chain', 'csr']],
])('%s', (_, names, turns) => {
  expect(inTurn(names.map((file) => [file, `${file}.pem`])).map(([file]) => file)).toEqual(turns);
});
