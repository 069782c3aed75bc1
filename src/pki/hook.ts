/** What runs once the files of an entity have changed. */
import type { Argv } from './argv.ts';
import type { Endpoint } from './endpoint.ts';

/** A command, and how to see that it did what it is for. */
export interface Hook {
  readonly run: Argv;
  /** Seconds for both. */
  readonly timeout: number;
  /** Where the new certificate is to be served afterwards; absent: no one asks. */
  readonly verify?: Endpoint;
}
