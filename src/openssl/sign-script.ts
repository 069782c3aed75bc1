/**
 * `sign.sh`: what a folder of requests asks for, signed by openssl alone, for a machine that has nothing else. It makes the
 * same calls as apply does where the key is here; every value is a shell word or stands in a quoted here-document.
 */
import type { Entity } from '../pki/entity.ts';
import { requestOf } from '../pki/key-place.ts';
import { plainName } from '../pki/paths.ts';
import { visible } from '../pki/printable.ts';
import { hasCriticalPrivate } from '../pki/private-extension.ts';
import { sanText } from '../pki/san.ts';
import { subjectText } from '../pki/subject.ts';
import type { Issuance } from '../plan/change.ts';
import { isoTime } from '../plan/validity.ts';
import { AN_ISSUER, certificateSpec } from '../plan/wanted.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { signingBy } from '../x509/signature-write.ts';
import { PSS } from './request.ts';
import { programLines } from './script-program.ts';
import { shellWords, WORK_FOLDER } from './shell.ts';
import { opensslTime, signConfig } from './sign.ts';
import { IGNORE_CRITICAL } from './verify.ts';

/** One certificate to sign, and by whose key. */
export interface Commission {
  readonly entity: Entity;
  readonly issuance: Issuance;
  readonly issuer: { readonly id: string; readonly facts: CertificateFacts };
}

/** The script's text, to be run as `sh sign.sh KEY`, anywhere. */
export function signScript(commissions: readonly Commission[]): string {
  return [
    '#!/bin/sh',
    '# Signs the requests in this folder with the private key that is named: sh sign.sh KEY',
    `[ $# -eq 1 ] || { echo 'usage: sh sign.sh KEY' >&2; exit 1; }`,
    // Before the folder changes.
    'case $1 in /*) key=$1 ;; *) key=$PWD/$1 ;; esac',
    programLines('openssl'),
    'here=$(cd -- "$(dirname -- "$0")" && pwd)',
    ...WORK_FOLDER,
    'cd -- "$work"',
    'openssl pkey -in "$key" -pubout -out key.pub',
    'signed=0',
    'left=0',
    ...commissions.map(commissionText),
    `[ "$signed" -gt 0 ] || [ "$left" -eq 1 ] || { echo 'pki: error: this is the key of no authority that is asked' >&2; exit 1; }`,
    '',
  ].join('\n\n');
}

/** Before OpenSSL 3.4 nothing signs for a key that is elsewhere, in another name than it asked for, on exact dates. */
function givenText({ entity, issuer }: Commission): string {
  return `# ${entity.id}, by ${issuer.id}
printf '%s\\n' '${entity.id}: the key is with someone else, who asked for another name: only "pki sign" signs that' >&2
left=1`;
}

function commissionText(commission: Commission): string {
  const { entity, issuance, issuer } = commission;
  if (requestOf(entity) !== undefined) return givenText(commission);
  const [name, authority] = [plainName(entity.id), plainName(issuer.id)];
  const signing = signingBy(issuer.facts.keySpec, entity.signing);
  const strict = ['-x509_strict', ...(hasCriticalPrivate(entity) ? IGNORE_CRITICAL : [])].join(' ');
  const config = signConfig(certificateSpec(entity, AN_ISSUER, issuance, null), signing, {
    database: 'database',
  });
  const words = [
    ...['openssl', 'ca', '-batch', '-notext', '-preserveDN', '-config', '-'],
    ...['-startdate', opensslTime(issuance.notBefore), '-enddate', opensslTime(issuance.notAfter)],
    ...(signing.isPss ? PSS : []),
  ];
  // Names of entities are words to a shell as they are.
  const paths = `-keyfile "$key" -cert "$here/${authority}.pem" -in "$here/${name}.csr.pem" -out "$work/cert.pem"`;
  return `# ${entity.id}, by ${issuer.id}
openssl x509 -in "$here/${authority}.pem" -noout -pubkey >asked.pub
if cmp -s key.pub asked.pub; then
cat <<'TEXT'
${shownLines(entity, issuance, issuer.id).join('\n')}
TEXT
openssl req -in "$here/${name}.csr.pem" -noout -verify
printf 'type "yes" to sign it, anything else to skip: '
read -r answer || answer=no
if [ "$answer" = yes ]; then
rm -rf database cert.pem
mkdir database
: >database/index.txt
${shellWords(words)} ${paths} <<'CONFIG'
${config}CONFIG
openssl verify ${strict} -partial_chain -trusted "$here/${authority}.pem" cert.pem
cat cert.pem >"$here/${name}.cert.pem"
signed=$((signed + 1))
else
left=1
fi
fi`;
}

/** Indented, so that none can be the end of the here-document. */
function shownLines(entity: Entity, { notBefore, notAfter }: Issuance, authority: string): readonly string[] {
  const limit = entity.kind === 'authority' ? [`path length: ${entity.pathLength ?? 'no limit'}`] : [];
  const names = entity.san.map(sanText);
  return [
    `${entity.id}, signed by ${authority}`,
    `subject: ${subjectText(entity.subject)}`,
    ...(names.length === 0 ? [] : [`names: ${names.join(', ')}`]),
    ...limit,
    `valid from ${isoTime(notBefore)} to ${isoTime(notAfter)}`,
  ].map((line) => `  ${visible(line)}`);
}
