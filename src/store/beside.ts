/** Files that a manifest names: plain ones below its folder, or where the command line allows them, read once each. */
import type { AllowedPaths } from '../pki/allowed-paths.ts';
import { errorCode } from '../pki/errors.ts';
import type { SideFault, SideFile, SideFiles } from '../pki/side-file.ts';
import { namedFile } from './named-file.ts';
import { readBytes } from './observe/read.ts';

/** Requests of RSA keys with a hundred names take ten kilobytes. */
const LIMIT = 256 * 1024;

/**
 * @param folder the manifest's.
 * @returns `wasAsked`: whether one of them was looked at. Whatever goes wrong is in the result, never thrown.
 */
export function filesBeside(folder: string, allowed: AllowedPaths = []): SideFiles & { wasAsked(): boolean } {
  const known = new Map<string, SideFile>();
  const read = (path: string): SideFile => {
    const file = known.get(path) ?? lookAt(path, folder, allowed);
    known.set(path, file);
    return file;
  };
  return { allowed, read, wasAsked: () => known.size > 0 };
}

function lookAt(path: string, folder: string, allowed: AllowedPaths): SideFile {
  try {
    const file = namedFile(path, folder, allowed);
    return file.ok ? contentOf(file.real) : file;
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
