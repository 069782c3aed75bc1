/** What is applied to a cluster, in its order: keys of authorities and roots from the output folder, then the objects. */
import { shellWord, WORK_FOLDER } from '../../openssl/shell.ts';
import type { Authority } from '../../pki/entity.ts';
import { filePath } from '../../pki/files.ts';
import type { IssuingAuthority } from '../authority.ts';
import { type ExportFile, type ExportPlace, scriptFile } from '../file.ts';
import { outputLines } from '../sign-script.ts';
import { issuerName, rootName } from './issuer.ts';
import type { VaultServer } from './vault-issuer.ts';
import { accountLines } from './vault-script.ts';

/** What it applies. @property vault the engine that issues, instead of the authorities whose keys go into the cluster. */
interface Applied {
  readonly authorities: readonly IssuingAuthority[];
  readonly roots: readonly Authority[];
  readonly hasBundles: boolean;
  readonly place: ExportPlace;
  readonly vault: VaultServer | undefined;
}

/** `apply.sh`; `--dry-run=server` and other flags are handed on to `kubectl apply`. */
export function applyScript({ authorities, roots, hasBundles, place, vault }: Applied): ExportFile {
  return scriptFile('apply.sh', [
    '#!/bin/sh',
    '# Applies everything to the cluster of the current context.',
    ...(vault === undefined ? OF_KEYS : OF_ACCOUNTS),
    '# Arguments are handed on to "kubectl apply": apply.sh --dry-run=server',
    'set -eu',
    ...outputLines(place),
    `kubectl=\${KUBECTL:-kubectl}`,
    `namespace=\${PKI_NAMESPACE:-cert-manager}`,
    ...WORK_FOLDER,
    'apply() { "$kubectl" apply --server-side --field-manager=pki-apply "$@"; }',
    ...(vault === undefined ? AUTHORITY : []),
    '# NAME FILE',
    'root() {',
    '  "$kubectl" create configmap "$1" --namespace "$namespace" --from-file=ca.crt="$2" \\',
    '    --dry-run=client --output=json >"$work/root.json"',
    '}',
    ...(vault === undefined ? [] : accountLines(vault)),
    ...(vault === undefined ? authorities : []).flatMap(({ entity, above }) => {
      const path = (of: typeof entity, file: 'key' | 'cert'): string =>
        `"$files"/${shellWord(filePath(of, file))}`;
      const chain = [entity, ...above].map((of) => `"$files"/${shellWord(filePath(of, 'cert'))}`);
      return [
        `authority ${issuerName(entity)} ${path(entity, 'key')} ${chain.join(' ')}`,
        'apply --filename="$work/secret.json" "$@"',
      ];
    }),
    ...roots.flatMap((root) => [
      `root ${rootName(root)} "$files"/${shellWord(filePath(root, root.outputs.includes('ca') ? 'ca' : 'cert'))}`,
      'apply --filename="$work/root.json" "$@"',
    ]),
    `for folder in issuers certificates${hasBundles ? ' bundles' : ''}; do apply --filename="$here/$folder" "$@"; done`,
  ]);
}

const OF_KEYS = [
  "# Keys of authorities go from the output folder into Secrets of cert-manager's namespace (PKI_NAMESPACE; cert-manager by",
  '# default); they are in no file here, and no argument.',
];

const OF_ACCOUNTS = [
  "# The account by which cert-manager logs in goes into cert-manager's namespace (PKI_NAMESPACE; cert-manager by default).",
];

const AUTHORITY = [
  '# NAME KEY CERTIFICATE…',
  'authority() {',
  '  name=$1 key=$2',
  '  shift 2',
  '  cat -- "$@" >"$work/tls.crt"',
  '  "$kubectl" create secret tls "$name" --namespace "$namespace" --cert="$work/tls.crt" --key="$key" \\',
  '    --dry-run=client --output=json >"$work/secret.json"',
  '}',
];
