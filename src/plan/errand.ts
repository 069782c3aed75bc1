/** Secrets that carrying out a change takes, and commands of the manifest that are run for them. */
import type { Argv } from '../pki/argv.ts';
import type { Artifact } from '../pki/artifact.ts';
import type { EntityId } from '../pki/entity.ts';
import type { SecretSource } from '../pki/secret-source.ts';

/** A command that one entity needs. */
export interface Errand {
  readonly argv: Argv;
  /** What for. */
  readonly purpose: 'password' | 'passphrase' | 'pin' | 'on-change';
  /** This folder has not run it, so that it takes consent. */
  readonly isNew: boolean;
}

/** Files that changed, by entity, relative to the output folder; its hook has not succeeded since. */
export type PendingHooks = ReadonlyMap<EntityId, readonly string[]>;

/** Commands that this folder has run, by `argvKey`. */
export type KnownCommands = ReadonlySet<string>;

/** One secret, and the file that it opens or closes. */
export interface SecretUse {
  readonly source: SecretSource;
  readonly of: EntityId;
  readonly artifact: Artifact;
  /** Something is closed by it for the first time, so that a slip of the hand would lock it up. */
  readonly closes: boolean;
  /** It is the PIN of the token that the key is on. */
  readonly isPin?: true;
  /** The run may do without it: another one may open the file. */
  readonly isSpare?: true;
}
