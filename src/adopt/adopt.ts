/** What a folder holds → the manifest that describes it, and everything that it does not describe. Pure. */

import type { ManifestDescription } from '../manifest/write.ts';
import { compare } from '../pki/compare.ts';
import { furnish } from './artifacts.ts';
import { describe } from './describe.ts';
import { draftsOf } from './draft.ts';
import { familyOf } from './family.ts';
import type { Scan, Unusable } from './found.ts';
import type { EntryNote, LeftOut } from './left-out.ts';
import { leftoversOf } from './leftovers.ts';
import { pairUp } from './pairs.ts';

/** The manifest to write, and what the user has to know about it; paths are relative to the adopted folder. */
export interface Description {
  readonly manifest: ManifestDescription;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly EntryNote[];
  /** Files that have nothing to do with a PKI. */
  readonly ignored: readonly string[];
}

/** @param output the adopted folder as the manifest is to name it. */
export function describeFolder(scan: Scan, output: string, now: number): Description {
  const pairing = pairUp(scan);
  const family = familyOf(pairing, now);
  const { drafts, leftOut: twins } = draftsOf(family);
  const furnished = furnish(drafts, scan.files);
  const spoken = [...family.leftOut, ...twins, ...pairing.leftOut];
  const told = new Set(spoken.flatMap(({ paths }) => paths));
  const present = new Set([...scan.files, ...scan.unusable].map(({ path }) => path));
  for (const path of scan.ignored) present.add(path);
  return {
    manifest: describe(output, drafts, furnished, present),
    leftOut: [
      ...withoutCopies(spoken, furnished),
      ...leftoversOf(scan.files, drafts, furnished, told),
      ...scan.unusable.map(unusable),
    ].sort((a, b) => compare(a.paths[0] ?? '', b.paths[0] ?? '')),
    notes: drafts.flatMap(({ id, notes }) => notes.map((note) => ({ id, note }))),
    ignored: scan.ignored,
  };
}

/** A certificate that was left out may stand in a bundle that an entity does have: that file is not left out. */
function withoutCopies(
  leftOut: readonly LeftOut[],
  furnished: ReturnType<typeof furnish>,
): readonly LeftOut[] {
  const used = new Set([...furnished.values()].flatMap(({ files }) => Object.values(files)));
  return leftOut.flatMap((one) => {
    const paths = one.paths.filter((path) => !used.has(path));
    return paths.length === 0 && one.paths.length > 0 ? [] : [{ ...one, paths }];
  });
}

function unusable({ path, why }: Unusable): LeftOut {
  return { paths: [path], subject: null, why };
}
