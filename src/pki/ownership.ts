/** Whose an entity's files are, where a manifest says so, and the modes that follow from it. */
import { ARTIFACTS, type Artifact } from './artifact.ts';

/** What is stated; users and groups by name or by number, as they are written. */
export interface Ownership {
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits of files that hold the key. */
  readonly mode?: number;
}

/** A group that was named is to read the key: that is what a group is named for. */
const GROUP_MODE = 0o640;

/** The mode that a file is to have; `null` where nothing is stated that decides it. */
export function statedMode(artifact: Artifact, { group, mode }: Ownership): number | null {
  const secret = mode ?? (group === undefined ? null : GROUP_MODE);
  if (secret === null) return null;
  // What is public stays so, and is no more writable than the key.
  return ARTIFACTS[artifact].secret ? secret : (secret & 0o600) | 0o044;
}

/** Whose the files of an entity are, as the manifest states it, by number; `null`: as they are. */
export interface Grant {
  readonly uid: number | null;
  readonly gid: number | null;
  /** As it is stated, of which the mode of each file follows (pki/ownership.ts). */
  readonly stated: Ownership;
  /** Files of which only that changes. */
  readonly files: readonly Artifact[];
  /** Whether the folder is the entity's own; of one that is shared, nothing changes. */
  readonly isOwnFolder: boolean;
}
