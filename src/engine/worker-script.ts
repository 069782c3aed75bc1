/** What a worker's shell runs, and how it is asked. */
import { FLOOD } from './limits.ts';

/** What `ulimit -f` counts in (POSIX.1-2017, ulimit); some shells count in twice as much. */
const BLOCK = 512;

/**
 * Limits what files can grow to, of those that a lower limit does not keep smaller: the log, and what the program itself
 * writes. Given the program and the stem of the worker's files, reads of every call how many arguments it has, whether they
 * follow the last ones, which of its files are the call's, whether there is input, and then the arguments, a line
 * each; answers with the exit code. An empty line stands for what the last call had there: shells read a line in as many
 * system calls as it has octets.
 */
export const SCRIPT = `[ "$(ulimit -f)" -le ${FLOOD / BLOCK} ] || ulimit -f ${FLOOD / BLOCK}
openssl=$1
stem=$2
set --
while read -r count after turn input; do
  if [ "$after" = nothing ]; then
    set --
    while [ "$#" -lt "$count" ]; do set -- "$@" ''; done
  fi
  while [ "$count" -gt 0 ]; do
    IFS= read -r argument
    set -- "$@" "\${argument:-$1}"
    shift
    count=$((count - 1))
  done
  if [ "$input" = file ]; then input=$stem.in-$turn; else input=/dev/null; fi
  { "$openssl" "$@" <"$input"; } >>"$stem.log-$turn" 2>&1
  echo "$?"
done`;

/** A call as it is sent to a worker. */
export interface Asked {
  readonly args: readonly string[];
  /** The arguments of the call before. */
  readonly last: readonly string[];
  /** Which of its files. */
  readonly turn: number;
  readonly hasInput: boolean;
}

/** What SCRIPT reads of a call. */
export function question({ args, last, turn, hasInput }: Asked): string {
  if (args.some((arg) => arg.includes('\n'))) throw new Error('Internal error: an argument of two lines');
  // An empty argument is also an empty line.
  const follows = args.length === last.length && args.every((arg, i) => arg !== '' || last[i] === '');
  const lines = follows ? args.map((arg, i) => (arg === last[i] ? '' : arg)) : args;
  const how = `${args.length} ${follows ? 'last' : 'nothing'} ${turn} ${hasInput ? 'file' : 'none'}`;
  return [how, ...lines, ''].join('\n');
}
