/**
 * Issuers of cert-manager that ask OpenBao or Vault: a ClusterIssuer for each leaf, because a role issues one certificate, and
 * what these engines have to know of cert-manager. The keys of authorities are in no cluster then.
 */
import type { EndEntity } from '../../pki/entity.ts';
import { sanText } from '../../pki/san.ts';
import { namesOf, valuesOf } from '../go.ts';
import type { LeafPolicy } from '../leaf.ts';
import type { OmissionCause } from '../omission.ts';
import { nameSlug } from '../slug.ts';
import { mountOf } from '../vault/mount.ts';
import { keyProblems, roleProblems } from '../vault/role.ts';

/** What cert-manager is called there and here: a ServiceAccount, a role of logins, and a policy. */
export const VAULT_ACCOUNT = 'pki-cert-manager';

/** The Secret with the roots that the engine's own certificate leads to. */
export const VAULT_ROOTS = 'pki-vault-roots';

/** Where the engine is, as pods reach it: `https://vault.example.org:8200`. */
export type VaultServer = string;

/** `pki-servers-api`. */
export function vaultIssuerName({ slug }: LeafPolicy): string {
  return `pki-${slug}`;
}

/** It logs in with a token of a ServiceAccount, so that there is no secret to keep. */
export function vaultIssuerObject(leaf: LeafPolicy, server: VaultServer): object {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    metadata: { name: vaultIssuerName(leaf) },
    spec: {
      vault: {
        server,
        path: rolePath(leaf),
        ...(usesTls(server) ? { caBundleSecretRef: { name: VAULT_ROOTS, key: 'ca.crt' } } : {}),
        auth: {
          kubernetes: {
            mountPath: '/v1/auth/kubernetes',
            role: VAULT_ACCOUNT,
            serviceAccountRef: { name: VAULT_ACCOUNT },
          },
        },
      },
    },
  };
}

/** Whether its certificate has to be verified. */
export function usesTls(server: VaultServer): boolean {
  return server.startsWith('https:');
}

/** That of an export to OpenBao or Vault: `pki-services/sign/servers-api`. */
function rolePath({ issuer, slug }: LeafPolicy): string {
  return `${mountOf({ slug: nameSlug(issuer.name) })}/sign/${slug}`;
}

/** The role by which cert-manager logs in; a token for another engine is refused. */
export function loginRole(server: VaultServer): object {
  return {
    bound_service_account_names: [VAULT_ACCOUNT],
    bound_service_account_namespaces: ['cert-manager'],
    audience: server,
    token_policies: [VAULT_ACCOUNT],
    token_no_default_policy: true,
    token_ttl: '10m',
  };
}

/** The ACL policy of cert-manager: the calls that it makes for these leaves, each with the names of its Certificate. */
export function loginPolicy(leaves: readonly LeafPolicy[]): object {
  return { path: Object.fromEntries(leaves.map((leaf) => [rolePath(leaf), pathPolicy(leaf)])) };
}

function pathPolicy(leaf: LeafPolicy): object {
  const fixed = calledWith(leaf);
  const allowed = Object.fromEntries(Object.entries(fixed).map(([name, value]) => [name, [value]]));
  return {
    capabilities: ['update'],
    required_parameters: ['csr', ...Object.keys(fixed)],
    allowed_parameters: { csr: [], ...allowed },
  };
}

/** What cert-manager sends beside the request, all of it always (`internal/vault`, `sign`). */
function calledWith({ entity: { subject, san }, ttl }: LeafPolicy): Readonly<Record<string, string>> {
  return {
    common_name: valuesOf(subject, 'CN')[0] ?? '',
    alt_names: dnsNamesIn({ san }).join(','),
    ip_sans: namesOf(san, 'ip').join(','),
    uri_sans: namesOf(san, 'uri').join(','),
    ttl: goDuration(ttl),
    exclude_cn_from_sans: 'true',
  };
}

/** A policy reads a leading star as a pattern, so names with one come last. */
export function dnsNamesIn({ san }: Pick<EndEntity, 'san'>): readonly string[] {
  const names = namesOf(san, 'dns');
  return [...names.filter((name) => !name.startsWith('*')), ...names.filter((name) => name.startsWith('*'))];
}

/** As Go prints a duration: `2159h54m59s`. */
export function goDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours}h${minutes}m${seconds % 60}s`;
}

/** Why cert-manager would not get from a role what the manifest says: it names less than a request can. */
export function vaultProblems(leaf: LeafPolicy): readonly OmissionCause[] {
  const { subject, san } = leaf.entity;
  const [first = ''] = dnsNamesIn({ san });
  return [
    ...(keyProblems(leaf.issuer.key).length > 0 ? [{ kind: 'issuer', issuer: leaf.issuer.id } as const] : []),
    ...roleProblems(leaf),
    ...['serialNumber', 'UID']
      .filter((type) => valuesOf(subject, type).length > 0)
      .map((type) => ({ kind: 'attribute', type }) as const),
    ...san
      .filter(({ kind }) => kind === 'email')
      .map((one) => ({ kind: 'san', name: sanText(one) }) as const),
    ...(first.startsWith('*') ? [{ kind: 'value', value: first } as const] : []),
    ...(leaf.ttl < 3600 ? [{ kind: 'validity' } as const] : []),
  ];
}
