/**
 * A script that signs, with openssl alone, the request of an authority whose key is elsewhere: it runs where the key of its
 * issuer is, which may be a machine without a network. Of the request only the public key counts.
 */

import { PSS } from '../openssl/request.ts';
import { shellPath, shellWord, shellWords, WORK_FOLDER } from '../openssl/shell.ts';
import { signConfig } from '../openssl/sign.ts';
import type { Authority, Entity } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { keySpecText } from '../pki/key-spec.ts';
import type { Subject } from '../pki/subject.ts';
import { AN_ISSUER, wantedCertificate } from '../plan/wanted.ts';
import { signingBy } from '../x509/signature-write.ts';
import { type ExportFile, type ExportPlace, scriptFile } from './file.ts';

/** @param path of the script. */
export function signScript(path: string, entity: Authority, issuer: Entity, place: ExportPlace): ExportFile {
  const signing = signingBy(keySpecText(issuer.key), entity.signing);
  const config = signConfig(wantedCertificate(entity, AN_ISSUER, null), signing, { database: '.' });
  return scriptFile(path, [
    '#!/bin/sh',
    `# Signs a request for ${entity.id} with the key of ${issuer.id}.`,
    '# Subject, extensions and dates are those of the manifest; of the request it takes the public key. It needs openssl',
    "# and the issuer's folder, and no network.",
    'set -eu',
    `[ $# -eq 2 ] || { echo "usage: $0 REQUEST CERTIFICATE" >&2; exit 64; }`,
    ...outputLines(place),
    `cert=$files/${shellWord(filePath(issuer, 'cert'))}`,
    `key=$files/${shellWord(filePath(issuer, 'key'))}`,
    `openssl=\${PKI_OPENSSL:-openssl}`,
    'export OPENSSL_CONF=/dev/null LC_ALL=C TZ=UTC',
    ...WORK_FOLDER,
    'cat -- "$1" >"$work/request.pem"',
    ': >"$work/index.txt"',
    `cat >"$work/config" <<'END OF CONFIGURATION'`,
    config.trimEnd(),
    'END OF CONFIGURATION',
    '# GNU and BusyBox take "@", BSD takes -r.',
    'time() { date -u -d "@$1" +%Y%m%d%H%M%SZ 2>/dev/null || date -u -r "$1" +%Y%m%d%H%M%SZ; }',
    `begin=$(($(date +%s) - ${entity.backdate}))`,
    `end=$(time $((begin + ${entity.validity - 1})))`,
    '# Nothing outlives its issuer.',
    'last=$("$openssl" x509 -in "$cert" -noout -enddate -dateopt iso_8601 | sed "s/^notAfter=//; s/[^0-9Z]//g")',
    `end=$(printf '%s\\n' "$end" "$last" | sort | head -n 1)`,
    'cd -- "$work"',
    `"$openssl" ca -batch -notext -preserveDN -config config -cert "$cert" -keyfile "$key" -utf8 \\`,
    `  -startdate "$(time "$begin")" -enddate "$end" -subj ${shellWord(subjectArgument(entity.subject))} \\`,
    `  ${shellWords([...(signing.isPss ? PSS : []), '-in', 'request.pem', '-out', 'certificate.pem'])}`,
    '# openssl may end with 0 and nothing made.',
    '[ -s certificate.pem ] || { echo "$0: openssl made no certificate" >&2; exit 1; }',
    'cd -- "$OLDPWD"',
    'umask 022',
    'cat -- "$work/certificate.pem" >"$2"',
  ]);
}

/** Sets `here`, the folder of the script, and `files`, the output folder of the manifest. */
export function outputLines({ output }: ExportPlace): readonly string[] {
  return [
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
    '# The output folder of the manifest; PKI_OUTPUT names another.',
    `files=$here/${shellPath(output)}`,
    `files=\${PKI_OUTPUT:-$files}`,
    'case $files in /*) ;; *) files=$PWD/$files ;; esac',
  ];
}

/** As `-subj` reads it (openssl-ca(1)): `/C=SE/O=a\/b/CN=x+OU=y`. */
function subjectArgument(subject: Subject): string {
  return subject
    .map(({ type, value, joined }) => `${joined ? '+' : '/'}${type}=${value.replace(/[\\/+=]/g, '\\$&')}`)
    .join('');
}
