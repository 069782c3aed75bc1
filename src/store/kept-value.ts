/** Values of this program in files of `.pki` that save time and nothing else: as V8 writes them, behind their SHA-256. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { Folder } from './folder.ts';
import { cacheOwn, readOwn } from './own.ts';

/** SHA-256 of all that follows. */
const DIGEST_SIZE = 32;

/**
 * What is kept below an output folder under this name; `undefined` where nothing is, or it is damaged. Whether the same program
 * kept it there, so that it is of the kind that is asked for, is for its key to say.
 * @throws UserError where it is not ours to read; an error of V8's for what another version of it wrote.
 */
export function keptValue<Value>(root: string, name: string, limit: number): Value | undefined {
  const file = readOwn(root, name, limit);
  if (file.state !== 'present') return undefined;
  const body = file.facts.subarray(DIGEST_SIZE);
  if (!digestOf(body).equals(file.facts.subarray(0, DIGEST_SIZE))) return undefined;
  return deserialize(body);
}

/** Where it cannot be written nothing is lost. @param own the folder `.pki`. */
export async function keepValue(own: Folder, name: string, value: unknown): Promise<void> {
  const body = serialize(value);
  await cacheOwn(own, name, Buffer.concat([digestOf(body), body]));
}

function digestOf(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest();
}
