/** In which order names of files are replaced: what is read together, together, and the list of a former key before all. */
import { expect, it } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import { inTurn } from '../../../src/store/symlinks/write.ts';

const turns = (...files: readonly Artifact[]) =>
  inTurn(files.map((file) => [file, `${file}.pem`] as const)).map(([file]) => file);

it.each<[files: readonly Artifact[], turns: readonly Artifact[]]>([
  [[], []],
  [
    ['fullchain', 'cert', 'key'],
    ['key', 'cert', 'fullchain'],
  ],
  [
    ['key', 'ca', 'cert', 'chain'],
    ['ca', 'chain', 'key', 'cert'],
  ],
  [
    ['crl', 'key', 'former-crls'],
    ['former-crls', 'crl', 'key'],
  ],
])('%j: %j', (files, order) => expect(turns(...files)).toEqual(order));
