/** What became of a hook, in words. */
import type { ProgramFault } from '../pki/argv.ts';
import { programFaultText } from './program.ts';
import { type Words, worded } from './table.ts';

/** Why the hook of an entity has not succeeded. */
export type HookFault =
  /** Its command was never run here, and no one agreed to it. */
  | { readonly kind: 'no-consent' }
  | { readonly kind: 'program'; readonly fault: ProgramFault }
  /** The command ended well, and the endpoint still serves another certificate. */
  | { readonly kind: 'serves-other'; readonly endpoint: string; readonly seconds: number }
  /** The same, and it serves none: `detail` is the last answer. */
  | {
      readonly kind: 'serves-none';
      readonly endpoint: string;
      readonly seconds: number;
      readonly detail: string;
    };

const WORDS: Words<HookFault> = {
  'no-consent': () => 'was never run here, and needs consent',
  program: ({ fault }) => programFaultText(fault),
  'serves-other': ({ endpoint, seconds }) =>
    `ended well, but ${endpoint} still serves another certificate after ${seconds} s`,
  'serves-none': ({ endpoint, seconds, detail }) =>
    `ended well, but ${endpoint} serves no certificate after ${seconds} s (${detail})`,
};

const HINTS: Words<HookFault> = {
  'no-consent': () => 'to consent, pass "--allow run", or "--skip-hooks" to leave it for later',
  program: () => 'fix the cause; "pki apply" runs it again until it succeeds',
  'serves-other': ({ endpoint }) =>
    `it may need a restart, or other files: "pki check ${endpoint}" compares; "pki apply" tries again`,
  'serves-none': ({ endpoint }) => `see whether it runs: "pki check ${endpoint}"; "pki apply" tries again`,
};

/** Completes `the hook of servers/api (systemctl reload nginx) …`. */
export function hookFaultText(fault: HookFault): string {
  return worded(WORDS, fault);
}

/** What to do about it. */
export function hookHint(fault: HookFault): string {
  return worded(HINTS, fault);
}
