/** The content of a folder → a manifest for it, and a list of what the manifest does not describe. Pure. */

import type { ManifestDescription } from '../manifest/write.ts';
import { compare } from '../pki/compare.ts';
import type { EntityId } from '../pki/entity.ts';
import { findArtifacts } from './artifacts.ts';
import { bridgeNotes, withBridges } from './bridge-text.ts';
import { bridgesOf } from './bridges.ts';
import { describe } from './describe.ts';
import { draftsOf } from './draft.ts';
import type { Scan, Unusable } from './found.ts';
import { hierarchyOf } from './hierarchy.ts';
import type { EntryNote, LeftOut } from './left-out.ts';
import { leftoversOf } from './leftovers.ts';
import { revokedSerials, withLists } from './lists.ts';
import { pairUp } from './pairs.ts';
import { revocationsOf } from './revocations.ts';

/** The manifest to write, and what to report beside it; paths are relative to the adopted folder. */
export interface Description {
  readonly manifest: ManifestDescription;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly EntryNote[];
  /** The files of the entries' certificates. */
  readonly certificates: ReadonlyMap<EntityId, string>;
  /** Files that have nothing to do with a PKI. */
  readonly ignored: readonly string[];
}

/**
 * @param output the adopted folder, as the manifest names it. @param now seconds since 1970.
 * @param refused what validation says of a certificate, by its file.
 */
export function describeFolder(
  scan: Scan,
  output: string,
  now: number,
  refused: ReadonlyMap<string, string> = new Map(),
): Description {
  const revocations = revocationsOf(scan.files);
  const pairing = pairUp(scan, revocations.byFingerprint, now);
  const hierarchy = hierarchyOf(pairing, refused);
  const { drafts: bare, leftOut: sameSubject } = draftsOf(hierarchy, now);
  const bridges = bridgesOf(bare, { ...pairing, revoked: revocations.byFingerprint });
  const drafts = withLists(withBridges(bare, bridges), {
    files: scan.files,
    occurrences: pairing.occurrences,
    revocations,
    now,
  });
  const artifacts = findArtifacts(drafts, scan.files, bridges);
  const crossed = new Set(bridges.map(({ path }) => path));
  const reported = [...hierarchy.leftOut, ...sameSubject, ...pairing.leftOut].filter(
    ({ paths }) => !paths.some((path) => crossed.has(path)),
  );
  const known = {
    drafts,
    bridges,
    artifacts,
    reported: new Set(reported.flatMap(({ paths }) => paths)),
    trustedCrls: new Set(revocations.lists.map(({ path }) => path)),
    revoked: new Set(drafts.flatMap(revokedSerials)),
  };
  const existing = new Set([...scan.files, ...scan.unusable].map(({ path }) => path));
  for (const path of scan.ignored) existing.add(path);
  return {
    manifest: describe(output, drafts, artifacts, existing),
    leftOut: [
      ...withoutUsed(reported, artifacts),
      ...leftoversOf(scan.files, known),
      ...scan.unusable.map(unusable),
    ].sort((a, b) => compare(a.paths[0] ?? '', b.paths[0] ?? '')),
    notes: [
      ...drafts.flatMap(({ id, notes }) => notes.map((note) => ({ id, note }))),
      ...bridgeNotes(bridges, drafts),
    ],
    certificates: new Map(drafts.map(({ id, pair }) => [id, pair.certPath])),
    ignored: scan.ignored,
  };
}

/** A certificate that is left out may also be in a bundle of an entity: that file is not left out. */
function withoutUsed(
  leftOut: readonly LeftOut[],
  artifacts: ReturnType<typeof findArtifacts>,
): readonly LeftOut[] {
  const used = new Set([...artifacts.values()].flatMap(({ files }) => Object.values(files)));
  return leftOut.flatMap((one) => {
    const paths = one.paths.filter((path) => !used.has(path));
    return paths.length === 0 && one.paths.length > 0 ? [] : [{ ...one, paths }];
  });
}

function unusable({ path, why }: Unusable): LeftOut {
  return { paths: [path], subject: null, why };
}
