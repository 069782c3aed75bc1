/** Issuers of cert-manager and Bundles of trust-manager: who signs in a cluster, and whom pods there trust. */
import type { Authority } from '../../pki/entity.ts';
import { nameSlug } from '../slug.ts';
import type { TrustSet } from '../trust-set.ts';

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
        ...(crl === undefined || crl.url.length === 0 ? {} : { crlDistributionPoints: crl.url }),
        ...(ocsp === undefined || ocsp.url.length === 0 ? {} : { ocspServers: ocsp.url }),
        ...(caIssuers === undefined ? {} : { issuingCertificateURLs: caIssuers.url }),
      },
    },
  };
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
