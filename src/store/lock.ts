/**
 * One run at a time per output folder. The lock is a file that appears complete or not at all (`link(2)`), says who
 * holds it, and is taken over only from a holder that is known to be dead: same host, same pid namespace (containers may
 * share a folder and a host name), and the process gone or another one (its start time differs, so a reused pid fools
 * nobody).
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, readlinkSync, rmSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import { writeNew } from './disk.ts';
import { readBytes } from './observe/read.ts';
import { UserError } from './user-error.ts';

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

/** The holder as whoever comes second sees it. */
export interface Rival extends Holder {
  /** The lock's file, absolute. */
  readonly lock: string;
  /** Whether it can be seen from here if the process still runs; otherwise it counts as running for ever. */
  readonly isVisible: boolean;
}

/** The lock, with what gives it back (and never takes another run's away), or whoever has it. */
export type Attempt =
  | { readonly held: true; readonly release: () => void }
  | { readonly held: false; readonly by: Rival };

/** Takes the lock of `<folder>/lock`, or says who has it. `since` is for people. */
export function tryLock(folder: string, since: string): Attempt {
  const path = join(folder, 'lock');
  const me = myself(since);
  for (;;) {
    if (place(me, path)) {
      sweep(folder);
      return { held: true, release: () => release(path, me.nonce) };
    }
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (isAlive(holder) || !takeOver(path, holder, me)) {
      return { held: false, by: { ...holder, lock: path, isVisible: isVisible(holder) } };
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

/** The content is whole before the name exists, so nobody ever reads half a lock. */
function place(me: Holder, path: string): boolean {
  const draft = `${path}.${me.nonce}.draft`;
  try {
    writeNew(draft, JSON.stringify(me), 0o600);
    return linked(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Not where the name is taken, nor where the new holder has swept the draft away: it holds the lock then. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(errorCode(error))) return false;
    throw error;
  }
}

/** Takes away what runs that died while they took the lock have left behind. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isDraft = /^lock\..*\.draft$/.test(name);
    try {
      if (isDraft || (/^lock\..*\.claim$/.test(name) && isDead(path))) rmSync(path, { force: true });
    } catch {
      // On a disk that nothing can be removed from, it stays, in nobody's way.
    }
  }
}

function isDead(path: string): boolean {
  const holder = readHolder(path);
  return holder !== undefined && !isAlive(holder);
}

/**
 * Removes a dead holder's lock. Two runs may find the same dead holder, and the slower one must not remove the quicker
 * one's fresh lock: so the right to remove the lock with nonce N is itself a lock, named after N, which is used once.
 */
function takeOver(path: string, dead: Holder, me: Holder): boolean {
  const claim = `${path}.${dead.nonce}.claim`;
  if (!place(me, claim)) {
    const rival = readHolder(claim);
    return rival === undefined || isAlive(rival) ? false : takeOver(claim, rival, me);
  }
  if (readHolder(path)?.nonce === dead.nonce) unlinkSync(path);
  unlinkSync(claim);
  return true;
}

function release(path: string, own: string): void {
  if (readHolder(path)?.nonce === own) unlinkSync(path);
}

/** Whatever else stands there is never waited at, and never followed. */
function readHolder(path: string): Holder | undefined {
  const file = readBytes(path);
  if (file.state === 'missing') return undefined;
  if (file.state === 'blocked') throw new UserError({ kind: 'lock', path, cause: file.cause });
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
    const holder = { host, pid, started: started ?? null, nonce, since: String(since) };
    return namespace === undefined ? holder : { ...holder, namespace };
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

/** Fields of /proc/PID/stat from the state on; the name before it may hold blanks and parentheses. */
function processStat(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // No /proc on this system: then only the pid speaks.
  }
}

/** Such as `pid:[4026531836]`; each container has its own. */
function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null; // No Linux, or no /proc: then there is one for all, as far as anybody can tell.
  }
}
