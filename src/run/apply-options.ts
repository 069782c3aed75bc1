/** What an apply is given, and how it ends. */
import type { EngineChoice } from '../pki/engine.ts';
import type { EntityId } from '../pki/entity.ts';
import type { Allowance } from '../plan/allowance.ts';
import type { Change, Consent } from '../plan/change.ts';
import type { ArchivedSet } from '../plan/observation.ts';
import type { Plan } from '../plan/plan.ts';
import type { KeptManifest } from '../store/kept-manifest.ts';
import type { Rival } from '../store/lock.ts';
import type { Secrets } from '../store/secrets.ts';
import type { RefusedAnswer } from './answers.ts';
import type { Listener } from './events.ts';
import type { Execution } from './execute.ts';
import type { HookOutcome } from './hooks.ts';
import type { SavedRun } from './saved.ts';
import type { Ask } from './secrets.ts';

/** Where and with what an apply works, what it may do, and who is notified. */
export interface ApplyOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** The openssl to run: a path, or a name to be found in `PATH`. */
  readonly binary: string;
  /** Reads the clock, in seconds since 1970. */
  readonly clock: () => number;
  /** Whether the user vouches for the clock, so that it counts as right whatever was issued before; by default not. */
  readonly trustClock?: boolean;
  /** How many openssl processes at once. */
  readonly processes: number;
  /** Who makes keys and certificates; `auto` by default. */
  readonly engine?: EngineChoice;
  /** From how many first issues on they share flushes of the whole file system; 100 by default. */
  readonly flushFrom?: number;
  /** What was agreed to beforehand. */
  readonly consents: ReadonlySet<Allowance>;
  /** Receives the plan, under the lock and before anything is done, and returns further consents. */
  readonly review?: (plan: Plan) => Promise<ReadonlySet<Allowance>>;
  /** Secrets that were had already, and those that this run has, for what comes after it. */
  readonly secrets?: Secrets;
  /** Leaves hooks for a later run. */
  readonly skipHooks?: boolean;
  /** Asks the user at the terminal for a password; absent: there is none. */
  readonly ask?: Ask;
  /** Entities to re-key. */
  readonly rekey?: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire?: ReadonlySet<EntityId>;
  /** The only entities for which what is due is done; by default all of them. */
  readonly only?: ReadonlySet<EntityId>;
  /** The plan that this one has to be. */
  readonly saved?: SavedRun;
  /** A folder with certificates that were made on another machine. */
  readonly answers?: string;
  /** The manifest as it was read, to be kept for the next run. Absent: it is read again. */
  readonly manifest?: KeptManifest;
  /** Seconds to wait for another run to end; none by default. */
  readonly lockTimeout?: number;
  readonly listener?: Listener;
  /** Ends what runs, and waiting for the lock; what is already published stays. */
  readonly signal?: AbortSignal;
}

/** How an apply ended. A step that failed is part of it, and no rejection. */
export type ApplyResult = Ending & {
  /** Problems beside the steps, in words. */
  readonly warnings?: readonly string[];
  /** What came from another machine, and is not taken. */
  readonly refusedAnswers?: readonly RefusedAnswer[];
  /** What became of hooks. */
  readonly hooks?: readonly HookOutcome[];
  /** What of the archive is gone for good. */
  readonly pruned?: readonly ArchivedSet[];
};

type Ending =
  /** `held`: removals that await a consent. */
  | { readonly kind: 'nothing'; readonly plan: Plan; readonly held: readonly Change[] }
  | { readonly kind: 'locked'; readonly by: Rival }
  | { readonly kind: 'refused'; readonly plan: Plan; readonly refusals: readonly Change[] }
  | {
      readonly kind: 'consent';
      readonly plan: Plan;
      readonly missing: ReadonlyMap<Consent, readonly EntityId[]>;
    }
  | {
      readonly kind: 'done';
      readonly plan: Plan;
      readonly held: readonly Change[];
      /** Refused, or without consent: these stayed as they are, and everything that does not need them went on. */
      readonly blocked: readonly Change[];
      readonly execution: Execution;
      readonly interrupted: boolean;
    };
