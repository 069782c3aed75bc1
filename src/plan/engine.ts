/** Which engine makes what a plan is about. */
import { type Change, isIssue } from './change.ts';

/** Who makes keys, requests and certificates: processes of openssl, or node's own OpenSSL inside this one. */
export const ENGINES = ['openssl', 'node'] as const;
export type EngineName = (typeof ENGINES)[number];

/** What can be asked for; `auto` goes by how much there is to do. */
export const ENGINE_CHOICES = ['auto', ...ENGINES] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** So many certificates openssl makes before it is noticed: a third of a second on two cores (bench/peer.ts). */
const UNNOTICED = 20;

/** Whatever is chosen, openssl makes what node cannot (engine/auto.ts). */
export function engineFor(changes: readonly Change[], choice: EngineChoice): EngineName {
  if (choice !== 'auto') return choice;
  return changes.filter(isIssue).length > UNNOTICED ? 'node' : 'openssl';
}
