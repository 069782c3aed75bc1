/** Places of files, as `folder` and `files` of a manifest: one pattern for many where possible. */

import { SETTINGS } from '../manifest/settings.ts';
import type { DefaultsText } from '../manifest/write.ts';
import { ARTIFACTS, eachArtifact, isArtifact } from '../pki/artifact.ts';
import type { Section } from '../pki/entity.ts';
import { folderOf } from '../pki/files.ts';
import type { Files } from './artifacts.ts';
import { baseOf, filled, patternOf } from './paths.ts';

/** Patterns, with `{name}` for the entry's name. */
export interface Place {
  readonly folder: string;
  readonly files: Files;
}

/** The default folder of an entry. */
export const OWN_FOLDER: string = SETTINGS.folder.builtIn.leaf;

/** The common folder of all files, otherwise `.`, and each place in it. @param files below the adopted folder. */
export function placeOf(section: Section, name: string, files: Files): Place {
  const paths = Object.entries(files);
  const folders = new Set(paths.map(([, path]) => folderOf(path)));
  const [only = '.'] = folders;
  const folder = folders.size === 1 ? only : '.';
  const patterns = paths.map(([file, path]) => [file, patternOf(folder === '.' ? path : baseOf(path), name)]);
  return {
    folder: folder === `${section}/${name}` ? OWN_FOLDER : patternOf(folder, name),
    files: Object.fromEntries(patterns),
  };
}

/** The part of an entry's place that defaults do not state. */
export function placeText(
  place: Place,
  defaults: Pick<DefaultsText, 'folder' | 'files'>,
  section: Section,
  name: string,
): { readonly folder?: string; readonly files?: Files } {
  const known: Readonly<Partial<Record<string, string | null>>> = {
    ...eachArtifact((artifact) => ARTIFACTS[artifact].file),
    ...defaults.files,
  };
  const said = Object.entries(place.files).filter(
    ([file, pattern]) => isArtifact(file) && known[file] !== pattern,
  );
  const files = Object.fromEntries(said.map(([file, pattern]) => [file, filled(pattern, section, name)]));
  const folder =
    place.folder === (defaults.folder ?? OWN_FOLDER) ? {} : { folder: filled(place.folder, section, name) };
  return { ...folder, ...(said.length === 0 ? {} : { files }) };
}
