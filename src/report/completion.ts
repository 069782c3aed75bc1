/** What a shell completes: every command with its options, free of commander's types. One file per shell renders it. */

/** What follows an option or a command: a path, one of some words, or anything. */
export type Completed = 'file' | 'folder' | 'free' | readonly string[];

/** An option; `value` is `null` where it takes none. */
export interface CompletedOption {
  /** `--manifest` and perhaps `-m`. */
  readonly long: string;
  readonly short: string | null;
  readonly says: string;
  readonly value: Completed | null;
}

/** A command; `argument` is `null` where it takes none. */
export interface CompletedCommand {
  readonly name: string;
  readonly says: string;
  readonly argument: Completed | null;
  readonly options: readonly CompletedOption[];
}

/** What the program is called; strongSwan has a `pki` as well, so ours has two names. */
export const PROGRAMS = ['pki', 'pki-apply'] as const;

/** In single quotes, as all three shells read them. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
