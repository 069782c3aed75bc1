/** The README of an export to Kubernetes: the commands that follow. */
import { metadataOf } from '../../pki/kubernetes.ts';
import { leftOutLines } from '../left-out.ts';
import type { Omission } from '../omission.ts';
import { secretName } from '../secret-name.ts';
import { TARGETS } from '../target.ts';
import type { LeafSecret } from './leaf-files.ts';

/** What differs between exports. */
export interface TextOptions {
  readonly sealed: boolean;
  readonly hasTrust: boolean;
}

const APPLY = 'apply --server-side --field-manager=pki-apply';

/** Lines of Markdown. */
export function readmeLines(
  filled: readonly LeafSecret[],
  omissions: readonly Omission[],
  options: TextOptions,
): readonly string[] {
  return [
    '# Secrets and ConfigMaps for Kubernetes',
    '',
    ...(options.sealed ? SEALED : OPEN),
    '',
    '```sh',
    ...(options.sealed ? sealedCommands(options) : openCommands(options)),
    'kubectl rollout restart deployment/NAME   # where pods read files only as they start',
    '```',
    '',
    'A Secret (`kubernetes.io/tls`) has the certificate with its chain as `tls.crt`, the key as `tls.key` and the roots that the',
    'entry trusts as `ca.crt`. What pods mount to verify peers is a ConfigMap (`pki-trust-NAME`, key `ca.crt`), the same that an',
    'export to cert-manager makes. Objects without a namespace of their own are made in that of the context.',
    '',
    '| entity | Secret | namespace |',
    '| --- | --- | --- |',
    ...filled.map(({ leaf }) => {
      const { namespace = '' } = metadataOf(leaf.entity, 'secret');
      return `| ${leaf.entity.id} | ${secretName(leaf)} | ${namespace} |`;
    }),
    ...leftOutLines(omissions, TARGETS.kubernetes.engine),
  ];
}

const OPEN = [
  'Written by `pki export kubernetes` from the files in the output folder; run that again after every apply. There are private',
  'keys in `secrets`, readable for its user alone: keep that folder out of repositories (`.gitignore` does), or seal it by',
  '`pki export kubernetes --sops`.',
];

const SEALED = [
  'Written by `pki export kubernetes --sops` from the files in the output folder; run that again after every apply. What is in',
  'a Secret is sealed by SOPS; its annotation `pki-apply/sha256` says what that is, and only where it changes is it sealed again.',
  'Delete a file to have it sealed for other recipients, or use `sops updatekeys`.',
];

function openCommands({ hasTrust }: TextOptions): readonly string[] {
  const files = `--recursive --filename=secrets${hasTrust ? ' --filename=trust' : ''}`;
  return [`kubectl diff --server-side --field-manager=pki-apply ${files}`, `kubectl ${APPLY} ${files}`];
}

/** `sops` takes one file at a time. */
function sealedCommands({ hasTrust }: TextOptions): readonly string[] {
  return [
    `for file in secrets/*.sops.yaml; do sops --decrypt "$file" | kubectl ${APPLY} --filename=-; done`,
    ...(hasTrust ? [`kubectl ${APPLY} --recursive --filename=trust`] : []),
  ];
}
