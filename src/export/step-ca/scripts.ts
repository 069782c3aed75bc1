/** The scripts of an export to step-ca: what it runs with, and a request of a leaf. They need openssl, and curl for requests. */
import { shellWord, WORK_FOLDER } from '../../openssl/shell.ts';
import { filePath } from '../../pki/files.ts';
import type { IssuingAuthority } from '../authority.ts';
import { type ExportFile, type ExportPlace, scriptFile } from '../file.ts';
import { namesOf } from '../go.ts';
import type { LeafPolicy } from '../leaf.ts';
import { hasKeyFile } from '../leaf-omission.ts';
import { outputLines } from '../sign-script.ts';
import type { Provisioner } from './provisioner.ts';

/** An authority with its provisioners. */
export interface Engine {
  readonly authority: IssuingAuthority;
  readonly provisioners: readonly Provisioner[];
}

/** Base64 of URLs without padding (RFC 7515 §2), of standard input. */
const BASE64URL = `b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }`;

/** Coordinates and name of the P-256 key in a file that a variable names: `x`, `y` and `kid`. */
function jwkLines(variable: string): readonly string[] {
  return [
    `point() { openssl pkey -in "$${variable}" -pubout -outform DER | tail -c 64; }`,
    'x=$(point | head -c 32 | b64) y=$(point | tail -c 32 | b64)',
    '# Its thumbprint (RFC 7638).',
    `kid=$(printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$x" "$y" | openssl dgst -sha256 -binary | b64)`,
  ];
}

/** A folder in which step-ca runs: certificates, the authority's key, and a key for each provisioner. */
export function setupScript(engines: readonly Engine[], place: ExportPlace): ExportFile {
  return scriptFile('setup.sh', [
    '#!/bin/sh',
    '# Makes run/NAME, the folder in which step-ca runs as an authority. Keys of provisioners stay if they are there; who has',
    '# one may have the certificates of that section. It may be run again, also after a change of the manifest.',
    'set -eu',
    `[ $# -ge 1 ] && [ $# -le 2 ] || { echo "usage: $0 NAME [HOST:PORT]" >&2; exit 64; }`,
    ...outputLines(place),
    `address=\${2:-localhost:9000}`,
    `case $address in *[!A-Za-z0-9.:-]* | *:*:*) echo "$0: HOST:PORT is a name or an IPv4 address, and a number" >&2; exit 64 ;; esac`,
    'case $1 in',
    ...engines.flatMap(setupCase),
    `  *) echo "$0: there is no authority \\"$1\\"" >&2; exit 64 ;;`,
    'esac',
    'run=$here/run/$1',
    'umask 077',
    'mkdir -p -- "$run"',
    'cat -- "$root" >"$run/root.pem"',
    'above >"$run/authority.pem"',
    '[ -z "$key" ] || cat -- "$key" >"$run/authority.key"',
    BASE64URL,
    `set -- "$1" -e "s/@ADDRESS@/$address/" -e "s/@HOST@/\${address%:*}/"`,
    'for name in $provisioners; do',
    '  file=$run/$name.key',
    '  [ -s "$file" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$file"',
    ...jwkLines('file').map((line) => `  ${line}`),
    '  set -- "$@" -e "s/@$name.x@/$x/" -e "s/@$name.y@/$y/" -e "s/@$name.kid@/$kid/"',
    'done',
    'from=$here/$1',
    'shift',
    'sed "$@" "$from/ca.json" >"$run/ca.json"',
    `printf '%s\\n' "$address" >"$run/address"`,
    'rm -rf -- "$run/templates"',
    'cp -R -- "$from/templates" "$run/templates"',
    '[ -s "$run/authority.key" ] || {',
    '  echo "$0: the key of this authority is not in the output folder: bring it to $run/authority.key" >&2',
    '  exit 1',
    '}',
  ]);
}

function setupCase({ authority, provisioners }: Engine): readonly string[] {
  const { entity, slug, above } = authority;
  const place = (of: IssuingAuthority['above'][number], file: 'cert' | 'key'): string =>
    `"$files"/${shellWord(filePath(of, file))}`;
  const root = above.at(-1) ?? entity;
  const chain = [entity, ...above.slice(0, -1)].map((of) => place(of, 'cert'));
  return [
    `  ${slug})`,
    `    root=${place(root, 'cert')} key=${hasKeyFile(entity) ? place(entity, 'key') : ''}`,
    `    above() { cat -- ${chain.join(' ')}; }`,
    `    provisioners=${shellWord(provisioners.map(({ name }) => name).join(' '))}`,
    '    ;;',
  ];
}

/** Starts step-ca in such a folder. */
export function runScript(): ExportFile {
  return scriptFile('run.sh', [
    '#!/bin/sh',
    '# Runs step-ca as the authority NAME; PKI_STEP_CA names the program.',
    'set -eu',
    '[ $# -ge 1 ] || { echo "usage: $0 NAME [ARGUMENT...]" >&2; exit 64; }',
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
    'cd -- "$here/run/$1"',
    'shift',
    'export STEPPATH="$PWD"',
    `exec "\${PKI_STEP_CA:-step-ca}" ca.json "$@"`,
  ]);
}

/** A token for one leaf, and what step-ca gives for it. */
export function requestScript(engines: readonly Engine[]): ExportFile {
  return scriptFile('request.sh', [
    '#!/bin/sh',
    '# Asks step-ca for the certificate of a leaf: its public key comes from a request (PKCS#10), whose names have to be',
    '# those of the leaf; everything else is in the template. PKI_STEP_KEY names the key of the provisioner.',
    'set -eu',
    `[ $# -eq 3 ] || { echo "usage: $0 LEAF REQUEST CERTIFICATE" >&2; exit 64; }`,
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
    'case $1 in',
    ...engines.flatMap(({ authority, provisioners }) =>
      provisioners.flatMap((one) => one.leaves.map((leaf) => requestCase(authority, one, leaf))),
    ),
    `  *) echo "$0: there is no leaf \\"$1\\"" >&2; exit 64 ;;`,
    'esac',
    'run=$here/run/$authority',
    `key=\${PKI_STEP_KEY:-$run/$provisioner.key}`,
    'url=https://$(cat -- "$run/address")/1.0/sign',
    ...WORK_FOLDER,
    BASE64URL,
    'now=$(date +%s)',
    'id=$(openssl rand -hex 16)',
    ...jwkLines('key'),
    `head=$(printf '{"alg":"ES256","typ":"JWT","kid":"%s"}' "$kid" | b64)`,
    '# The names of the leaf are in a file, as JSON, behind a brace that begins what is about this token.',
    `body=$({ printf '{"iss":"%s","aud":"%s","jti":"%s","iat":%s,"nbf":%s,"exp":%s,' "$provisioner" "$url" "$id" "$now" "$((now - 60))" "$((now + 300))"`,
    '  tail -c +2 -- "$here/$authority/tokens/$1.json"; } | tr -d "\\n" | b64)',
    '# A signature as two numbers of 32 octets (RFC 7518 §3.4), and not as DER.',
    `number() { awk '{ text = toupper($0); while (length(text) < 64) text = "0" text; for (i = 1; i < 64; i += 2) { a = index("0123456789ABCDEF", substr(text, i, 1)) - 1; b = index("0123456789ABCDEF", substr(text, i + 1, 1)) - 1; printf "\\\\0%03o", 16 * a + b } }'; }`,
    `octets=$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -sign "$key" | openssl asn1parse -inform DER | sed -n 's/.*INTEGER *://p' | number)`,
    `sign=$(printf '%b' "$octets" | b64)`,
    '# A file as a string of JSON: PEM has no character that would need more than this.',
    `request=$(awk 'NF { sub(/\\r$/, ""); printf "%s\\\\n", $0 }' <"$2")`,
    `printf '{"csr":"%s","ott":"%s.%s.%s"}' "$request" "$head" "$body" "$sign" >"$work/request.json"`,
    'status=$(curl --disable --silent --show-error --cacert "$run/root.pem" --header "Content-Type: application/json" \\',
    `  --data-binary "@$work/request.json" --output "$work/answer.json" --write-out '%{http_code}' "$url")`,
    `[ "$status" = 201 ] || { echo "$0: step-ca answers with $status: $(cat "$work/answer.json")" >&2; exit 1; }`,
    'umask 022',
    '# The leaf first, then what is between it and the root.',
    `sed -n 's/.*"certChain":\\[\\([^]]*\\)\\].*/\\1/p' "$work/answer.json" | tr -d '",' | while IFS= read -r text; do printf '%b' "$text"; done >"$3"`,
    '[ -s "$3" ]',
  ]);
}

function requestCase(
  { slug: authority }: IssuingAuthority,
  { name }: Provisioner,
  { slug }: LeafPolicy,
): string {
  // Slugs and names of sections are words of a shell as they are.
  return `  ${slug}) authority=${authority} provisioner=${name} ;;`;
}

/** What a token says of its leaf; step-ca compares it with the names in the request. */
export function tokenData(leaf: LeafPolicy, subject: string): object {
  const { san } = leaf.entity;
  return {
    sub: subject,
    sans: (['dns', 'ip', 'uri', 'email'] as const).flatMap((kind) => namesOf(san, kind)),
  };
}
