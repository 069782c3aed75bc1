/** `openssl pkey`: the public half of a private key (openssl-pkey(1)). */
import type { EntityId } from '../model/entity.ts';
import type { Command } from './command.ts';
import { publishedPath, stagedPath } from './paths.ts';

export function publicKeyCommand(id: EntityId, newKey: boolean): Command {
  const key = newKey ? stagedPath(id, 'key') : publishedPath(id, 'key');
  return { args: ['pkey', '-in', key, '-pubout', '-out', stagedPath(id, 'public')], input: null };
}
