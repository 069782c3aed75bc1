/** What Linux reports of an open descriptor through /proc; elsewhere, nothing. */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';

/** How names in an open folder are reached: from its descriptor, or by its path, which is then compared with it. */
export type Reach = 'descriptor' | 'path';

let usual: Reach | undefined;

/** The better one that works here. */
export function usualReach(): Reach {
  usual ??= hasDescriptorPaths() ? 'descriptor' : 'path';
  return usual;
}

/** The path of whatever a descriptor of this process is open at, to be followed by a name where that is a folder. */
export function pathOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/** Tried and not asked for by name: a container may be without /proc, and other systems have something else there. */
function hasDescriptorPaths(): boolean {
  const descriptor = openSync('/', constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const [seen, own] = [statSync(`${pathOf(descriptor)}/.`), fstatSync(descriptor)];
    return seen.ino === own.ino && seen.dev === own.dev;
  } catch {
    return false; // No /proc.
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Names what is mounted where a descriptor is open, also where one file system is mounted twice (proc_pid_fdinfo(5));
 * always the same where the system has no such name.
 */
export function mountOf(descriptor: number): string {
  if (usualReach() === 'path') return '';
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
  return /^mnt_id:\s*\d+$/m.exec(info)?.[0] ?? '';
}

/**
 * What node and the workers of openssl have open, and what one entity has while its files are put in place, its staging
 * folder among it.
 */
const RESERVED = 48;
const EACH = 13;

/**
 * How many entities can be put in place at once without running out of descriptors; at least one.
 * @param limits /proc/self/limits; nothing where there is no such file.
 */
export function entitiesAtOnce(wanted: number, limits = limitsText()): number {
  const most = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  if (most === undefined) return wanted;
  return Math.max(1, Math.min(wanted, Math.floor((Number(most) - RESERVED) / EACH)));
}

function limitsText(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return ''; // No Linux, or no /proc.
  }
}

/** An error whose words name a path that a reader can make something of, in the place of a descriptor's. */
export function withPath(error: unknown, location: string, path: string): unknown {
  if (!(error instanceof Error) || location === path) return error;
  for (const field of ['message', 'path', 'dest']) {
    const text: unknown = Reflect.get(error, field);
    if (typeof text === 'string') Reflect.set(error, field, replaced(text, location, path));
  }
  return error;
}

/** Ends of names are looked at: `/proc/self/fd/1` is the beginning of `/proc/self/fd/12`. */
function replaced(text: string, location: string, path: string): string {
  if (text === location) return path;
  return text.replaceAll(`${location}/`, `${path}/`).replaceAll(`${location}'`, `${path}'`);
}
