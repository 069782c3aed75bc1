/** Entities whose keys, or those of whom they show or trust, are newer than the OpenSSL inside node. */
import { hasMlDsa } from '../openssl/capabilities.ts';
import type { Entity } from '../pki/entity.ts';
import { byIdOf, chainAbove } from '../pki/issuers.ts';
import { isMlDsa } from '../pki/key-spec.ts';

/**
 * End entities in TLS with keys of ML-DSA around them; none where node knows those.
 * @param version of node's OpenSSL. @param all those with them that are above.
 */
export function strangeTo(version: string, entities: readonly Entity[], all = entities): readonly Entity[] {
  const byId = byIdOf(all);
  if (hasMlDsa(version)) return [];
  return entities.filter((entity) => {
    if (entity.kind === 'authority' || entity.kind === 'certificate') return false;
    const trusted = entity.trust.flatMap((id) => byId.get(id) ?? []);
    return [entity, ...chainAbove(entity, byId), ...trusted].some(({ key }) => isMlDsa(key.algorithm));
  });
}
