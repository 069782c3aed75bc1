/** The completion for bash, from 3.2 on, without the package bash-completion. */
import { type Completed, type CompletedCommand, PROGRAMS } from './completion.ts';

/** To be sourced: `source <(pki completion bash)`. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# bash completion for pki; in ~/.bashrc: source <(pki completion bash)
_pki() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= words= paths= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in -*) ;; *) command=\${COMP_WORDS[i]}; break ;; esac
  done
  case $command:$previous in
${commands.flatMap(valueCases).join('\n')}
    *)
      case $command in
        '') words='${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}' ;;
${commands.map(commandCase).join('\n')}
      esac
      [[ $current == -* ]] || words=\${words//--*/} ;;
  esac
  # Where paths are wanted readline completes them itself, with its own quoting, because there is no other match.
  [[ -n $paths ]] || compopt +o default +o bashdefault 2>/dev/null
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _pki ${PROGRAMS.join(' ')}
`;
}

/** After an option that takes a value. */
function valueCases({ name, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ long, short, value }) => {
    if (value === null) return [];
    const patterns = [long, ...(short === null ? [] : [short])].map((flag) => `${name}:${flag}`);
    return [`    ${patterns.join(' | ')}) ${assignments(value, '')} ;;`];
  });
}

/** Options come last, so that they can be cut off where no option is begun. */
function commandCase({ name, argument, options }: CompletedCommand): string {
  const flags = [...options.map(({ long }) => long), '--help'].join(' ');
  return `        ${name}) ${assignments(argument ?? 'free', flags)} ;;`;
}

function assignments(value: Completed, flags: string): string {
  const isPath = value === 'file' || value === 'folder';
  const words = typeof value === 'string' ? '' : value.join(' ');
  return `words='${[words, flags].filter((one) => one !== '').join(' ')}'${isPath ? ' paths=yes' : ''}`;
}
