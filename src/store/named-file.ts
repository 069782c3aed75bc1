/** A file that a manifest names: below its folder, or allowed on the command line, wherever links lead. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type AllowedPaths, isAbsolute, isAllowed } from '../pki/allowed-paths.ts';
import { errorCode } from '../pki/errors.ts';
import type { PathFault } from '../pki/side-file.ts';
import { isBelow } from './below.ts';

/** Where it is, without a link in it, or why it is not to be read. */
export type NamedFile =
  | { readonly ok: true; readonly real: string }
  | { readonly ok: false; readonly fault: PathFault };

/**
 * Looks at nothing of an absolute path that is not allowed. A repository can have links to anything on the disk of those
 * who clone it.
 * @throws Error of realpath(3).
 */
export function namedFile(path: string, folder: string, allowed: AllowedPaths): NamedFile {
  if (isAbsolute(path)) return allowedFile(path, allowed);
  const real = realpathSync(join(folder, path));
  return isBelow(real, realpathSync(folder)) ? { ok: true, real } : outside('leads-out');
}

function allowedFile(path: string, allowed: AllowedPaths): NamedFile {
  if (!isAllowed(path, allowed)) return outside('absolute');
  const real = realpathSync(path);
  const places = allowed.flatMap(realPlace);
  return places.some((place) => real === place || isBelow(real, place))
    ? { ok: true, real }
    : outside('strays');
}

/** One that is not there allows nothing. */
function realPlace(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(errorCode(error))) return [];
    throw error;
  }
}

function outside(kind: PathFault['kind']): NamedFile {
  return { ok: false, fault: { kind } };
}
