/** Which entities an interrupted run left half-way; to know that takes no code that finishes anything. */
import type { EntityId } from '../../pki/entity.ts';
import { listOwn } from '../own.ts';

/** Entities of which new files wait to be put in place: the next apply begins with them. @param root the output folder. */
export function pending(root: string): readonly EntityId[] {
  return listOwn(root, 'commit').map(idOf);
}

/** The entity of a commit folder: `servers.api` is that of `servers/api`. */
export function idOf(name: string): EntityId {
  return name.replace('.', '/');
}
