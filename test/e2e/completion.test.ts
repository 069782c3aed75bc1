// The completions, asked of the shells that they are for.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/table.ts';
import { CLI, type Run, runPki, runProgram } from '../helpers/cli.ts';
import { someOf } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { has, put } from './project.ts';

const NAMES = [...COMMANDS.map(({ name }) => name), 'help'].sort();
const long = (name: string): readonly string[] =>
  [
    ...(COMMANDS.find((one) => one.name === name)?.options ?? []).flatMap((option) => option.long ?? []),
    '--help',
  ].sort();

/** A folder with something in it whose name needs quotes, and a script that gives `complete LINE` candidates. */
function setting(): string {
  const folder = temporaryFolder();
  put(join(folder, 'my pki.yaml'), '');
  put(join(folder, 'my.txt'), '');
  mkdirSync(join(folder, 'my folder'));
  return folder;
}

/** `complete` in bash: what readline does, and what it does not tell a function apart from. */
const BASH = `
source <("$NODE" "$CLI" completion bash)
words=("$@")
COMP_WORDS=("\${words[@]}") COMP_CWORD=$((\${#words[@]} - 1)) COMP_LINE="$*"
_pki "\${words[0]}" "\${words[COMP_CWORD]}"
printf '%s\\n' "\${COMPREPLY[@]}"
complete -p "\${words[0]}" >&2
`;

/** The same in a zsh that has a terminal of its own: its completion works nowhere else. After a recipe of zsh-users. */
const ZSH = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT=
autoload -Uz compinit; compinit -u -D
source <("$NODE" "$CLI" completion zsh)
bindkey "^I" complete-word
null-line () { echo -E - $'"'"'\\0'"'"' }
compprefuncs=( null-line )
comppostfuncs=( null-line exit )
zstyle ":completion:*" list-grouped false
compadd () {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  typeset -a hits
  builtin compadd -A hits "$@"
  [[ -n $hits ]] && print -rl -- $hits
  builtin compadd "$@"
}
echo ready'
zpty -r z out '*ready'$'\\r'$'\\n'
zpty -w -n z "$*"$'\\t'
integer markers=0
while zpty -r z; do :; done | while IFS= read -r line; do
  if [[ $line == *$'\\0'* ]]; then (( markers++ )) && return; continue; fi
  (( markers )) && print -r -- \${line%$'\\r'}
done
return
`;

/** `complete -C` prints what fish would offer, with its description behind a tab. */
const FISH = `
"$NODE" "$CLI" completion fish | source
complete -C "$argv[1]"
`;

type Complete = (...words: readonly string[]) => Promise<readonly string[]>;

const SHELLS: Readonly<Record<string, (cwd: string, words: readonly string[]) => Promise<Run>>> = {
  bash: (cwd, words) => run('bash', cwd, ['--norc', '-c', BASH, 'bash', ...words]),
  zsh: (cwd, words) => run('zsh', cwd, ['-f', '-c', ZSH, 'zsh', words.join(' ')]),
  fish: (cwd, words) => run('fish', cwd, ['--no-config', '-c', FISH, words.join(' ')]),
};

function run(shell: string, cwd: string, args: readonly string[]): Promise<Run> {
  const env = {
    NODE: process.execPath,
    CLI,
    HOME: cwd,
    XDG_CONFIG_HOME: cwd,
    XDG_DATA_HOME: cwd,
    TERM: 'dumb',
  };
  return runProgram(shell, args, { cwd, env });
}

/** The candidates alone, sorted. */
function completeIn(shell: string, cwd: string): Complete {
  return async (...words) => {
    const { stdout } = (await SHELLS[shell]?.(cwd, words)) ?? { stdout: '' };
    const lines = stdout.split('\n').map((line) => (line.split('\t')[0] ?? '').trim());
    return [...new Set(lines.filter((line) => line !== ''))].sort();
  };
}

it.each(Object.keys(SHELLS))(
  'the script for %s is the same at every call, and nothing else',
  async (shell) => {
    const [one, two] = [await runPki(['completion', shell]), await runPki(['completion', shell])];
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(one).toEqual(two);
  },
);

it('another shell is named with those that there are', async () => {
  expect(await runPki(['completion', 'csh'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'pki: error: "csh" is no shell\npki: hint: write "bash", "zsh" or "fish"\n',
  });
});

describe.each(Object.keys(SHELLS))('%s', (shell) => {
  const title = has(shell) ? '' : ` (skipped: ${shell} not installed)`;
  const test = has(shell) ? it : it.skip;
  const complete = completeIn(shell, setting());

  test(`has no fault to find with the script${title}`, async () => {
    const folder = temporaryFolder();
    put(join(folder, 'script'), (await runPki(['completion', shell])).stdout);
    const checked = await runProgram(shell, ['-n', join(folder, 'script')]);
    expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test(`completes every command, also of pki-apply${title}`, async () => {
    for (const program of ['pki', 'pki-apply'])
      expect((await complete(program, '')).filter((one) => !one.startsWith('-'))).toEqual(NAMES);
    expect(await complete('pki', 'ver')).toEqual(['verify']);
  });

  test.each(someOf(COMMANDS.map(({ name }) => name)))(`completes the options of %s${title}`, async (name) => {
    const found = (await complete('pki', name, '--')).filter((one) => one.startsWith('--'));
    expect([...new Set([...found, '--help'])].sort()).toEqual(long(name));
  });

  test(`completes words behind an option that takes one of some${title}`, async () => {
    expect(await complete('pki', 'apply', '--engine', '')).toEqual(['auto', 'node', 'openssl']);
    expect(await complete('pki', 'apply', '--skip-verify', '--verify', 'a')).toEqual(['all']);
    expect(await complete('pki', 'rotate', 'api', '--allow', 're')).toEqual(['rekey-ca', 'remove', 'revoke']);
    expect(await complete('pki', 'completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(await complete('pki', 'help', 'rec')).toEqual(['recover']);
  });

  // readline completes paths by itself, where the function has found nothing (complete -o default).
  (shell === 'bash' ? it.skip : test)(`completes manifests and folders${title}`, async () => {
    const plain = (words: readonly string[]) =>
      words.map((word) => word.replaceAll('\\', '').replace(/\/$/, '')).sort();
    expect(plain(await complete('pki', 'plan', 'my'))).toEqual(['my folder', 'my pki.yaml', 'my.txt']);
    expect(plain(await complete('pki', 'rotate', 'api', '-m', 'my'))).toEqual([
      'my folder',
      'my pki.yaml',
      'my.txt',
    ]);
    expect(plain(await complete('pki', 'adopt', 'my'))).toEqual(['my folder']);
  });

  test(`guesses nothing where a name or a time is wanted${title}`, async () => {
    expect(await complete('pki', 'rotate', 'my')).toEqual([]);
    expect(await complete('pki', 'plan', '--now', 'my')).toEqual([]);
  });
});

it('in bash, paths are left to readline where they are wanted, and only there', async () => {
  const cwd = setting();
  // `compopt` works inside a completion only: here it writes down what it is called with.
  const traced = BASH.replace('words=("$@")', 'compopt() { echo "no paths"; }\nwords=("$@")');
  const paths = async (...words: readonly string[]) =>
    (await run('bash', cwd, ['--norc', '-c', traced, 'bash', ...words])).stdout.trim();
  expect(await paths('pki', 'plan', 'my')).toBe('');
  expect(await paths('pki', 'rotate', 'a', '-m', 'my')).toBe('');
  expect(await paths('pki', 'adopt', 'my')).toBe('');
  expect(await paths('pki', 'rotate', 'my')).toBe('no paths');
  expect(await paths('pki', 'plan', '--now', 'my')).toBe('no paths');
});

it('in bash, readline is asked for the paths: it quotes them as they need', async () => {
  const { stderr } = await run('bash', setting(), ['--norc', '-c', BASH, 'bash', 'pki-apply', 'pl']);
  expect(stderr).toBe('complete -o bashdefault -o default -F _pki pki-apply\n');
});
