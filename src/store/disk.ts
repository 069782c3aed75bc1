/** The few file operations that everything below the output folder is written with. */
import { closeSync, constants, fchmodSync, fsync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A new file with exactly this mode, whatever the umask; an existing one is an error, never overwritten. */
export function writeNew(path: string, content: string | Uint8Array, mode: number): void {
  const descriptor = openSync(path, NEW_FILE, mode);
  try {
    if ((mode & process.umask()) !== 0) fchmodSync(descriptor, mode);
    writeFully(descriptor, Buffer.from(content));
  } finally {
    closeSync(descriptor);
  }
}

function writeFully(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/** Resolves once the file's content, or the folder's entries, survive a power cut. */
export function sync(path: string): Promise<void> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  return new Promise((resolve, reject) => {
    fsync(descriptor, (error) => {
      closeSync(descriptor);
      // Some file systems cannot sync a folder, and say so with these; nothing better can be done there.
      if (error === null || error.code === 'EINVAL' || error.code === 'ENOTSUP') resolve();
      else reject(error);
    });
  });
}

export async function syncAll(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map(sync));
}

/** A folder that is there afterwards, made with `mode` where it was missing. */
export function ensureFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode });
}

/** A new folder for our eyes only, in one that is there. */
export function privateFolder(path: string): void {
  mkdirSync(path, { mode: 0o700 });
}

export function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
