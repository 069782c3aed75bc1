/** Where a password comes from. The password itself is never part of a manifest, a plan or an inventory. */
import { type Argv, argvText, type ProgramFault } from './argv.ts';
import type { PathFault } from './side-file.ts';

/** What can be read at any time, or what takes a run that was agreed to. */
export type SecretSource =
  /** A variable of the environment of `pki`. */
  | { readonly kind: 'env'; readonly name: string }
  /** A file below the manifest's folder, relative to that, or an absolute path that the command line allows. */
  | { readonly kind: 'file'; readonly path: string }
  /** The one line that a command prints. */
  | { readonly kind: 'command'; readonly argv: Argv }
  /** Typed at the terminal; those of one label are asked for once. */
  | { readonly kind: 'prompt'; readonly label: string | null };

/** As a manifest writes it: `env:P12_PASSWORD`. */
export function secretSourceText(source: SecretSource): string {
  switch (source.kind) {
    case 'env':
      return `env:${source.name}`;
    case 'file':
      return `file:${source.path}`;
    case 'command':
      return `command:${argvText(source.argv)}`;
    case 'prompt':
      return source.label === null ? 'prompt' : `prompt:${source.label}`;
  }
}

/** Why there is no password. */
export type SecretFault =
  | PathFault
  | { readonly kind: 'unset' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'missing' }
  /** More than one line: programs take the first, or all of them. */
  | { readonly kind: 'lines' }
  /** Octets that are no UTF-8, a NUL, or a byte order mark: other programs would take it for another password. */
  | { readonly kind: 'encoding' }
  /** Characters by which Java opens no PKCS#12. */
  | { readonly kind: 'not-for-java' }
  | { readonly kind: 'unreadable'; readonly code: string }
  /** A command that no step has needed yet, or a question that was not asked yet. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'command'; readonly fault: ProgramFault }
  | { readonly kind: 'no-terminal' }
  /** The input ended before an answer. */
  | { readonly kind: 'no-answer' }
  /** Typed twice, and not the same. */
  | { readonly kind: 'mistyped' };
