/** How a program of the manifest ended that did not end well, in words. */
import type { ProgramFault } from '../pki/argv.ts';
import { type Words, worded } from './table.ts';

const WORDS: Words<ProgramFault> = {
  'not-begun': ({ code }) =>
    code === 'ENOENT'
      ? 'is not there'
      : `cannot be run (${code === 'EACCES' ? 'EACCES: not executable?' : code})`,
  exit: ({ code }) => `exited with ${code}`,
  signal: ({ signal }) => `was ended by ${signal}`,
  late: ({ seconds }) => `did not end within ${seconds} s and was stopped`,
  flood: () => 'printed without end and was stopped',
  interrupted: () => 'was interrupted',
};

/** Completes `"systemctl" …`. */
export function programFaultText(fault: ProgramFault): string {
  return worded(WORDS, fault);
}
