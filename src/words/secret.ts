/** Why a password is not to be had, and what to do; never the password. */
import type { SecretFault } from '../pki/secret-source.ts';
import { programFaultText } from './program.ts';
import { type Words, worded } from './table.ts';

const FOR_JAVA = 'choose another of ASCII characters alone, or "format: jks"';

const WORDS: Words<SecretFault> = {
  unset: () => 'is not set',
  empty: () => 'is empty',
  missing: () => 'is not there',
  'leads-out': () => 'is a link that leads out of the folder of the manifest',
  absolute: () => 'is an absolute path that is not allowed here',
  strays: () => 'is a link that leads out of what "--allow-path" allows',
  lines: () => 'has more than one line',
  encoding: () => 'is no plain text in UTF-8',
  'not-for-java': () => `has characters with which Java opens no PKCS#12: ${FOR_JAVA}`,
  unreadable: ({ code }) => `cannot be read (${code})`,
  waits: () => 'has not been asked for',
  command: ({ fault }) => programFaultText(fault),
  'no-terminal': () => 'is asked for at a terminal, and there is none',
  'no-answer': () => 'was not answered',
  mistyped: () => 'was typed twice, and not the same',
};

/** A sentence about its source, such as `env:P12_PASSWORD`. */
export function secretFaultText(source: string, fault: SecretFault): string {
  return `"${source}" ${worded(WORDS, fault)}`;
}

/** What to do about each. */
export const SECRET_HINTS: Readonly<Record<SecretFault['kind'], string>> = {
  unset: 'set it in the environment of pki',
  empty: 'programs disagree about what an empty password is: choose another',
  missing: 'create it; a path that is not absolute begins at the folder of the manifest',
  'leads-out': 'put the file itself below the folder of the manifest',
  absolute: 'name a file below the folder of the manifest, or allow this one by "--allow-path"',
  strays: 'allow the folder that it leads to as well, by another "--allow-path"',
  lines: 'leave one line, which is the password',
  'not-for-java': FOR_JAVA,
  encoding: 'save it as UTF-8, without a byte order mark',
  unreadable: 'make it a plain file that the user who runs pki can read',
  waits: 'run "pki apply"',
  command: 'run it by hand in the folder of the manifest: what it says of itself is not shown here',
  'no-terminal': 'run "pki apply" at a terminal, or name another source such as env:NAME',
  'no-answer': 'run "pki apply" again, and type it',
  mistyped: 'run "pki apply" again',
};
