/** Which engine makes what a plan is about. */
import type { EngineChoice, EngineName } from '../pki/engine.ts';
import { type Change, isIssue } from './change.ts';

/**
 * How many certificates openssl makes before the time is noticeable: a third of a second on two cores (bench/peer.ts).
 */
const UNNOTICED = 20;

/** Whatever is chosen, openssl makes what node cannot (engine/auto.ts). */
export function engineFor(changes: readonly Change[], choice: EngineChoice): EngineName {
  if (choice !== 'auto') return choice;
  return changes.filter(isIssue).length > UNNOTICED ? 'node' : 'openssl';
}
