/**
 * Files of this host that a manifest may name by absolute paths. Only the command line allows them, never a manifest or a
 * saved plan: a manifest can come from a pull request, and what it may read of the host is for its owner to say.
 */

/** Folders and files, absolute; what is below a folder is allowed with it. */
export type AllowedPaths = readonly string[];

/** Whether a path does not begin at the folder of the manifest. */
export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** Why a path allows nothing; `undefined` where it may. */
export function allowedPathFault(path: string): string | undefined {
  if (!isAbsolute(path)) return 'is no absolute path';
  if (path.split('/').includes('..')) return 'leads upwards';
  if (partsOf(path).length === 0) return 'is everything on this host';
  return [...path].some((character) => character < ' ' || character === '\x7f')
    ? 'has characters that no path should have'
    : undefined;
}

/** By its text alone, part by part: `/run/secrets-old` is not below `/run/secrets`. Where links lead is for store/ to see. */
export function isAllowed(path: string, allowed: AllowedPaths): boolean {
  const parts = partsOf(path);
  return (
    isAbsolute(path) &&
    !parts.includes('..') &&
    allowed.some((one) => partsOf(one).every((part, index) => parts[index] === part))
  );
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
