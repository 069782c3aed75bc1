/**
 * Which engine a test has everything made with: openssl, unless `PKI_TEST_ENGINE` says otherwise. Files called
 * `*-node.test.ts` run the tests of another file once more, with node.
 */
import type { EngineChoice } from '../../src/pki/engine.ts';

/** What was asked for, if anything. */
export const named = process.env['PKI_TEST_ENGINE'];

/** By the library. */
export const ENGINE: EngineChoice = named === 'node' ? 'node' : named === 'auto' ? 'auto' : 'openssl';

/** By the command; what a test says itself stands. */
export function withEngine(args: readonly string[]): readonly string[] {
  const takesIt = ['plan', 'apply', 'rotate', 'retire'].includes(args[0] ?? '');
  return named === undefined || !takesIt || args.includes('--engine') ? args : [...args, '--engine', ENGINE];
}
