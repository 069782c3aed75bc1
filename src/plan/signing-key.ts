/** Where the private key is that an entity has already: in its file, or on its token. Pure. */
import type { EntityId } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import type { SigningKey } from './make.ts';

/** The key of an entity as it is before a run. */
export function keyThere(of: EntityId, byId: ById): SigningKey {
  const kind = byId.get(of)?.token === undefined ? 'file' : 'token';
  return { kind, of, isNew: false };
}
