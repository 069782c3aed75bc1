/**
 * `order.json`, by which a commit folder says where its files belong. It is written whole and synced before it counts, so
 * one that makes no sense is not ours: then nothing is moved anywhere, because the files beside it may be the only keys.
 */

import { type Artifact, isArtifact } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { fieldsOf, isInside } from '../json.ts';
import { readBytes } from '../observe/read.ts';
import type { Links } from '../symlinks/write.ts';
import { UserError } from '../user-error.ts';

/** Where the files of a commit folder go; its last file to come and its last to go. */
export interface Order {
  readonly id: EntityId;
  /** Files of the commit folder, and where they go; here and below, paths are relative to the output folder. */
  readonly moves: readonly (readonly [file: Artifact, path: string])[];
  /** Files that go. */
  readonly deletes: readonly (readonly [file: Artifact, path: string])[];
  /** Folder that keeps what is replaced. */
  readonly archive: string;
  /** Folder that goes, unless something else is in it. */
  readonly removes: string | null;
  /** Where files are put behind links, or come out from behind them (symlinks/write.ts). */
  readonly links?: Links;
}

/** @throws UserError for whatever is no order. */
export function readOrder(path: string): Order {
  const file = readBytes(path);
  const order = file.state === 'present' ? parsed(file.facts.toString('utf8')) : undefined;
  if (isOrder(order)) return order;
  throw new UserError({ kind: 'order', path, ...(file.state === 'blocked' ? { cause: file.cause } : {}) });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isOrder(value: unknown): value is Order {
  const { id, moves, deletes, archive, removes, links } = fieldsOf(value);
  const isWhole = typeof id === 'string' && isInside(archive) && (removes === null || isInside(removes));
  return isWhole && arePaths(moves) && arePaths(deletes) && (links === undefined || isLinks(links));
}

function isLinks(value: unknown): value is Links {
  const { folder, version, names, files } = fieldsOf(value);
  const isPlace = (folder === '.' || isInside(folder)) && (version === null || isInside(version));
  return isPlace && arePaths(names) && Array.isArray(files) && files.every(isArtifact);
}

function arePaths(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => isArtifact(pair?.[0]) && isInside(pair?.[1]));
}
