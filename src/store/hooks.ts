/**
 * `.pki/hooks.json`: entities whose files changed, or are about to, and whose hook has not succeeded since. Written before
 * the first file comes to its place, so that a run which ends in between leaves it to the next.
 */
import type { PendingHooks } from '../plan/errand.ts';
import type { Folder } from './folder.ts';
import { fieldsOf, jsonIn, textsIn } from './json.ts';
import { readOwn, replaceOwn } from './own.ts';

const FILE = 'hooks.json';
const FORMAT = 1;

/** A hundred thousand entities. */
const LIMIT = 64 * 1024 * 1024;

/** What is no such list says nothing. @throws UserError where another user may have written it. */
export function readHooks(root: string): PendingHooks {
  const file = readOwn(root, FILE, LIMIT);
  if (file.state !== 'present') return new Map();
  const { format, pending } = fieldsOf(jsonIn(file.facts.toString('utf8')));
  if (format !== FORMAT) return new Map();
  return new Map(Object.entries(fieldsOf(pending)).map(([id, paths]) => [id, textsIn(paths)]));
}

/** Survives a power cut once this resolves. @param own the folder `.pki`. */
export async function saveHooks(own: Folder, pending: PendingHooks): Promise<void> {
  if (pending.size === 0 && own.lookAt(FILE) === undefined) return;
  const content = { format: FORMAT, pending: Object.fromEntries(pending) };
  await replaceOwn(own, FILE, `${JSON.stringify(content, null, 2)}\n`);
}
