/** `env:NAME` and `file:PATH`: where a password comes from. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

const HINT =
  'write "env:NAME" for a variable of the environment, or "file:PATH" for a file below the folder of the manifest';

/** Where a password comes from, and never the password. */
export const secretSource = z
  .string(wanted('a source of a password such as "env:P12_PASSWORD"', HINT))
  .meta({
    pattern: '^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^/].*)$',
    description: 'Where the password comes from: env:NAME or file:PATH.',
    examples: ['env:P12_PASSWORD', 'file:secrets/p12'],
  })
  .transform(using(parseSecretSource));

function parseSecretSource(text: string): Parsed<SecretSource> {
  const [, scheme, rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (scheme === 'env') return parseName(rest);
  if (scheme === 'file') return parsePath(rest);
  if (scheme === 'command' || text === 'prompt')
    return refused('secret', `this version takes no password from ${quote(scheme ?? text)}`, HINT);
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

function pathFault(path: string): string | undefined {
  if (path === '' || path.length > 1024) return 'is no path';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is an absolute path';
  if (path.split('/').includes('..')) return 'leads out of the folder of the manifest';
  return [...path].some((character) => character < ' ' || character === '\\' || character === '\x7f')
    ? 'has characters that no path should have'
    : undefined;
}
