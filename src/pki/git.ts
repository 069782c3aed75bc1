/** Names under which git has its own folder. It holds settings and programs that git obeys. */

/** A name as file systems that fold names see it; invisible characters are ignored (git's own core.protectHFS). */
export function foldedName(name: string): string {
  return name
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .normalize('NFC')
    .toLowerCase();
}

/** Windows drops dots and spaces at the end, reads a stream behind a colon, and has short names (core.protectNTFS). */
function isGitName(name: string): boolean {
  const [plain = ''] = foldedName(name).split(':');
  return ['.git', 'git~1'].includes(plain.replace(/[. ]+$/, ''));
}

/** Whether a path leads into such a folder, or is one. */
export function leadsIntoGit(path: string): boolean {
  return path.split('/').some(isGitName);
}
