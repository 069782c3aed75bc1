/** Which openssl is meant. Separate from what runs it, because a plan's script names it and a plan runs nothing. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** `PKI_OPENSSL`, or `openssl`. A path is relative to the user's folder; openssl itself runs in the output folder. */
export function opensslName(environment: Environment): string {
  const named = environment['PKI_OPENSSL'] || 'openssl';
  return named.includes('/') ? resolve(named) : named;
}

/** The program to run: `PKI_OPENSSL` names another than the first in `PATH`. A name that is not found stays a name. */
export function opensslBinary(environment: Environment): string {
  const named = opensslName(environment);
  if (named.includes('/')) return named;
  // Found once for all calls: each would search every folder of PATH again, at a copy of this process's memory.
  const places = (environment['PATH'] ?? '').split(delimiter).map((folder) => resolve(folder, named));
  return places.find(isProgram) ?? named;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing or not executable: as in a shell, the next folder may have one.
    return false;
  }
}
