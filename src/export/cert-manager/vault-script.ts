/** Scripts by which cert-manager may ask OpenBao or Vault: one for the cluster, one for the engine. */
import { shellWords } from '../../openssl/shell.ts';
import { type ExportFile, jsonFile, plainFile, scriptFile } from '../file.ts';
import type { LeafPolicy } from '../leaf.ts';
import { CALL_LINES } from '../vault/call.ts';
import {
  loginPolicy,
  loginRole,
  usesTls,
  VAULT_ACCOUNT,
  VAULT_ROOTS,
  type VaultServer,
} from './vault-issuer.ts';

/** What the engine is given: `vault.sh` sends the rest. */
export function engineFiles(leaves: readonly LeafPolicy[], server: VaultServer): readonly ExportFile[] {
  return [
    scriptFile('vault.sh', [
      '#!/bin/sh',
      '# Lets cert-manager log in, and ask for the certificates of the manifest and no others. It may be run again.',
      '# The method "kubernetes" has to be there: bao auth enable kubernetes, and where its API server is.',
      'set -eu',
      'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
      '. "$here/call.sh"',
      'cd -- "$here"',
      shellWords(['policy', VAULT_ACCOUNT, 'vault/policy.json']),
      shellWords(['send', `auth/kubernetes/role/${VAULT_ACCOUNT}`, 'vault/role.json']),
    ]),
    plainFile('call.sh', CALL_LINES),
    jsonFile('vault/policy.json', loginPolicy(leaves)),
    jsonFile('vault/role.json', loginRole(server)),
  ];
}

/** Lines of `apply.sh`: the ServiceAccount that cert-manager may have tokens of, and the roots of the engine. */
export function accountLines(server: VaultServer): readonly string[] {
  const create = `"$kubectl" create`;
  const into = '--namespace "$namespace" --dry-run=client --output=json >"$work/object.json"';
  const apply = 'apply --filename="$work/object.json" "$@"';
  return [
    ...(usesTls(server)
      ? [
          `: "\${PKI_VAULT_ROOTS:?names no file with the roots that the certificate of the engine leads to, in PEM}"`,
          `${create} secret generic ${VAULT_ROOTS} --from-file=ca.crt="$PKI_VAULT_ROOTS" ${into}`,
          apply,
        ]
      : []),
    `${create} serviceaccount ${VAULT_ACCOUNT} ${into}`,
    apply,
    `${create} role ${VAULT_ACCOUNT} --verb=create --resource=serviceaccounts/token --resource-name=${VAULT_ACCOUNT} ${into}`,
    apply,
    `${create} rolebinding ${VAULT_ACCOUNT} --role=${VAULT_ACCOUNT} --serviceaccount="$namespace:cert-manager" ${into}`,
    apply,
  ];
}

/** The head of the README: what is different where no key goes into the cluster. */
export const VAULT_README: readonly string[] = [
  'Written by `pki export cert-manager --vault`; run that again after a change of the manifest. No file here holds a secret,',
  'and none goes into the cluster: certificates are issued by OpenBao or Vault, by the roles of `pki export vault`, and',
  'cert-manager logs in there with a token of its ServiceAccount.',
  '',
  '```sh',
  './vault.sh                               # in the engine: a policy, and a role of auth/kubernetes',
  './apply.sh --dry-run=server              # what would be applied',
  './apply.sh                               # into the cluster of the current context',
  'kubectl wait certificates --all --all-namespaces --for=condition=Ready --timeout=60s',
  '```',
  '',
  'For HTTPS, `PKI_VAULT_ROOTS` names a file with the roots that the certificate of the engine leads to. The engine has to know',
  'the cluster (`bao auth enable kubernetes`, `bao write auth/kubernetes/config …`). Where cert-manager is in a namespace of',
  'another name, state it in `vault/role.json`, too.',
  '',
];
