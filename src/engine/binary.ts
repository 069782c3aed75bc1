/** Which openssl is meant. Apart from what runs it, because a plan's script names it and no plan runs anything. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** `PKI_OPENSSL`, or `openssl`. A path is meant from where the user is; openssl itself runs in the output folder. */
export function opensslName(environment: Environment): string {
  const named = environment['PKI_OPENSSL'] || 'openssl';
  return named.includes('/') ? resolve(named) : named;
}

/** The program to run: `PKI_OPENSSL` names another than the first in `PATH`. A name that is nowhere stays one. */
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
    // Not there or not for us: as for a shell, the next folder may have one.
    return false;
  }
}
