/** `crossSignedBy` of an authority: which others sign its key and name as well, and what those certificates differ in. */
import * as z from 'zod';
import { BRIDGE_OUTPUTS } from '../pki/artifact.ts';
import { fromKeys } from '../pki/record.ts';
import { notEmpty, pathLength, reference, unique, validity } from './fields.ts';
import { NAME_PATTERN } from './folder.ts';
import { fileName, folder } from './layout-fields.ts';
import { nameConstraints } from './name-constraints.ts';
import { wanted } from './problem.ts';

const WANTED = wanted('the name of an authority, or a map such as { issuer: partner, validity: 2y }');

const outputs = z
  .array(z.enum(BRIDGE_OUTPUTS, wanted(`one of ${BRIDGE_OUTPUTS.join(', ')}`)), wanted('a list of files'))
  .superRefine(unique('artifact', (item) => item, 'output'))
  .superRefine(notEmpty('artifact', 'name a file, or leave "outputs" out', 'outputs'))
  .meta({
    minItems: 1,
    uniqueItems: true,
    description: 'Which of its files there are; by default those of its authority that take no key.',
  });

const files = z
  .strictObject(
    fromKeys(BRIDGE_OUTPUTS, () => fileName),
    wanted('a map of file names such as { cert: cross.pem }'),
  )
  .meta({ description: 'What its files are called; by default as those of every entry.' });

const map = z.strictObject(
  {
    issuer: reference.meta({ pattern: NAME_PATTERN, description: 'The authority that signs.' }),
    validity: validity
      .meta({ description: 'How long this certificate lives; by default as long as that of its authority.' })
      .optional(),
    pathLength: pathLength
      .nullable()
      .meta({ description: 'Its path length, null for none; by default that of its authority.' })
      .optional(),
    nameConstraints: nameConstraints
      .nullable()
      .meta({
        description: 'The names that it may lead to, null for all; by default those of its authority.',
      })
      .optional(),
    outputs: outputs.optional(),
    folder: folder
      .meta({ description: 'Where its files are; authorities/NAME@OTHER by default.' })
      .optional(),
    files: files.optional(),
  },
  WANTED,
);

/** The keys of such a map. */
export const CROSS_SIGNER_KEYS: readonly string[] = Object.keys(map.shape);

/** One that signs as well. */
export type CrossSigner = z.output<typeof map>;

/** A name is a map that says nothing more. */
const signer = z.union([
  reference.meta({ pattern: NAME_PATTERN }).transform((issuer): CrossSigner => ({ issuer })),
  map,
]);

/** At least one, each once; whether they are authorities that sign is for resolve/ to say. */
export const crossSignedBy = z
  .array(signer, wanted('a list of authorities'))
  .superRefine(unique('issuer', ({ issuer }: CrossSigner) => issuer, 'authority'))
  .superRefine(notEmpty('issuer', 'name an authority, or leave "crossSignedBy" out', 'crossSignedBy'))
  .meta({ minItems: 1, uniqueItems: true });
