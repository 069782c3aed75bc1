/** Words of a POSIX shell. */

/** Quoted so that the shell takes each literally. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A path, even one that begins with a dash. */
export function shellPath(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

/** Unquoted where no character is special to a shell, otherwise in single quotes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
