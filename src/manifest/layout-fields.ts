/** The shapes of what says where files are, and how they are put there. */
import * as z from 'zod';
import { ALL_ARTIFACTS } from '../pki/artifact.ts';
import { isNamedFile } from '../pki/output-word.ts';
import { fromKeys } from '../pki/record.ts';
import { DURATION_PATTERN, parseRetention } from './duration.ts';
import { LAYOUT_PATTERN, PATH_LIMIT, parseLayoutFile, parseLayoutPath, parseSlotPath } from './folder.ts';
import { using, wanted } from './problem.ts';
import { takeable } from './setting.ts';

const layoutPath = z
  .string(wanted('a path below the output folder'))
  .meta({ pattern: LAYOUT_PATTERN, maxLength: PATH_LIMIT });

/** A path without needless slashes and dots; its placeholders are filled in by resolve/. */
export const folder = layoutPath.transform(using((text: string) => parseLayoutPath(text)));

/** Each file by itself, or all of an entry behind one link. */
export const publish = z.enum(['files', 'symlinks'], wanted('files or symlinks'));

/** A path below the folder of the entry, or `null`. */
export const fileName = takeable(layoutPath.transform(using((text: string) => parseLayoutFile(text))));

/** A path in which `{part}` stands for `ca-1` and so on. */
const slotName = takeable(
  layoutPath
    .transform(using((text: string) => parseSlotPath(text)))
    .meta({ description: 'Of each certificate; {part} is ca-1, chain-1 and so on.' }),
);

const NAMED = ALL_ARTIFACTS.filter(isNamedFile);

/** Paths by artifact; one that is left out has its usual name (pki/artifact.ts). */
export const files = z.strictObject(
  { ...fromKeys(NAMED, () => fileName), split: slotName },
  wanted('a map of file names such as { key: tls.key, cert: tls.crt }'),
);

/** A map whose `keep` becomes seconds. */
export const archive = z
  .strictObject(
    {
      keep: z
        .string(wanted('a length of time such as "1y"'))
        .meta({
          pattern: DURATION_PATTERN,
          description: 'How long replaced and removed keys and certificates are kept; forever by default.',
          examples: ['1y'],
        })
        .transform(using(parseRetention))
        .optional(),
    },
    wanted('a map such as { keep: 1y }'),
  )
  .meta({ description: 'What becomes of replaced and removed keys and certificates, in .pki/archive.' });
