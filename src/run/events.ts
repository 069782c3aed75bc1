/** Facts about a run, as they happen; the listener decides how to show them. */
import type { EntityId } from '../pki/entity.ts';
import type { Step, StepKind } from '../plan/step.ts';

/** `recovered` comes first, if at all, then `started`, unless nothing is to be done; then each step as it goes. */
export type RunEvent =
  | { readonly kind: 'started'; readonly steps: readonly Step[] }
  | { readonly kind: 'recovered'; readonly entities: readonly EntityId[] }
  | { readonly kind: 'step-started'; readonly step: Step }
  | { readonly kind: 'step-done'; readonly step: Step }
  | { readonly kind: 'step-failed'; readonly step: Step; readonly failure: StepFailure }
  /** Not begun, because something that it needs failed. */
  | { readonly kind: 'step-skipped'; readonly step: Step; readonly because: EntityId };

/** What went wrong in one step. */
export interface StepFailure {
  readonly entity: EntityId;
  readonly step: StepKind;
  readonly problem: string;
  /** The command as a user could type it, where there was one. */
  readonly command: string | null;
  /** openssl's own words. */
  readonly stderr: string;
  /** What this openssl does not have, where that is why it failed. */
  readonly lacks?: { readonly algorithm: string; readonly program: string };
}

/** Called as events happen, while the run waits: it must be quick and must not throw. */
export type Listener = (event: RunEvent) => void;
