/** Where files are, as `folder` and `files` of a manifest: one pattern for many where there is one. */

import { ARTIFACTS, eachArtifact, type Output } from '../pki/artifact.ts';
import { folderOf } from '../pki/files.ts';
import type { Section } from '../pki/sections.ts';
import type { Files } from './artifacts.ts';
import { baseOf, filled, patternOf } from './paths.ts';

/** Patterns, with `{name}` where the name stands in a path. */
export interface Place {
  readonly folder: string;
  readonly files: Files;
}

/** The folder that entries have where nothing is said. */
export const OWN_FOLDER = '{section}/{name}';

/** The folder that all files are in, otherwise `.`, and where in it each is. @param files below the adopted folder. */
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

/** What an entry has to say of its place, where defaults say some of it. */
export function placeText(
  place: Place,
  defaults: { readonly folder?: string; readonly files?: Files },
  section: Section,
  name: string,
): { readonly folder?: string; readonly files?: Files } {
  const known: Files = { ...eachArtifact((artifact) => ARTIFACTS[artifact].file), ...defaults.files };
  const said = Object.entries(place.files).filter(([file, pattern]) => known[file as Output] !== pattern);
  const files = Object.fromEntries(said.map(([file, pattern]) => [file, filled(pattern, section, name)]));
  const folder =
    place.folder === (defaults.folder ?? OWN_FOLDER) ? {} : { folder: filled(place.folder, section, name) };
  return { ...folder, ...(said.length === 0 ? {} : { files }) };
}
