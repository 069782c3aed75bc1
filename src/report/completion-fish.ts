/** The completion for fish, from 3.0 on. */
import { type Completed, type CompletedCommand, type CompletedOption, PROGRAMS } from './completion.ts';

/** To be sourced, or to be `~/.config/fish/completions/pki.fish`. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const [program, ...others] = PROGRAMS;
  return [
    '# fish completion for pki; in ~/.config/fish/config.fish: pki completion fish | source',
    `complete -c ${program} -e`,
    `complete -c ${program} -f`,
    `complete -c ${program} -n __fish_use_subcommand -s V -l version -d 'print the version'`,
    `complete -c ${program} -s h -l help -d 'print help'`,
    ...commands.flatMap((command) => commandLines(command, `complete -c ${program}`)),
    ...others.map((other) => `complete -c ${other} -e\ncomplete -c ${other} -w ${program}`),
    '',
  ].join('\n');
}

function commandLines(
  { name, says, argument, options }: CompletedCommand,
  complete: string,
): readonly string[] {
  const seen = `${complete} -n '__fish_seen_subcommand_from ${name}'`;
  return [
    `${complete} -n __fish_use_subcommand -a ${name} -d ${quoted(says)}`,
    ...(argument === null || argument === 'free' ? [] : [`${seen} ${valueWords(argument)}`]),
    ...options.map((option) => `${seen} ${optionWords(option)}`),
  ];
}

function optionWords({ long, short, says, value }: CompletedOption): string {
  const flags = [...(short === null ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`];
  const taken = value === null ? [] : [`-r ${valueWords(value)}`];
  return [...flags, ...taken, `-d ${quoted(says)}`].join(' ');
}

function valueWords(value: Completed): string {
  if (value === 'file') return '-F';
  if (value === 'folder') return "-a '(__fish_complete_directories)'";
  return value === 'free' ? '-f' : `-f -a ${quoted(value.join(' '))}`;
}

/** In fish's single quotes a backslash may escape a quote or itself. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
