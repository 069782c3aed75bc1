/** Where the manifest of an adopted folder goes: an output folder lies below its manifest. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { parseOutput } from '../../manifest/folder.ts';
import { UserError } from '../../words/user-error.ts';

/** Where the manifest of an adopted folder goes, and how it names the folder. */
export interface AdoptionPlace {
  /** The manifest's folder, absolute. */
  readonly place: string;
  /** The adopted folder as that manifest names it. */
  readonly output: string;
}

/**
 * @param manifest where it is to be; without it, here if the folder is below, else beside the folder.
 * @throws UserError where no manifest could speak of the folder.
 */
export function adoptionPlace(folder: string, manifest: string | undefined): AdoptionPlace {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError({ kind: 'no-adoptable-folder', folder });
  }
  const adopted = realpathSync(folder);
  const place = manifest === undefined ? placeFor(adopted) : realFolder(dirname(resolve(manifest)));
  const output = relative(place, adopted).split(sep).join('/');
  const parsed = parseOutput(output === '' ? '.' : output);
  if (parsed.ok) return { place, output: parsed.value };
  const why = parsed.problem.message;
  const beside = join(dirname(adopted), 'pki.yaml');
  throw new UserError({ kind: 'indescribable', folder, place, why, beside });
}

function placeFor(adopted: string): string {
  const here = realpathSync('.');
  const below = relative(here, adopted);
  const isBelow = below !== '' && !below.startsWith(`..${sep}`) && below !== '..' && basename(adopted) !== '';
  return isBelow ? here : dirname(adopted);
}

function realFolder(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError({ kind: 'no-manifest-folder', folder: path });
  return realpathSync(path);
}
