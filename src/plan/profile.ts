/** Certificate profiles: what a certificate of each kind may be used for (RFC 5280 §4.2.1.3, §4.2.1.9, §4.2.1.12). */
import { type Entity, type EntityKind, unreachable } from '../pki/entity.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import type { KeyUsage } from '../x509/oids.ts';

/** Usages by the names that RFC 5280 gives them, all of which a certificate must have, and no other. */
export interface Profile {
  readonly keyUsage: readonly KeyUsage[];
  /** `null`: a CA certificate carries none, so that nothing below it is narrowed. */
  readonly extendedKeyUsage: readonly string[] | null;
}

/** What an entity's kind asks for and, of an end entity, the algorithm of its key. */
export function profileOf(entity: Entity): Profile {
  return entity.kind === 'authority'
    ? { keyUsage: ['keyCertSign', 'cRLSign'], extendedKeyUsage: null }
    : { keyUsage: leafKeyUsage(entity.key), extendedKeyUsage: leafUsages(entity.kind) };
}

/**
 * Every TLS 1.3 handshake signs. RSA keys also encipher in TLS 1.2's RSA key exchange; for other keys
 * keyEncipherment is wrong, and NSS and Java refuse it (RFC 8813 §3, RFC 8410 §5).
 */
function leafKeyUsage(key: KeySpec): readonly KeyUsage[] {
  return key.algorithm === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
}

function leafUsages(kind: Exclude<EntityKind, 'authority'>): readonly string[] {
  switch (kind) {
    case 'server':
      return ['serverAuth'];
    case 'client':
      return ['clientAuth'];
    case 'peer':
      return ['serverAuth', 'clientAuth'];
    default:
      return unreachable(kind);
  }
}
