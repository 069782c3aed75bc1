/** Where an entity's files were before `folder` or `files` changed. */
import type { Artifact } from '../pki/artifact.ts';

/** One of an entity's files, where it was before. */
export interface FormerFile {
  readonly file: Artifact;
  /** Relative to the output folder. */
  readonly from: string;
  /** SHA-256 of its bytes, hex. */
  readonly digest: string;
}

/** Files that are not where the manifest now wants them, but still where they were before. */
export interface FormerLocation {
  /** Relative to the output folder, like the paths of the files. */
  readonly folder: string;
  readonly files: readonly FormerFile[];
}
