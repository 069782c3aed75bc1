/** Folders of the tests in one file, removed after them; `KEEP=1` leaves them and says where they are. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** A new empty folder, by its real path. */
export function temporaryFolder(below = tmpdir()): string {
  const folder = realpathSync(mkdtempSync(join(below, 'pki-test-')));
  folders.push(folder);
  return folder;
}

/** The same in memory, where syncing is free; nothing in it may be run, for many systems forbid that there. */
export function memoryFolder(): string {
  return temporaryFolder(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
}

/** After a file (each-file.ts). */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) {
    if (process.env['KEEP']) process.stderr.write(`kept ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}
