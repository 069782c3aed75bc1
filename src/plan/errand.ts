/** A command of the manifest that is run for an entity. */
import type { Argv } from '../pki/argv.ts';

/** A command that one entity needs. */
export interface Errand {
  readonly argv: Argv;
  /** What for. */
  readonly purpose: 'password';
  /** This folder has not run it, so that it takes consent. */
  readonly isNew: boolean;
}

/** Commands that this folder has run, by `argvKey`. */
export type KnownCommands = ReadonlySet<string>;
