/** Words of a POSIX shell. */

/** Quoted so that the shell takes each as it is. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A path, also one that begins with a dash. */
export function shellPath(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

/** As it is where no character of it means anything to a shell, otherwise in single quotes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
