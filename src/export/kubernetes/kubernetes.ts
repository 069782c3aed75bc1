/** What a manifest made as objects of Kubernetes: a Secret for each leaf, and a ConfigMap for each set of roots that pods trust. */
import type { Inventory } from '../../pki/entity.ts';
import { metadataOf } from '../../pki/kubernetes.ts';
import { type Exported, type ExportFile, plainFile } from '../file.ts';
import { leafPolicies } from '../leaf.ts';
import { omissionOf } from '../leaf-omission.ts';
import { secretClashes } from '../secret-name.ts';
import { trustSetOf } from '../trust-set.ts';
import { fileProblems, type LeafFilesOf, type LeafSecret } from './leaf-files.ts';
import { secretText, trustText } from './objects.ts';
import { readmeLines } from './readme.ts';

/** A Secret that is sealed before it is written. */
export interface SecretFile {
  readonly path: string;
  /** Open; its annotation `pki-apply/sha256` says what is in it. */
  readonly text: string;
}

/** The files of the export that are written as they are, and those that are not. */
export interface ClusterExport extends Exported {
  readonly secrets: readonly SecretFile[];
}

/** @param sealed whether Secrets are sealed before they are written. */
export function kubernetesExport(
  inventory: Inventory,
  filesOf: LeafFilesOf,
  { sealed }: { readonly sealed: boolean },
): ClusterExport {
  const all = leafPolicies(inventory);
  const questions = [fileProblems(filesOf), secretClashes(all)];
  const omissions = all.flatMap((leaf) => omissionOf(leaf, ...questions));
  const left = new Set(omissions.map(({ entity }) => entity));
  const filled = all.flatMap((leaf): readonly LeafSecret[] => {
    const files = left.has(leaf.entity.id) ? undefined : filesOf(leaf.entity);
    return files === undefined ? [] : [{ leaf, files }];
  });
  const trust = trustFiles(inventory, filled);
  const readme = plainFile(
    'README.md',
    readmeLines(filled, omissions, { sealed, hasTrust: trust.length > 0 }),
  );
  return {
    omissions,
    files: [readme, ...(sealed ? [] : [IGNORED, ...filled.map(openFile)]), ...trust],
    secrets: sealed ? filled.map(fileToSeal) : [],
  };
}

/** Keys are for no repository. */
const IGNORED = plainFile('.gitignore', ['/secrets/']);

function openFile({ leaf, files }: LeafSecret): ExportFile {
  const text = secretText(leaf, files, { mark: false });
  return { path: `secrets/${leaf.slug}.yaml`, mode: 0o600, text };
}

function fileToSeal({ leaf, files }: LeafSecret): SecretFile {
  const text = secretText(leaf, files, { mark: true });
  return { path: `secrets/${leaf.slug}.sops.yaml`, text };
}

/** One in each namespace that a Secret is in, by path; those without a namespace go wherever they are applied. */
function trustFiles(inventory: Inventory, filled: readonly LeafSecret[]): readonly ExportFile[] {
  const setOf = trustSetOf(inventory);
  const made = new Map<string, ExportFile>();
  for (const { leaf, files } of filled) {
    const set = setOf(leaf.entity.trust);
    const { namespace } = metadataOf(leaf.entity, 'secret');
    const path = `trust/${namespace === undefined ? '' : `${namespace}/`}${set.name}.yaml`;
    if (set.roots.length > 0 && !made.has(path))
      made.set(path, { path, mode: 0o644, text: trustText(set, namespace, files.ca) });
  }
  return [...made.values()];
}
