/** The fields of a manifest that say where files are, and how they are put there. */
import * as z from 'zod';
import { eachArtifact } from '../pki/artifact.ts';
import { DURATION_PATTERN, parseRetention } from './duration.ts';
import { LAYOUT_PATTERN, parseLayoutFile, parseLayoutPath } from './folder.ts';
import { using, wanted } from './problem.ts';

const layoutPath = z.string(wanted('a path below the output folder')).meta({ pattern: LAYOUT_PATTERN });

/** A path without needless slashes and dots; its placeholders are filled in by the model. */
export const folder = layoutPath
  .meta({
    description:
      'Folder of the entry below the output folder; "." is that folder itself. {name} and {section} stand for those of the entry.',
    default: '{section}/{name}',
    examples: ['.', 'tls/{name}'],
  })
  .transform(using(parseLayoutPath));

/** How finished files are put before readers: one by one, or as a set behind one link. */
export const publish = z.enum(['files', 'symlinks'], wanted('files or symlinks')).meta({
  description:
    'How files are put in place. "files": each a plain file. "symlinks": links through one that is switched as a whole, so that whoever resolves "..data" once reads a key and a certificate that belong together, also while the key is replaced.',
  default: 'files',
});

const fileName = layoutPath.transform(using(parseLayoutFile)).optional();

/** Paths by artifact, and by `previous`; a file that is left out has its usual name (pki/files.ts). */
export const files = z
  .strictObject(
    eachArtifact(() => fileName),
    wanted('a map of file names such as { key: tls.key, cert: tls.crt }'),
  )
  .meta({
    description: "File names below the entry's folder, for layouts that another tool made.",
    examples: [
      { key: 'tls.key', cert: 'tls.crt' },
      { key: 'private/{name}.key', cert: 'issued/{name}.crt' },
    ],
  });

/** A map whose `keep` becomes seconds. */
export const archive = z
  .strictObject(
    {
      keep: z
        .string(wanted('a length of time such as "1y"'))
        .meta({
          pattern: DURATION_PATTERN,
          description: 'How long replaced and removed keys and certificates are kept; for ever without it.',
          examples: ['1y'],
        })
        .transform(using(parseRetention))
        .optional(),
    },
    wanted('a map such as { keep: 1y }'),
  )
  .meta({ description: 'What becomes of replaced and removed keys and certificates, in .pki/archive.' });
