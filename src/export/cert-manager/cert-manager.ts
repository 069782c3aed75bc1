/** A manifest as objects of cert-manager and trust-manager, which issue in a cluster what it says. */
import type { Authority, Inventory } from '../../pki/entity.ts';
import { issuingAuthorities } from '../authority.ts';
import { type Exported, type ExportFile, type ExportPlace, jsonFile, plainFile } from '../file.ts';
import { type LeafPolicy, leafPolicies } from '../leaf.ts';
import { issuedElsewhere, omissionOf, signedElsewhere } from '../leaf-omission.ts';
import { leftOutLines } from '../left-out.ts';
import type { Omission } from '../omission.ts';
import { secretClashes } from '../secret-name.ts';
import { TARGETS } from '../target.ts';
import { trustSets } from '../trust-set.ts';
import { certificateObject, certificateProblems } from './certificate.ts';
import { bundleObject, issuerName, issuerObject } from './issuer.ts';
import { applyScript } from './scripts.ts';
import { type VaultServer, vaultIssuerName, vaultIssuerObject, vaultProblems } from './vault-issuer.ts';
import { engineFiles, VAULT_README } from './vault-script.ts';

/**
 * Issuers, Certificates and Bundles; what would not be exact is left out.
 * @param vault the engine that issues; absent: cert-manager itself, with the keys of the authorities.
 */
export function certManagerExport(inventory: Inventory, place: ExportPlace, vault?: VaultServer): Exported {
  const all = leafPolicies(inventory);
  const signed = vault === undefined ? signedElsewhere : vaultProblems;
  const clashes = secretClashes(all);
  const omissions = all.flatMap((leaf) =>
    omissionOf(leaf, issuedElsewhere, signed, certificateProblems, clashes),
  );
  const left = new Set(omissions.map(({ entity }) => entity));
  const leaves = all.filter(({ entity }) => !left.has(entity.id));
  const authorities = issuingAuthorities(inventory, leaves);
  const sets = trustSets(inventory);
  const roots = [...new Set<Authority>(sets.flatMap((set) => set.roots))];
  return {
    omissions,
    files: [
      plainFile('README.md', readmeLines(leaves, omissions, vault)),
      applyScript({ authorities, roots, hasBundles: sets.length > 0, place, vault }),
      ...(vault === undefined
        ? authorities.map(({ entity }) => issuerFile(issuerName(entity), issuerObject(entity)))
        : [
            ...engineFiles(leaves, vault),
            ...leaves.map((leaf) => issuerFile(vaultIssuerName(leaf), vaultIssuerObject(leaf, vault))),
          ]),
      ...leaves.map((leaf) =>
        jsonFile(`certificates/${leaf.slug}.json`, certificateObject(leaf, { byVault: vault !== undefined })),
      ),
      ...sets.map((set) => jsonFile(`bundles/${set.name}.json`, bundleObject(set))),
    ],
  };
}

function issuerFile(name: string, object: object): ExportFile {
  return jsonFile(`issuers/${name}.json`, object);
}

function readmeLines(
  leaves: readonly LeafPolicy[],
  omissions: readonly Omission[],
  vault: VaultServer | undefined,
): readonly string[] {
  const nameOf = (leaf: LeafPolicy): string =>
    vault === undefined ? issuerName(leaf.issuer) : vaultIssuerName(leaf);
  return [
    '# Objects for cert-manager and trust-manager',
    '',
    ...(vault === undefined ? KEY_README : VAULT_README),
    'A Certificate without a namespace of its own is made in that of the context. What a pod mounts is the Secret that it',
    'names, and the ConfigMap that a Bundle makes in every namespace (`pki-trust-NAME`, key `ca.crt`): what a peer is verified',
    'with comes from there, not from `ca.crt` beside a key.',
    '',
    '| entity | Certificate | issuer |',
    '| --- | --- | --- |',
    ...leaves.map((leaf) => `| ${leaf.entity.id} | ${leaf.slug} | ${nameOf(leaf)} |`),
    ...leftOutLines(omissions, TARGETS['cert-manager'].engine),
  ];
}

const KEY_README: readonly string[] = [
  'Written by `pki export cert-manager`; run that again after a change of the manifest. No file here holds a secret:',
  '`apply.sh` brings the keys of the authorities from the output folder into Secrets.',
  '',
  '```sh',
  './apply.sh --dry-run=server              # what would be applied',
  './apply.sh                               # into the cluster of the current context',
  'kubectl wait certificates --all --all-namespaces --for=condition=Ready --timeout=60s',
  '```',
  '',
];
