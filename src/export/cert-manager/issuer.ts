/** Issuers of cert-manager and Bundles of trust-manager: who signs in a cluster, and whom pods there trust. */
import type { Authority, EntityId, Inventory } from '../../pki/entity.ts';
import { nameSlug } from '../slug.ts';

/** What a ClusterIssuer, and the Secret with its key, is called: `pki-services`. */
export function issuerName({ name }: Pick<Authority, 'name'>): string {
  return `pki-${nameSlug(name)}`;
}

/** One that signs with the key of an authority, which has to be in a Secret of the namespace of cert-manager. */
export function issuerObject(authority: Authority): object {
  const { crl, ocsp, caIssuers } = authority;
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    metadata: { name: issuerName(authority) },
    spec: {
      ca: {
        secretName: issuerName(authority),
        ...(crl === undefined ? {} : { crlDistributionPoints: crl.url }),
        ...(ocsp === undefined ? {} : { ocspServers: ocsp.url }),
        ...(caIssuers === undefined ? {} : { issuingCertificateURLs: caIssuers.url }),
      },
    },
  };
}

/** Roots that some leaves trust together. */
export interface TrustSet {
  readonly name: string;
  readonly roots: readonly Authority[];
}

/** Each set of roots that a leaf trusts, once. */
export function trustSets({ entities }: Inventory): readonly TrustSet[] {
  const byId = new Map<EntityId, Authority>();
  for (const entity of entities) if (entity.kind === 'authority') byId.set(entity.id, entity);
  const sets = new Map<string, TrustSet>();
  for (const { kind, trust } of entities) {
    if (kind === 'authority') continue;
    const roots = trust.flatMap((id) => byId.get(id) ?? []);
    // `+` is in no short name, so that one for several roots is no root's.
    const name = `pki-trust-${nameSlug(
      roots
        .map((root) => root.name)
        .sort()
        .join('+'),
    )}`;
    if (roots.length > 0 && !sets.has(name)) sets.set(name, { name, roots });
  }
  return [...sets.values()];
}

/** The ConfigMap that a Bundle takes a root from. */
export function rootName({ name }: Pick<Authority, 'name'>): string {
  return `pki-root-${nameSlug(name)}`;
}

/** A Bundle, which trust-manager puts as a ConfigMap of its name into every namespace. */
export function bundleObject({ name, roots }: TrustSet): object {
  return {
    apiVersion: 'trust.cert-manager.io/v1alpha1',
    kind: 'Bundle',
    metadata: { name },
    spec: {
      sources: roots.map((root) => ({ configMap: { name: rootName(root), key: 'ca.crt' } })),
      target: { configMap: { key: 'ca.crt' } },
    },
  };
}
