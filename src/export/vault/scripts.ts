/** The scripts of an export to OpenBao or Vault: roles and policies, and the ways by which an authority gets its key there. */
import { shellWord, shellWords } from '../../openssl/shell.ts';
import { filePath } from '../../pki/files.ts';
import type { IssuingAuthority } from '../authority.ts';
import { type ExportFile, type ExportPlace, scriptFile } from '../file.ts';
import { outputLines } from '../sign-script.ts';
import { mountOf } from './mount.ts';

/** Mounts, URLs, roles and policies; a second run changes nothing. */
export function setupScript(authorities: readonly IssuingAuthority[]): ExportFile {
  return scriptFile('setup.sh', [
    '#!/bin/sh',
    '# Makes the mounts, the roles and the policies. It may be run again: what differs from these files is set as it is here.',
    'set -eu',
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
    '. "$here/call.sh"',
    'cd -- "$here"',
    ...authorities.flatMap(setupLines),
  ]);
}

function setupLines(authority: IssuingAuthority): readonly string[] {
  const { slug, leaves } = authority;
  const mount = mountOf(authority);
  return [
    '',
    `has ${shellWord(`sys/mounts/${mount}`)} || ${call('send', `sys/mounts/${mount}`, `mounts/${slug}.json`)}`,
    call('send', `sys/mounts/${mount}/tune`, `tune/${slug}.json`),
    call('send', `${mount}/config/urls`, `urls/${slug}.json`),
    ...leaves.flatMap((leaf) => [
      call('send', `${mount}/roles/${leaf.slug}`, `roles/${leaf.slug}.json`),
      call('policy', `pki-${leaf.slug}`, `policies/${leaf.slug}.json`),
    ]),
  ];
}

function call(...words: readonly string[]): string {
  return shellWords(words);
}

/** The key of an authority: made there (`request`, then `install`), or brought there (`import`). */
export function authorityScript(authorities: readonly IssuingAuthority[], place: ExportPlace): ExportFile {
  return scriptFile('authority.sh', [
    '#!/bin/sh',
    '# The key of an authority, in one of two ways:',
    '#   authority.sh request NAME REQUEST      makes it there, where it stays, and writes a request for it,',
    '#   authority.sh install NAME CERTIFICATE  and gives it the certificate that sign-NAME.sh made of the request;',
    '#   authority.sh import NAME               brings the key that is in the output folder.',
    'set -eu',
    'usage() {',
    `  echo "usage: $0 request NAME REQUEST | install NAME CERTIFICATE | import NAME" >&2`,
    '  exit 64',
    '}',
    '[ $# -ge 2 ] || usage',
    ...outputLines(place),
    'case $2 in',
    ...authorities.flatMap(caseLines),
    '  *) usage ;;',
    'esac',
    '. "$here/call.sh"',
    'above >"$work/above.pem"',
    '# A file as a string of JSON: PEM has no character that would need more than this.',
    `pem() { cat -- "$@" | awk 'NF { sub(/\\r$/, ""); printf "%s\\\\n", $0 }'; }`,
    '# What a leaf asks for may end after its issuer: it ends with it then.',
    `printf '{"leaf_not_after_behavior":"truncate"}' >"$work/issuer.json"`,
    'case $1 in',
    '  request)',
    '    [ $# -eq 3 ] || usage',
    '    [ "$kind" = intermediate ] || { echo "$0: $2 is a root, which no authority signs: import it" >&2; exit 1; }',
    '    csr=$(field "$mount/intermediate/generate/internal" "$here/keys/$2.json" csr)',
    `    (umask 022 && printf '%s\\n' "$csr" >"$3")`,
    '    ;;',
    '  install)',
    '    [ $# -eq 3 ] || usage',
    `    printf '{"certificate":"%s"}' "$(pem "$3" "$work/above.pem")" >"$work/certificate.json"`,
    '    send "$mount/intermediate/set-signed" "$work/certificate.json"',
    '    send "$mount/issuer/default" "$work/issuer.json"',
    '    ;;',
    '  import)',
    '    [ $# -eq 2 ] || usage',
    `    printf '{"pem_bundle":"%s"}' "$(pem "$key" "$cert" "$work/above.pem")" >"$work/bundle.json"`,
    '    send "$mount/issuers/import/bundle" "$work/bundle.json"',
    '    send "$mount/issuer/default" "$work/issuer.json"',
    '    ;;',
    '  *) usage ;;',
    'esac',
  ]);
}

function caseLines(authority: IssuingAuthority): readonly string[] {
  const { entity, slug, above } = authority;
  const path = (name: 'key' | 'cert', of = entity): string => `"$files"/${shellWord(filePath(of, name))}`;
  return [
    `  ${slug})`,
    `    kind=${above.length === 0 ? 'root' : 'intermediate'} mount=${mountOf(authority)}`,
    `    cert=${path('cert')} key=${path('key')}`,
    `    above() { cat ${['/dev/null', ...above.map((of) => `"$files"/${shellWord(filePath(of, 'cert'))}`)].join(' ')}; }`,
    '    ;;',
  ];
}
