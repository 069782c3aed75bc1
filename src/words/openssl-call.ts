/** How a call of openssl ended that did not end well, in words. */
import { type Words, worded } from './table.ts';

/** `shell`: the one that starts openssl, which ended before it could report how openssl did. */
type Program = 'openssl' | 'shell';

const MEGABYTE = 1024 * 1024;

/** How a call ended. */
export type CallEnd =
  | { readonly kind: 'interrupted' }
  /** It took longer than so many seconds; `setting` sets another limit. */
  | { readonly kind: 'late'; readonly seconds: number; readonly setting: string }
  /** It printed or wrote without end; `limit`: octets, of all it prints or of any file. */
  | { readonly kind: 'flood'; readonly limit: number }
  | { readonly kind: 'signal'; readonly program: Program; readonly signal: string }
  | { readonly kind: 'exit'; readonly program: Program; readonly code: number }
  /** `detail`: what the system says, where it says something. */
  | { readonly kind: 'not-begun'; readonly detail: string | null };

const NAMES: Readonly<Record<Program, string>> = {
  openssl: 'openssl',
  shell: 'the shell that starts openssl',
};

const WORDS: Words<CallEnd> = {
  interrupted: () => 'openssl was interrupted',
  late: ({ seconds, setting }) =>
    `openssl did not end within ${seconds} s and was stopped (${setting} sets another limit)`,
  flood: ({ limit }) =>
    `openssl printed more, or wrote a larger file, than ${limit / MEGABYTE} MB, which none of its calls needs, and was stopped`,
  signal: ({ program, signal }) => `${NAMES[program]} was ended by ${signal}`,
  exit: ({ program, code }) => `${NAMES[program]} exited with ${code}`,
  'not-begun': ({ detail }) => `openssl did not run: ${detail ?? 'for an unknown reason'}`,
};

/** `openssl exited with 1`. */
export function callEndText(end: CallEnd): string {
  return worded(WORDS, end);
}
