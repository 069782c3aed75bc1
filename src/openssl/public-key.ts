/** `openssl pkey`: the public half of a private key (openssl-pkey(1)). */
import { filePath, type Located } from '../pki/files.ts';
import { stagedPath } from '../pki/paths.ts';
import type { Command } from './command.ts';

/** Stages `public.pem`, made from the staged key where that is new and otherwise from the one in its place. */
export function publicKeyCommand(entity: Located, newKey: boolean, run?: string): Command {
  const key = newKey ? stagedPath(entity.id, 'key', run) : filePath(entity, 'key');
  return { args: ['pkey', '-in', key, '-pubout', '-out', stagedPath(entity.id, 'public', run)], input: null };
}
