/** Which engine makes what a plan is about. */
import type { EngineChoice, EngineName } from '../pki/engine.ts';
import { type Change, isIssue } from './change.ts';

/** How many certificates openssl makes before node is a tenth of a second faster, which is noticed (bench/README.md). */
const UNNOTICED = 10;

/** Whatever is chosen, openssl makes what node cannot (engine/auto.ts). */
export function engineFor(changes: readonly Change[], choice: EngineChoice): EngineName {
  if (choice !== 'auto') return choice;
  return changes.filter(isIssue).length > UNNOTICED ? 'node' : 'openssl';
}
