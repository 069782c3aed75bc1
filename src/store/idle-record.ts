/**
 * `.pki/idle.bin`: that a run left nothing to do, until when that holds, and the state of every file that says so. An
 * accelerator and nothing else: it is believed of the same manifest by the same program and user, while every file is as it
 * was, and deleting it changes nothing but time. What comes with a folder from somewhere else is none, because no file has
 * the inode and the times there that it had here.
 */
import { createHash } from 'node:crypto';
import { type FileStates, isUnchanged } from './file-states.ts';
import type { Folder } from './folder.ts';
import { keepValue, keptValue } from './kept-value.ts';
import { checkOwn } from './own.ts';
import { trustedOwners } from './owner.ts';
import { capabilities } from './process.ts';

/** Times are seconds since 1970. */
export interface IdleRecord {
  /** As `idleKey` gives it. */
  readonly key: string;
  /** The output folder as the manifest writes it. */
  readonly output: string;
  /** How many entities the manifest has. */
  readonly entities: number;
  /** When that was found: by an earlier clock nothing is known. */
  readonly from: number;
  /** The first moment at which something is due by itself. */
  readonly until: number;
  readonly states: FileStates;
}

const FILE = 'idle.bin';

/** A million files. */
const LIMIT = 256 * 1024 * 1024;

/** What else a plan depends on: who looks, what that may read, and whose files this user trusts. @param manifest as `manifestKey` gives it. */
export function idleKey(manifest: string): string {
  const [uid, gid, groups] = [process.geteuid?.(), process.getegid?.(), process.getgroups?.()];
  const trusted = [...(trustedOwners(process.env, uid) ?? [])];
  return createHash('sha256')
    .update(JSON.stringify([manifest, uid, gid, groups, capabilities(), trusted]))
    .digest('hex');
}

/** What is recorded below an output folder, whether it holds or not; `undefined` where nothing is, or nothing to be believed. */
export function readIdle(root: string): IdleRecord | undefined {
  try {
    checkOwn(root);
    const kept = keptValue<Written>(root, FILE, LIMIT);
    return kept === undefined ? undefined : recordIn(kept);
  } catch {
    // Whatever is wrong with the folder is found by the look that follows, and said there.
    return undefined;
  }
}

/** One text is read several times as fast as many. */
interface Written extends Omit<IdleRecord, 'states'> {
  readonly paths: string;
  readonly values: Float64Array;
}

/** @throws where it is no such record. */
function recordIn({ paths, values, ...record }: Written): IdleRecord {
  return { ...record, states: { paths: paths.split('\0'), values } };
}

/** Whether it is of this key, and every file as it was. @param now seconds since 1970. */
export function holds(record: IdleRecord, root: string, key: string, now: number): boolean {
  return record.key === key && record.from <= now && now < record.until && isUnchanged(root, record.states);
}

/** @param own the folder `.pki`. */
export async function saveIdle(own: Folder, { states, ...record }: IdleRecord): Promise<void> {
  const written: Written = { ...record, paths: states.paths.join('\0'), values: states.values };
  await keepValue(own, FILE, written);
}

/** So that nothing is compared with it any more; where it cannot go, it stays, and is of no use. @param own the folder `.pki`. */
export function dropIdle(own: Folder): void {
  try {
    own.removeTree(FILE);
  } catch {
    // It says what was so once, which no file bears out by now.
  }
}
