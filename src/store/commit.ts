/**
 * How new files replace old ones, one entity at a time (design §6). All of an entity's new files stand synced in a
 * staging folder; renaming that folder below `.pki/commit` is the point of no return; from there each file is renamed
 * into place. Whatever is found below `.pki/commit` at the start of a run is carried forward, so after a crash at any
 * instant key, certificate and chain belong together or are completed. The commit folder is its own journal.
 */
import {
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ARTIFACTS, type Artifact, type EntityId } from '../model/entity.ts';
import { PRIVATE_FOLDER, stageFolder } from '../openssl/paths.ts';
import { FILE_NAMES } from '../plan/refusal.ts';
import { ensureFolder, sync, syncAll, writeNew } from './disk.ts';

/** What a commit folder asks for beyond its files; left out where there is nothing to ask (a first issue). */
interface Order {
  /** Derived files that go. */
  readonly deletes: readonly Artifact[];
  /** Folder below `.pki` that keeps what is replaced. */
  readonly archive: string;
}

const ORDER = 'order.json';

/** Replaced keys and certificates are kept: a key is never lost, a certificate may have to be revoked. */
const ARCHIVED: readonly Artifact[] = ['key', 'cert'];

export interface CommitRequest {
  readonly id: EntityId;
  readonly writes: readonly Artifact[];
  readonly deletes: readonly Artifact[];
  /** Name of the archive folder, unique per run. */
  readonly stamp: string;
}

/** Puts an entity's staged files in place. @param root the output folder, absolute. */
export async function commit(root: string, { id, writes, deletes, stamp }: CommitRequest): Promise<void> {
  const staged = join(root, stageFolder(id));
  const files: string[] = writes.map((artifact) => FILE_NAMES[artifact]);
  if (existsSync(join(root, id))) {
    const order: Order = { deletes, archive: join('archive', id, stamp) };
    writeNew(join(staged, ORDER), JSON.stringify(order), 0o600);
    files.push(ORDER);
  }
  await syncAll([...files.map((name) => join(staged, name)), staged]);
  const folder = commitFolder(root, id);
  renameSync(staged, folder);
  await sync(dirname(folder));
  await rollForward(root, folder);
}

/** Finishes what an earlier run had begun to put in place. Returns the entities concerned. */
export async function recover(root: string): Promise<readonly EntityId[]> {
  const parent = join(root, PRIVATE_FOLDER, 'commit');
  if (!existsSync(parent)) return [];
  const recovered: EntityId[] = [];
  for (const name of readdirSync(parent)) recovered.push(await rollForward(root, join(parent, name)));
  return recovered;
}

/** Every line may be the one before a crash: each is right to do again. */
async function rollForward(root: string, folder: string): Promise<EntityId> {
  const id = basename(folder).replace('.', '/');
  const target = join(root, id);
  const isNew = !existsSync(target);
  ensureFolder(target, 0o755);
  const names = new Set(readdirSync(folder));
  const order = names.has(ORDER) ? readOrder(join(folder, ORDER)) : undefined;
  for (const artifact of ARTIFACTS) {
    const name = FILE_NAMES[artifact];
    if (!names.has(name)) continue;
    if (order !== undefined && ARCHIVED.includes(artifact)) {
      await keep(join(target, name), join(root, PRIVATE_FOLDER, order.archive), name);
    }
    renameSync(join(folder, name), join(target, name));
  }
  for (const artifact of order?.deletes ?? []) removeFile(join(target, FILE_NAMES[artifact]));
  await syncAll(isNew ? [target, dirname(target), root] : [target]);
  if (order !== undefined) unlinkSync(join(folder, ORDER));
  rmdirSync(folder);
  return id;
}

/** A second name for the old file, if there is one, so that it has a name at every instant. */
async function keep(path: string, archive: string, name: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return;
  ensureFolder(archive, 0o700);
  const copy = join(archive, name);
  if (existsSync(copy) && statSync(copy).ino === statSync(path).ino) return;
  try {
    linkSync(path, copy);
  } catch {
    // File systems without hard links: a copy then, complete before the original goes.
    writeNew(copy, readFileSync(path), 0o600);
    await sync(copy);
  }
  await syncAll([archive, dirname(archive)]);
}

function readOrder(path: string): Order {
  return JSON.parse(readFileSync(path, 'utf8')) as Order;
}

function removeFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) unlinkSync(path);
}

/** `servers/api` → `.pki/commit/servers.api`; no folder of a kind has a dot in its name, so that reads back. */
function commitFolder(root: string, id: EntityId): string {
  const parent = join(root, PRIVATE_FOLDER, 'commit');
  ensureFolder(parent, 0o700);
  return join(parent, id.replace('/', '.'));
}
