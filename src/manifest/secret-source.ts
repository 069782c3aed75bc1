/** `env:NAME`, `file:PATH`, `command:[…]` and `prompt`: where a password comes from. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import { argv, parseArgv } from './argv.ts';
import { NAME_PATTERN } from './folder.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

const HINT =
  'write "env:NAME" for a variable of the environment, "file:PATH" for a file below the folder of the manifest, "{ command: [pass, show, NAME] }" for what a command prints, or "prompt" for what is typed';

/** Keys of the map by which a source may be written. */
export const SOURCE_KEYS: readonly string[] = ['command'];

const text = z
  .string(wanted('a source of a password such as "env:P12_PASSWORD"', HINT))
  .meta({ pattern: '^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|command:\\[.+\\]|prompt(:.+)?)$' })
  .transform(using(parseSecretSource));

const map = z
  .strictObject(
    { command: argv },
    wanted('a source of a password such as { command: [pass, show, NAME] }', HINT),
  )
  .transform(({ command }): SecretSource => ({ kind: 'command', argv: command }));

/** Where a password comes from, and never the password. */
export const secretSource = z.union([text, map]).meta({
  description:
    'Where the password comes from: env:NAME, file:PATH, prompt, or the line that a command prints.',
});

function parseSecretSource(source: string): Parsed<SecretSource> {
  const [, scheme = source, rest = ''] = /^([a-z]+):(.*)$/s.exec(source) ?? [];
  if (scheme === 'env') return parseName(rest);
  if (scheme === 'file') return parsePath(rest);
  if (scheme === 'command') return parseCommand(rest);
  if (source === 'prompt') return parsed({ kind: 'prompt', label: null });
  if (scheme === 'prompt') return parseLabel(rest);
  // What it is instead may be the password: it is not repeated.
  return {
    ok: false,
    problem: {
      code: 'secret',
      message: 'a password does not stand in a manifest',
      hint: HINT,
      isSecret: true,
    },
  };
}

function parseName(name: string): Parsed<SecretSource> {
  if (/^[A-Za-z_]\w*$/.test(name)) return parsed({ kind: 'env', name });
  return refused('secret', `${quote(name)} is no name of a variable`, 'write letters, digits and "_"');
}

function parseLabel(label: string): Parsed<SecretSource> {
  if (new RegExp(NAME_PATTERN).test(label)) return parsed({ kind: 'prompt', label });
  return refused('secret', `${quote(label)} is no label of a question`, 'write it like the name of an entry');
}

/** `[pass, show, "a b"]` in one text, as it stands outside of `{ }`. */
function parseCommand(list: string): Parsed<SecretSource> {
  const words = wordsIn(list);
  if (words === undefined)
    return refused(
      'secret',
      `${quote(`command:${list}`)} is not a list of words`,
      'write it as a map: { command: [pass, show, NAME] }',
    );
  const command = parseArgv(words);
  return command.ok ? parsed({ kind: 'command', argv: command.value }) : command;
}

/** Words between commas, bare or in double quotes; `undefined` for anything else. */
function wordsIn(list: string): readonly string[] | undefined {
  const WORD = /\s*(?:"((?:[^"\\]|\\["\\])*)"|([^\s"',[\]{}][^"',[\]{}]*?))\s*(,|\]$)/y;
  if (!list.startsWith('[')) return undefined;
  WORD.lastIndex = 1;
  const words: string[] = [];
  for (;;) {
    const match = WORD.exec(list);
    if (match === null) return undefined;
    const [, quoted, bare = '', end] = match;
    words.push(quoted?.replaceAll(/\\(.)/g, '$1') ?? bare);
    if (end !== ',') return words;
  }
}

function parsePath(path: string): Parsed<SecretSource> {
  const why = pathFault(path);
  return why === undefined
    ? parsed({ kind: 'file', path })
    : refused(
        'secret',
        `password file ${quote(path)} ${why}`,
        'name a file below the folder of the manifest',
      );
}

/**
 * Why a path is not that of a file that a manifest can name; `undefined` where it may be. Whether an absolute one is
 * allowed on the command line is for resolve/ to say.
 */
export function pathFault(path: string): string | undefined {
  if (path === '' || path.length > 1024) return 'is no path';
  if (/^[A-Za-z]:/.test(path)) return 'is a path of Windows';
  if (path.split('/').includes('..')) return 'leads out of the folder of the manifest';
  return [...path].some((character) => character < ' ' || character === '\\' || character === '\x7f')
    ? 'has characters that no path should have'
    : undefined;
}
