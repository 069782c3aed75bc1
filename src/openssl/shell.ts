/** Words of a POSIX shell. */

import { visible } from '../pki/printable.ts';

/** Quoted so that the shell takes each literally. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A path, even one that begins with a dash. */
export function shellPath(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

/** The same for a command that is only shown. */
export function shownPath(path: string): string {
  return shownWord(path.startsWith('-') ? `./${path}` : path);
}

/** For a command that is only shown: invisible characters are written as escapes of `printf` (POSIX). */
export function shownWord(word: string): string {
  if (visible(word) === word) return shellWord(word);
  const octets = [...Buffer.from(word)].map((octet) =>
    /[\w@+=:,./-]/.test(String.fromCharCode(octet))
      ? String.fromCharCode(octet)
      : `\\0${octet.toString(8).padStart(3, '0')}`,
  );
  return `"$(printf %b '${octets.join('')}')"`;
}

/** A folder of the script's own, `$work`, for its user alone and gone when the script ends, whatever ends it. */
export const WORK_FOLDER: readonly string[] = [
  'umask 077',
  'work=$(mktemp -d)',
  `trap 'rm -rf -- "$work"' EXIT`,
  `trap 'exit 130' HUP INT TERM`,
];

/** Unquoted where no character is special to a shell, otherwise in single quotes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
