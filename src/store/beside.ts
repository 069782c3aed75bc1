/** Files beside a manifest: plain ones below its folder, read once each. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import type { SideFault, SideFile, SideFiles } from '../pki/side-file.ts';
import { isBelow } from './below.ts';
import { readBytes } from './observe/read.ts';

/** Requests of RSA keys with a hundred names take ten kilobytes. */
const LIMIT = 256 * 1024;

/** @param folder the manifest's. Whatever goes wrong is in the result, never thrown. */
export function filesBeside(folder: string): SideFiles {
  const known = new Map<string, SideFile>();
  return (path) => {
    const file = known.get(path) ?? lookAt(folder, path);
    known.set(path, file);
    return file;
  };
}

function lookAt(folder: string, path: string): SideFile {
  try {
    // As of the manifest itself: a repository can have links to anything on the disk of those who clone it.
    const [real, above] = [realpathSync(join(folder, path)), realpathSync(folder)];
    if (!isBelow(real, above)) return lacking({ kind: 'leads-out' });
    return contentOf(real);
  } catch (error) {
    const code = errorCode(error);
    return lacking(code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', code });
  }
}

function contentOf(path: string): SideFile {
  const file = readBytes(path, LIMIT);
  if (file.state === 'present') return { ok: true, bytes: file.facts };
  if (file.state === 'missing' || file.state === 'unknown') return lacking({ kind: 'missing' });
  if (file.state === 'garbage') return lacking({ kind: 'no-file' });
  const { cause } = file;
  if (cause.kind === 'too-large') return lacking({ kind: 'too-large', limit: LIMIT });
  return lacking('code' in cause ? { kind: 'unreadable', code: cause.code } : { kind: 'no-file' });
}

function lacking(fault: SideFault): SideFile {
  return { ok: false, fault };
}
