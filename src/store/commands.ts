/**
 * `.pki/commands.json`: the commands of manifests that were agreed to in this output folder. A manifest comes out of a
 * repository, and a command in it is code; what is not in this list is not run without another yes.
 */
import { type Argv, argvKey } from '../pki/argv.ts';
import type { KnownCommands } from '../plan/errand.ts';
import type { Folder } from './folder.ts';
import { fieldsOf, jsonIn } from './json.ts';
import { readOwn, replaceOwn } from './own.ts';

const FILE = 'commands.json';
const FORMAT = 1;

/** Thousands of commands. */
const LIMIT = 16 * 1024 * 1024;

/** Whatever is no such list agrees to nothing. @throws UserError where another user may have written it. */
export function readCommands(root: string): KnownCommands {
  return new Set(argvsIn(root).map(argvKey));
}

function argvsIn(root: string): readonly Argv[] {
  const file = readOwn(root, FILE, LIMIT);
  if (file.state !== 'present') return [];
  const { format, commands } = fieldsOf(jsonIn(file.facts.toString('utf8')));
  return format === FORMAT && Array.isArray(commands) ? commands.filter(isArgv) : [];
}

function isArgv(value: unknown): value is Argv {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
}

/** Adds some, and is written before any of them runs. @param root the output folder, @param own `.pki` in it, open. */
export async function rememberCommands(root: string, own: Folder, argvs: readonly Argv[]): Promise<void> {
  const before = argvsIn(root);
  const known = new Set(before.map(argvKey));
  if (argvs.every((argv) => known.has(argvKey(argv)))) return;
  const all = new Map([...before, ...argvs].map((argv) => [argvKey(argv), argv]));
  await replaceOwn(
    own,
    FILE,
    `${JSON.stringify({ format: FORMAT, commands: [...all.values()] }, null, 2)}\n`,
  );
}
