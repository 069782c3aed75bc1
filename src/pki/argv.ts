/** Commands that a manifest names: a program and its arguments, which no shell ever sees. */

/** The program first; the same words are the same command. */
export type Argv = readonly string[];

/** As a manifest writes it: `[pass, show, "a b"]`. */
export function argvText(argv: Argv): string {
  return `[${argv.map((word) => (/^[\w@%+=:./-]+$/.test(word) ? word : JSON.stringify(word))).join(', ')}]`;
}

/** The same for equal commands, and for no others. */
export function argvKey(argv: Argv): string {
  return JSON.stringify(argv);
}

/** How a program ended that did not end well. */
export type ProgramFault =
  /** It could not be started; `code` is the system's. */
  | { readonly kind: 'not-begun'; readonly code: string }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  /** It took longer than so many seconds. */
  | { readonly kind: 'late'; readonly seconds: number }
  /** It printed more than anything is read of. */
  | { readonly kind: 'flood' }
  | { readonly kind: 'interrupted' };
