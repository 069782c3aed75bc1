/** The script's first lines: which openssl it runs, in which environment, and that it can be used. */
import { SCRATCH_FOLDER } from '../pki/paths.ts';
import { ENVIRONMENT } from './command.ts';
import { shellWord } from './shell.ts';

/** What a script asks of openssl. */
export interface ProgramOptions {
  readonly oldest?: Oldest;
  /** It has keys of tokens by pkcs11-provider, which is loaded by a configuration. */
  readonly byProvider?: boolean;
}

/** The oldest that will do: with keys of ML-DSA, that is another. */
type Oldest = '3.0' | '3.5';

const PATTERNS: Readonly<Record<Oldest, string>> = {
  '3.0': "'OpenSSL '[3-9].[0-9]* | 'OpenSSL '[1-9][0-9]*.[0-9]*",
  '3.5':
    "'OpenSSL '3.[5-9]* | 'OpenSSL '3.[1-9][0-9]* | 'OpenSSL '[4-9].[0-9]* | 'OpenSSL '[1-9][0-9]*.[0-9]*",
};

/** Where a script has the configuration that loads pkcs11-provider, below the output folder. */
export const TOKEN_CONFIG = `${SCRATCH_FOLDER}/token.cnf`;

/** Calls with keys of tokens alone load it. Its module is named as for the engine, where nothing names another. */
const BY_PROVIDER = `: "\${PKCS11_PROVIDER_MODULE:=\${PKCS11_MODULE_PATH-}}"
[ -z "$PKCS11_PROVIDER_MODULE" ] || export PKCS11_PROVIDER_MODULE
openssl() {
  case " $* " in
    *' pkcs11:'*) OPENSSL_CONF=$PWD/${TOKEN_CONFIG} command "$program" "$@" ;;
    *) command "$program" "$@" ;;
  esac
}`;

/**
 * Shell lines after which `openssl` is that program, made absolute, because the script changes its folder. They end the
 * script before it has written anything where capabilities.ts would not accept the program.
 */
export function programLines(
  program: string,
  { oldest = '3.0', byProvider = false }: ProgramOptions = {},
): string {
  const environment = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  return `set -eu
export ${environment.join(' ')}
# It would be searched by cd.
unset CDPATH
program=\${PKI_OPENSSL:-${shellWord(program)}}
path=$(command -v "$program") && program=$path
case $program in /*) ;; */*) program=$PWD/$program ;; esac
${byProvider ? BY_PROVIDER : 'openssl() { command "$program" "$@"; }'}
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
