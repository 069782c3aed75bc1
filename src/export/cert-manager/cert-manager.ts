/** A manifest as objects of cert-manager and trust-manager, which issue in a cluster what it says. */
import type { Authority, Inventory } from '../../pki/entity.ts';
import { issuingAuthorities } from '../authority.ts';
import { type Exported, type ExportPlace, jsonFile, plainFile } from '../file.ts';
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

/** Issuers, Certificates and Bundles; what would not be exact is left out. */
export function certManagerExport(inventory: Inventory, place: ExportPlace): Exported {
  const all = leafPolicies(inventory);
  const clashes = secretClashes(all);
  const omissions = all.flatMap((leaf) =>
    omissionOf(leaf, issuedElsewhere, signedElsewhere, certificateProblems, clashes),
  );
  const left = new Set(omissions.map(({ entity }) => entity));
  const leaves = all.filter(({ entity }) => !left.has(entity.id));
  const authorities = issuingAuthorities(inventory, leaves);
  const sets = trustSets(inventory);
  const roots = [...new Set<Authority>(sets.flatMap((set) => set.roots))];
  return {
    omissions,
    files: [
      plainFile('README.md', readmeLines(leaves, omissions)),
      applyScript(authorities, roots, sets.length > 0, place),
      ...authorities.map(({ entity }) =>
        jsonFile(`issuers/${issuerName(entity)}.json`, issuerObject(entity)),
      ),
      ...leaves.map((leaf) => jsonFile(`certificates/${leaf.slug}.json`, certificateObject(leaf))),
      ...sets.map((set) => jsonFile(`bundles/${set.name}.json`, bundleObject(set))),
    ],
  };
}

function readmeLines(leaves: readonly LeafPolicy[], omissions: readonly Omission[]): readonly string[] {
  return [
    '# Objects for cert-manager and trust-manager',
    '',
    'Written by `pki export cert-manager`; run that again after a change of the manifest. No file here holds a secret:',
    '`apply.sh` brings the keys of the authorities from the output folder into Secrets.',
    '',
    '```sh',
    './apply.sh --dry-run=server              # what would be applied',
    './apply.sh                               # into the cluster of the current context',
    'kubectl wait certificates --all --all-namespaces --for=condition=Ready --timeout=60s',
    '```',
    '',
    'A Certificate without a namespace of its own is made in that of the context. What a pod mounts is the Secret that it',
    'names, and the ConfigMap that a Bundle makes in every namespace (`pki-trust-NAME`, key `ca.crt`): what a peer is verified',
    'with comes from there, not from `ca.crt` beside a key.',
    '',
    '| entity | Certificate | issuer |',
    '| --- | --- | --- |',
    ...leaves.map(({ entity, slug, issuer }) => `| ${entity.id} | ${slug} | ${issuerName(issuer)} |`),
    ...leftOutLines(omissions, TARGETS['cert-manager'].engine),
  ];
}
