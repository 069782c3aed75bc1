/**
 * `order.json`, by which a commit folder says where its files belong. It is written whole and synced before it counts, so
 * one that makes no sense is not ours: then nothing is moved anywhere, because the files beside it may be the only keys.
 */
import { join } from 'node:path';
import { type Artifact, isArtifact } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { leadsIntoGit } from '../../pki/git.ts';
import { ARCHIVE_FOLDER } from '../../pki/paths.ts';
import { UserError } from '../../words/user-error.ts';
import type { Folder } from '../folder.ts';
import { fieldsOf, isInside, jsonIn } from '../json.ts';
import { checkOwner } from '../own.ts';
import type { Links } from '../symlinks/stage.ts';

/** What it is called. */
export const ORDER = 'order.json';

/** Where the files of a commit folder go; its last file to come and its last to go. */
export interface Order {
  readonly id: EntityId;
  /** Files of the commit folder, and where they go; here and below, paths are relative to the output folder. */
  readonly moves: readonly (readonly [file: Artifact, path: string])[];
  /** Files that go. */
  readonly deletes: readonly (readonly [file: Artifact, path: string])[];
  /** Folder that keeps what is replaced. */
  readonly archive: string;
  /** It also keeps what this program could make again, because something else made what is there. */
  readonly keepsAll?: true;
  /** Files whose content stays, in another form: an old private key without encryption is not to be kept. */
  readonly again?: readonly Artifact[];
  /** Folder that goes, unless something else is in it. */
  readonly removes: string | null;
  /** Where files are put behind links, or come out from behind them (symlinks/write.ts). */
  readonly links?: Links;
}

/** Whether a file that is replaced goes to the archive at all. */
export function isKept(file: Artifact, { again }: Pick<Order, 'again'>): boolean {
  return again?.includes(file) !== true;
}

/** @throws UserError for whatever is no order, or none of ours. */
export function readOrder(folder: Folder): Order {
  const path = join(folder.path, ORDER);
  const stat = folder.lookAt(ORDER);
  if (stat !== undefined) checkOwner(path, stat);
  const file = folder.read(ORDER);
  const order = file.state === 'present' ? jsonIn(file.facts.toString('utf8')) : undefined;
  if (isOrder(order)) return order;
  throw new UserError({ kind: 'order', path, ...(file.state === 'blocked' ? { cause: file.cause } : {}) });
}

function isOrder(value: unknown): value is Order {
  const { id, moves, deletes, archive, keepsAll, again, removes, links } = fieldsOf(value);
  const isWhole = typeof id === 'string' && isArchive(archive) && (removes === null || isPlace(removes));
  const isKnown = (keepsAll === undefined || keepsAll === true) && areFiles(again ?? []);
  return (
    isKnown && isWhole && arePlaces(moves) && arePlaces(deletes) && (links === undefined || isLinks(links))
  );
}

function isLinks(value: unknown): value is Links {
  const { folder, version, names, files } = fieldsOf(value);
  const isFolder = folder === '.' || isPlace(folder);
  const isVersion = version === null || (isPlace(version) && !String(version).includes('/'));
  const areNames = arePlaces(names) && !JSON.stringify(names).includes('/');
  return isFolder && isVersion && areNames && areFiles(files);
}

function areFiles(value: unknown): boolean {
  return Array.isArray(value) && value.every(isArtifact);
}

function arePlaces(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => isArtifact(pair?.[0]) && isPlace(pair?.[1]));
}

/** Nothing of an entity is in a folder of this program's, or of git's, whose files are programs. */
function isPlace(path: unknown): boolean {
  return isInside(path) && !/(^|\/)\.pki(\/|$)/i.test(String(path)) && !leadsIntoGit(String(path));
}

function isArchive(path: unknown): boolean {
  return isInside(path) && String(path).startsWith(`${ARCHIVE_FOLDER}/`);
}
