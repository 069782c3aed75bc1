/** What runs once the files of an entity have changed. */
import type { Address } from './address.ts';
import type { Argv } from './argv.ts';

/** A command, and how to see that it did what it is for. */
export interface Hook {
  readonly run: Argv;
  /** Seconds for both. */
  readonly timeout: number;
  /** Where the new certificate is to be served afterwards; absent: no one asks. */
  readonly verify?: Address;
}
