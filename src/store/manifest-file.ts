/** Reading the manifest itself; every way in which that can fail, in plain words. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../pki/errors.ts';
import { writeNew } from './disk.ts';

/** What is in the file, as UTF-8, or in words why that cannot be had. */
export type ManifestText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string; readonly hint: string };

/** Far above any honest manifest (10,000 leaves take 1.4 MB), and small enough to parse at all. */
const SIZE_LIMIT = 5 * 1024 * 1024;

/** At most 5 MB, also from a pipe, which is read to its end. Whatever goes wrong is in the result, never thrown. */
export function readManifest(path: string): ManifestText {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return unreadable(path, errorCode(error));
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return unreadable(path, 'EISDIR');
    if (stat.size > SIZE_LIMIT) return tooLarge(path, stat.size);
    const bytes = readAtMost(descriptor, stat.isFile() ? stat.size + 1 : SIZE_LIMIT + 1);
    return bytes.length > SIZE_LIMIT
      ? tooLarge(path, bytes.length)
      : { ok: true, text: bytes.toString('utf8') };
  } catch (error) {
    return unreadable(path, errorCode(error));
  } finally {
    closeSync(descriptor);
  }
}

/** A pipe or a device does not say how much it holds, and may hold no end. */
function readAtMost(descriptor: number, limit: number): Buffer {
  const bytes = Buffer.alloc(limit);
  let length = 0;
  for (let read = -1; read !== 0 && length < limit; length += read)
    read = readSync(descriptor, bytes, length, limit - length, null);
  return bytes.subarray(0, length);
}

/** A new manifest; `false` where something has its name already. */
export function createManifest(path: string, text: string): boolean {
  try {
    writeNew(path, text, 0o644);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function unreadable(path: string, code: string): ManifestText {
  if (code === 'ENOENT') {
    const twin = path.endsWith('.yaml') ? path.replace(/yaml$/, 'yml') : path.replace(/yml$/, 'yaml');
    const hint = existsSync(twin)
      ? `there is "${twin}": name that`
      : 'name a manifest ("pki plan path/to/pki.yaml"), or write one: "version: 1", then authorities, servers and clients (docs/manifest.md)';
    return { ok: false, problem: `there is no manifest "${path}"`, hint };
  }
  const why = code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
  return { ok: false, problem: `"${path}" ${why}`, hint: 'name a readable YAML file' };
}

function tooLarge(path: string, size: number): ManifestText {
  const problem = `"${path}" holds ${Math.ceil(size / 1024 / 1024)} MB or more, and a manifest may hold 5`;
  return { ok: false, problem, hint: 'split it into several manifests, each with its own output folder' };
}
