/**
 * One run at a time per output folder. The lock appears complete or not at all, says who holds it, and is taken over
 * only from a holder that is known to be dead: same host, same pid namespace (containers may share a folder and a host
 * name), and the process gone or another one (its start time differs, so a reused pid is recognised).
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import { UserError } from '../words/user-error.ts';
import type { Folder } from './folder.ts';
import { placeWhole, readPlaced, takeAway } from './lock-file.ts';
import { pidNamespace, processStat } from './process.ts';

/** Who holds a lock: what is in its file, as JSON. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks since boot at which the process started (proc(5)), or `null` where the system does not tell. */
  readonly started: string | null;
  /** Where alone the pid means this process; `null` where the system does not tell, absent from older locks. */
  readonly namespace?: string | null;
  /** Hex, another for every attempt to take a lock. */
  readonly nonce: string;
  /** When it was taken, for people; empty where the lock cannot be read. */
  readonly since: string;
}

/** The holder as a second run sees it. */
export interface Rival extends Holder {
  /** The lock's file, absolute. */
  readonly lock: string;
  /** Whether it can be seen from here if the process still runs; otherwise it counts as running for ever. */
  readonly isVisible: boolean;
}

/** The lock, with what releases it (and never another run's), or its holder. */
export type Attempt =
  | { readonly held: true; readonly release: () => Promise<void> }
  | { readonly held: false; readonly by: Rival };

const LOCK = 'lock';

/** Takes the lock of a folder, or says who has it. `since` is for people. */
export async function tryLock(folder: Folder, since: string): Promise<Attempt> {
  const me = myself(since);
  for (;;) {
    if (await place(me, folder, LOCK)) {
      await sweep(folder);
      return { held: true, release: () => release(folder, me.nonce) };
    }
    const holder = readHolder(folder, LOCK);
    if (holder === undefined) continue;
    if (isAlive(holder) || !(await takeOver(folder, LOCK, holder, me))) {
      return { held: false, by: { ...holder, lock: join(folder.path, LOCK), isVisible: isVisible(holder) } };
    }
  }
}

function myself(since: string): Holder {
  const { pid } = process;
  return { host: hostname(), pid, started: startTime(pid), namespace: pidNamespace(), nonce: nonce(), since };
}

function nonce(): string {
  return randomBytes(12).toString('hex');
}

function place(me: Holder, folder: Folder, name: string): Promise<boolean> {
  return placeWhole(folder, name, `${name}.${me.nonce}`, JSON.stringify(me));
}

/** Takes away what runs that died while they took the lock have left behind. */
async function sweep(folder: Folder): Promise<void> {
  for (const name of folder.list()) {
    try {
      if (/^lock\..*\.draft$/.test(name) || (/^lock\..*\.claim$/.test(name) && isDead(folder, name)))
        await takeAway(folder, name);
    } catch {
      // On a disk that nothing can be removed from, it stays, and does no harm.
    }
  }
}

function isDead(folder: Folder, name: string): boolean {
  const holder = readHolder(folder, name);
  return holder !== undefined && !isAlive(holder);
}

/**
 * Removes a dead holder's lock. Two runs may find the same dead holder, and the slower one must not remove the quicker
 * one's fresh lock: so the right to remove the lock with nonce N is itself a lock, named after N, which is used once.
 */
async function takeOver(folder: Folder, name: string, dead: Holder, me: Holder): Promise<boolean> {
  const claim = `${name}.${dead.nonce}.claim`;
  if (!(await place(me, folder, claim))) {
    const rival = readHolder(folder, claim);
    return rival === undefined || isAlive(rival) ? false : takeOver(folder, claim, rival, me);
  }
  if (readHolder(folder, name)?.nonce === dead.nonce) await takeAway(folder, name);
  await takeAway(folder, claim);
  return true;
}

async function release(folder: Folder, own: string): Promise<void> {
  if (readHolder(folder, LOCK)?.nonce === own) await takeAway(folder, LOCK);
}

/** Whatever else stands there is never waited at, and never followed. */
function readHolder(folder: Folder, name: string): Holder | undefined {
  const file = readPlaced(folder, name);
  if (file.state === 'missing') return undefined;
  if (file.state === 'blocked')
    throw new UserError({ kind: 'lock', path: join(folder.path, name), cause: file.cause });
  return (file.state === 'present' ? parseHolder(file.facts.toString('utf8')) : undefined) ?? NOBODY;
}

/** Locks are whole from birth, so only a power cut leaves one that cannot be read, and its holder did not survive that. */
const NOBODY: Holder = { host: hostname(), pid: 0, started: null, nonce: 'unreadable', since: '' };

function parseHolder(text: string): Holder | undefined {
  try {
    const { host, pid, nonce, started, since, namespace } = JSON.parse(text);
    const isWhole =
      typeof host === 'string' && Number.isSafeInteger(pid) && pid > 0 && /^[0-9a-f]+$/.test(nonce);
    if (!isWhole) return undefined;
    return { host, pid, started: started ?? null, nonce, since: String(since), namespace };
  } catch {
    return undefined;
  }
}

/** Pids are those of one host, and there of one namespace. */
function isVisible({ host, namespace }: Holder): boolean {
  return host === hostname() && (namespace === undefined || namespace === pidNamespace());
}

/** Holders that cannot be seen cannot be asked, so they count as alive. */
function isAlive(holder: Holder): boolean {
  if (!isVisible(holder)) return true;
  const { pid, started } = holder;
  if (pid === NOBODY.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  const [state, ...fields] = processStat(pid);
  // A zombie is dead, and only waits for a parent that does not ask (as pid 1 of many containers).
  if (state === 'Z' || state === 'X') return false;
  const now = fields[STARTED] ?? null;
  return started === null || now === null || started === now;
}

function startTime(pid: number): string | null {
  return processStat(pid)[1 + STARTED] ?? null;
}

/** Where field 22, the start time, is behind field 3, the state. */
const STARTED = 18;
