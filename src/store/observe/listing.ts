/** Which files of an entity can be there, by one look at its folder: to ask for each that is not costs far more. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '../../pki/artifact.ts';
import { errorCode } from '../../pki/errors.ts';
import { entityFolder, fileName, type Located } from '../../pki/files.ts';

/**
 * Whether an artifact may be in its place; certain only where the answer is no. Only for usual places: a folder that the
 * manifest names may hold thousands of files of others.
 */
export function listingOf(root: string, entity: Located): (file: Artifact) => boolean {
  if (entity.layout !== undefined) return () => true;
  const names = namesIn(join(root, entityFolder(entity)));
  return (file) => names === null || names.has(fileName(entity, file).toLowerCase());
}

/** In lower case, because some file systems find `key.pem` where `KEY.PEM` is; `null` where they cannot be listed. */
function namesIn(folder: string): ReadonlySet<string> | null {
  try {
    return new Set(readdirSync(folder).map((name) => name.toLowerCase()));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? new Set() : null;
  }
}
