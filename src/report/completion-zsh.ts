/** The completion for zsh, by its own _arguments and _describe. */
import {
  type Completed,
  type CompletedCommand,
  type CompletedOption,
  PROGRAMS,
  quoted,
} from './completion.ts';

/** To be sourced after compinit, or to be a file `_pki` in a folder of `fpath`. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef ${PROGRAMS.join(' ')}
# zsh completion for pki; in ~/.zshrc, behind compinit: source <(pki completion zsh)
_pki() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.map(({ name, says }) => `    ${quoted(`${name}:${says.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _arguments -C '(- *)'{-h,--help}'[print help]' '(- *)'{-V,--version}'[print the version]' \\
    '1:command:->command' '*::argument:->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _pki ]; then _pki "$@"; else compdef _pki ${PROGRAMS.join(' ')}; fi
`;
}

function commandCase({ name, argument, options }: CompletedCommand): string {
  const rest = argument === null ? [] : [quoted(`*:argument:${action(argument)}`)];
  const specs = [...options.map(optionSpec), "'(- *)'{-h,--help}'[print help]'", ...rest];
  return `        ${name}) _arguments ${specs.join(' ')} ;;`;
}

function optionSpec({ long, short, says, value }: CompletedOption): string {
  const about = quoted(
    `[${says.replaceAll(/[[\]:\\]/g, '\\$&')}]${value === null ? '' : `:value:${action(value)}`}`,
  );
  return short === null ? `${long}${about}` : `'(${short} ${long})'{${short},${long}}${about}`;
}

function action(value: Completed): string {
  if (value === 'file') return '_files';
  if (value === 'folder') return '_files -/';
  return value === 'free' ? ' ' : `(${value.join(' ')})`;
}
