/**
 * How long a call of openssl may take, and how much it may write. Generous, for slow machines under load: it ends what
 * hangs, or writes without end, so that a run does not hold its lock forever, nor fill the disk.
 */
import { type KeySpec, rsaSize } from '../pki/key-spec.ts';

/** Sets one limit for every call, in seconds. */
export const SETTING = 'PKI_OPENSSL_TIMEOUT';

/** Seconds for everything but finding primes: thousands of times what such a call takes. */
const USUAL = 120;

/** Seconds for a new RSA key of up to so many bits. */
const PRIMES: readonly (readonly [bits: number, seconds: number])[] = [
  [2048, 600],
  [3072, 1200],
  [4096, 2400],
  [8192, 14_400],
];
const MOST = 86_400;

/** Octets that a call may print, and that any file which it writes may have: more than anything is read from (4 MB). */
export const FLOOD = 32 * 1024 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

/** Seconds for a call; `key`: the key that it makes. */
export function limitFor(key?: KeySpec, environment: Environment = process.env): number {
  const setting = Number(environment[SETTING]);
  if (Number.isSafeInteger(setting) && setting > 0) return Math.min(setting, MOST);
  const size = key === undefined ? null : rsaSize(key);
  if (size === null) return USUAL;
  return PRIMES.find(([bits]) => size <= bits)?.[1] ?? MOST;
}
