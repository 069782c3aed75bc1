/** What Linux says of processes; elsewhere, nothing. */
import { readFileSync, readlinkSync } from 'node:fs';

/** Fields of /proc/PID/stat from the state on; the name before it may contain spaces and parentheses. */
export function processStat(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // No /proc on this system: then only the pid speaks.
  }
}

/** Such as `pid:[4026531836]`; each container has its own. */
export function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null; // No Linux, or no /proc: then there is one for all, as far as anybody can tell.
  }
}

/** CAP_CHOWN, by its number in capabilities(7). */
const CHOWN = 1n << 0n;

/** Whether this process may give files to other users; `null` where the system does not say. */
export function mayChown(): boolean | null {
  const effective = capabilities();
  return effective === null ? null : (BigInt(`0x${effective}`) & CHOWN) !== 0n;
}

/** What this process may do beyond what its user may (capabilities(7)), as digits; `null` where the system does not say. */
export function capabilities(): string | null {
  try {
    return /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? null;
  } catch {
    return null; // No Linux, or no /proc.
  }
}

/** The environment of programs that are started for the system's answers: passwords may be in ours. */
export function searchPath(): Record<string, string> {
  const { PATH } = process.env;
  return PATH === undefined ? {} : { PATH };
}
