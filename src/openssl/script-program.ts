/** The script's first lines: which openssl it runs, in which environment, and that it can be used. */
import { ENVIRONMENT } from './command.ts';
import { shellWord } from './shell.ts';

/** The oldest that will do: with keys of ML-DSA, that is another. */
type Oldest = '3.0' | '3.5';

const PATTERNS: Readonly<Record<Oldest, string>> = {
  '3.0': "'OpenSSL '[3-9].[0-9]* | 'OpenSSL '[1-9][0-9]*.[0-9]*",
  '3.5':
    "'OpenSSL '3.[5-9]* | 'OpenSSL '3.[1-9][0-9]* | 'OpenSSL '[4-9].[0-9]* | 'OpenSSL '[1-9][0-9]*.[0-9]*",
};

/**
 * Shell lines after which `openssl` is that program, made absolute, because the script changes its folder. They end the
 * script before it has written anything where capabilities.ts would not accept the program.
 */
export function programLines(program: string, oldest: Oldest = '3.0'): string {
  const environment = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  return `set -eu
export ${environment.join(' ')}
# It would be searched by cd.
unset CDPATH
program=\${PKI_OPENSSL:-${shellWord(program)}}
path=$(command -v "$program") && program=$path
case $program in /*) ;; */*) program=$PWD/$program ;; esac
openssl() { command "$program" "$@"; }
version=$(openssl version </dev/null) || version=nothing
case $version in
  ${PATTERNS[oldest]}) ;;
  *)
    version=$(printf '%s' "$version" | tr -d '[:cntrl:]')
    printf 'pki: error: "%s" is not OpenSSL ${oldest} or later: it says "%s"\\n' "$program" "$version" >&2
    printf 'pki: hint: name another in PKI_OPENSSL\\n' >&2
    exit 1
    ;;
esac`;
}
