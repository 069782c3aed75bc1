/** A project with nothing to do, known without reading what its manifest means or what is in its files. */
import { resolve } from 'node:path';
import { holds, idleKey, readIdle } from '../store/idle-record.ts';
import { likelyOutput, manifestKey } from '../store/kept-manifest.ts';
import { isPiped, manifestFolder, readManifest } from '../store/manifest-file.ts';
import { clock } from './project.ts';

/**
 * How many entities it has, all of which are as they should be. `undefined` where that is not known: then a plan says what
 * is due, or what is wrong.
 * @param manifest the path of its file. @param program as `manifestKey` takes it.
 */
export function knownIdle(manifest: string, program?: string): number | undefined {
  // A plan reads it after this.
  if (isPiped(manifest)) return undefined;
  const read = readManifest(manifest);
  if (!read.ok) return undefined;
  const folder = manifestFolder(manifest);
  const root = resolve(folder, likelyOutput(read.text));
  const record = readIdle(root);
  // What is found says where it is.
  if (record === undefined || resolve(folder, record.output) !== root) return undefined;
  // Only now: of a long text it takes as long as the rest.
  const key = manifestKey(read.text, manifest, read.state, program);
  return key !== undefined && holds(record, root, idleKey(key), clock()) ? record.entities : undefined;
}
