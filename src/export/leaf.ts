/** The policy of one leaf: what its certificate says, as literals that an engine can be given. */
import type { Authority, EndEntity, Inventory } from '../pki/entity.ts';
import type { KeyUsage } from '../pki/key-usage.ts';
import type { Policy } from '../pki/policy.ts';
import { AN_ISSUER, type WrittenExtension, wantedCertificate, writtenExtensions } from '../plan/wanted.ts';
import { extendedKeyUsage } from '../x509/extensions/extended-key-usage.ts';
import { keyUsage } from '../x509/extensions/key-usage.ts';
import { slugOf } from './slug.ts';

/** Everything that the issuer decides about it, and nothing that only its key does. */
export interface LeafPolicy {
  readonly entity: EndEntity;
  /** What it is called in other engines. */
  readonly slug: string;
  readonly issuer: Authority;
  readonly keyUsage: readonly KeyUsage[];
  /** By names, or dotted OIDs. */
  readonly extendedKeyUsage: readonly string[];
  readonly policies: readonly Policy[];
  /** All extensions that are written, these among them. */
  readonly extensions: readonly WrittenExtension[];
  /** Seconds from the moment of issue to notAfter, which counts its own second (RFC 5280 §4.1.2.5). */
  readonly ttl: number;
}

/** Those of all leaves, in the order of the manifest. */
export function leafPolicies({ entities }: Inventory): readonly LeafPolicy[] {
  const authorities = new Map(
    entities.flatMap((entity) => (entity.kind === 'authority' ? [[entity.id, entity] as const] : [])),
  );
  return entities.flatMap((entity) => {
    if (entity.kind === 'authority') return [];
    const issuer = authorities.get(entity.issuer);
    return issuer === undefined ? [] : [leafPolicy(entity, issuer)];
  });
}

function leafPolicy(entity: EndEntity, issuer: Authority): LeafPolicy {
  const context = { entity, issuer: AN_ISSUER, keyIdentifier: null };
  const purposes = extendedKeyUsage.wanted(context);
  return {
    entity,
    slug: slugOf(entity.id),
    issuer,
    keyUsage: keyUsage.wanted(context).value,
    extendedKeyUsage: purposes.presence === 'none' ? [] : purposes.value,
    policies: entity.policies ?? [],
    extensions: writtenExtensions(wantedCertificate(entity, AN_ISSUER, null)),
    ttl: entity.validity - entity.backdate - 1,
  };
}
