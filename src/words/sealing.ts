/** Why a Secret could not be sealed by SOPS. */
import type { ProgramFault } from '../pki/argv.ts';
import { visible } from '../pki/printable.ts';
import type { Advice } from './advice.ts';
import { programFaultText } from './program.ts';

/** How it failed. */
export type SealFault =
  | { readonly kind: 'program'; readonly fault: ProgramFault; readonly words: string }
  /** It ended well, and what it printed is not the sealed Secret. */
  | { readonly kind: 'open' };

/** @param path of the Secret, below the folder of the export. */
export function sealingText(path: string, fault: SealFault): Advice {
  if (fault.kind === 'open')
    return {
      problem: `what "sops" made of "${path}" is not sealed, and was not written`,
      hint: 'look at the rules in .sops.yaml: "data" has to be encrypted, and nothing else',
    };
  if (fault.fault.kind === 'not-begun')
    return {
      problem: `"sops" ${programFaultText(fault.fault)}`,
      hint: 'install it (https://getsops.io), or export without --sops',
    };
  const said = fault.words.split('\n').at(-1) ?? '';
  return {
    problem: `"sops" ${programFaultText(fault.fault)} for "${path}"${said === '' ? '' : `: ${visible(said)}`}`,
    hint: 'who may open it is stated in .sops.yaml, in the folder of the export or above, or by SOPS_AGE_RECIPIENTS',
  };
}
