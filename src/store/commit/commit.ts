/**
 * How new files replace old ones, one entity at a time (design §6). All of an entity's new files stand synced in a
 * staging folder; renaming that folder below `.pki/commit` is the point of no return; from there each file is renamed
 * into place. Whatever is found below `.pki/commit` at the start of a run is carried forward, so after a crash at any
 * instant key, certificate and chain belong together or are completed. The commit folder is its own journal. An entity
 * that is not there yet needs none of this: its staging folder becomes its folder by one rename.
 */

import { join } from 'node:path';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { entityFolder, filePath, folderOf, type Located, nameOf } from '../../pki/files.ts';
import type { Grant } from '../../pki/ownership.ts';
import { ARCHIVE_FOLDER, COMMIT_FOLDER, stageFolder } from '../../pki/paths.ts';
import { type AccessLists, NO_ACCESS_LISTS } from '../access-lists.ts';
import type { Flush } from '../flush.ts';
import type { Folder } from '../folder.ts';
import type { OutputFolder } from '../output-folder.ts';
import { type Links, linksOf, stagePlain, stageVersion, syncVersion } from '../symlinks/stage.ts';
import { grantFolder, grantStaged } from './grant.ts';
import { inheritAll } from './inherit.ts';
import { ORDER, type Order } from './order.ts';
import { checkReplaceable } from './replaceable.ts';
import { rollForward } from './roll-forward.ts';

/** Files of one entity that are put in place, and those that go, as one set. */
export interface CommitRequest {
  readonly entity: Located;
  /** Those that stand in its staging folder. */
  readonly writes: readonly Artifact[];
  /** Those that are no longer outputs. */
  readonly deletes: readonly Artifact[];
  /** Name of the archive folder, unique per run. */
  readonly stamp: string;
  /** Whose staging folder holds the files (pki/paths.ts). */
  readonly run?: string;
  /** Files that are behind links shall be so no more, or links are damaged. */
  readonly relinks?: boolean;
  /** What is replaced was made by something else: all of it goes to the archive. */
  readonly keepsAll?: boolean;
  /** Files whose place the same content takes in another form, so that no copy of the old one is kept. */
  readonly again?: readonly Artifact[];
  /** Whose the files are to be. */
  readonly grant?: Grant | undefined;
  /** Of the files that are replaced. */
  readonly lists?: AccessLists | undefined;
  /** Syncs first issues, of which many are under way. */
  readonly flush?: Flush | undefined;
}

/** Puts an entity's staged files in place. */
export async function commit(output: OutputFolder, request: CommitRequest): Promise<void> {
  const { entity, writes, deletes, stamp } = request;
  const path = stageFolder(entity.id, request.run);
  const isLinked = entity.publish === 'symlinks' || request.relinks === true;
  if (!isLinked && entity.layout === undefined && !isThere(output, entity.id))
    return commitNew(output, path, request);
  using staged = output.enter(path);
  inheritAll(output, staged, entity, writes, request.lists ?? NO_ACCESS_LISTS);
  grantStaged(staged, writes, request.grant);
  const links = isLinked ? await stageLinks(output, staged, request) : undefined;
  const order = {
    id: entity.id,
    moves: located(entity, links === undefined ? writes : links.version === null ? links.files : []),
    deletes: located(entity, deletes),
    archive: archiveFolder(entity.id, stamp),
    ...(request.keepsAll ? ({ keepsAll: true } as const) : {}),
    ...(request.again?.length ? { again: request.again } : {}),
    removes: null,
  };
  await commitOrder(output, staged, path, links === undefined ? order : { ...order, links });
}

/** For files that are to stand behind links, or to come out from behind them: always the whole set. */
function stageLinks(output: OutputFolder, staged: Folder, request: CommitRequest): Promise<Links> {
  const stage = request.entity.publish === 'symlinks' ? stageVersion : stagePlain;
  return stage(output, staged, request);
}

function isThere(output: OutputFolder, id: EntityId): boolean {
  using section = output.enterIfThere(folderOf(id));
  return section?.lookAt(nameOf(id)) !== undefined;
}

/** A first issue: the staging folder becomes the entity's own, which so is there whole or not at all. */
async function commitNew(
  output: OutputFolder,
  path: string,
  { entity: { id }, writes, flush, grant }: CommitRequest,
): Promise<void> {
  using staged = output.enter(path);
  staged.setMode(0o755);
  grantStaged(staged, writes, grant);
  grantFolder(staged, grant);
  if (!(await flush?.settle())) await syncStaged(staged, writes);
  using section = await output.ensureLasting(folderOf(id));
  using above = output.enter(folderOf(path));
  await above.rename(nameOf(path), section, nameOf(id));
  if (!(await flush?.settle())) await section.sync();
}

/** Moves all of an entity's files out of the way: key and certificate to the archive, the rest could be made again. */
export async function remove(output: OutputFolder, id: EntityId, stamp: string, run?: string): Promise<void> {
  await removeFiles(output, { entity: { id }, files: ALL_ARTIFACTS }, stamp, run);
}

/** The same of an entity that may have a layout of its own, and of these files alone. */
export async function removeFiles(
  output: OutputFolder,
  { entity, files }: { readonly entity: Located; readonly files: readonly Artifact[] },
  stamp: string,
  run?: string,
): Promise<void> {
  const { id, layout, publish } = entity;
  const path = stageFolder(id, run);
  const deletes = located(entity, files);
  checkReplaceable(
    output,
    deletes.map(([, file]) => file),
  );
  using staged = output.enter(path);
  const folder = entityFolder(entity);
  const removes = folder === '.' ? null : folder;
  const order = { id, moves: [], deletes, archive: archiveFolder(id, stamp), removes };
  // In the folder of another layout, links that are not its own may lie.
  const hasLinks = layout === undefined || publish === 'symlinks';
  const links = hasLinks ? { links: linksOf(entity, null, []) } : {};
  await commitOrder(output, staged, path, { ...order, ...links });
}

function located(entity: Located, files: readonly Artifact[]): Order['moves'] {
  return files.map((file) => [file, filePath(entity, file)] as const);
}

/** Where a run keeps what it replaces of an entity. */
export function archiveFolder(id: EntityId, stamp: string): string {
  return join(ARCHIVE_FOLDER, id, stamp);
}

/** Puts a staging folder past the point of no return, and all the rest. @param path of the folder. */
export async function commitOrder(
  output: OutputFolder,
  staged: Folder,
  path: string,
  order: Order,
): Promise<void> {
  await staged.writeSynced(ORDER, JSON.stringify(order), 0o600);
  if (order.links?.version) await syncVersion(staged, order.links);
  await syncStaged(
    staged,
    order.moves.map(([file]) => file),
  );
  const name = nameOf(path);
  using above = output.enter(folderOf(path));
  using commits = output.enter(COMMIT_FOLDER);
  await above.rename(name, commits, name);
  await commits.sync();
  await rollForward(output, name);
}

async function syncStaged(staged: Folder, files: readonly Artifact[]): Promise<void> {
  await Promise.all([...files.map((file) => staged.syncFile(ARTIFACTS[file].file)), staged.sync()]);
}
