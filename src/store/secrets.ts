/** Passwords of one run: each is read once, when something asks for it, and kept in memory alone. */
import { resolve } from 'node:path';
import { type AllowedPaths, isAbsolute } from '../pki/allowed-paths.ts';
import type { Inventory } from '../pki/entity.ts';
import { errorCode } from '../pki/errors.ts';
import { type SecretFault, type SecretSource, secretSourceText } from '../pki/secret-source.ts';
import { UserError } from '../words/user-error.ts';
import { namedFile } from './named-file.ts';
import { OpenFile } from './open-file.ts';

/** A password, or why there is none. */
export type Secret =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly fault: SecretFault };

/** No password is longer. */
export const LONGEST_SECRET = 64 * 1024;

/** Of one manifest. */
export class Secrets {
  /** The folder of the manifest, absolute: where its commands run, and below which its files are. */
  readonly folder: string;
  readonly #allowed: AllowedPaths;
  readonly #known = new Map<string, Secret>();

  /**
   * @param root the output folder. `output`: the same as the manifest writes it, from which its folder follows;
   * `allowedPaths`: where files may be outside of that.
   */
  constructor(root: string, { output, allowedPaths = [] }: Pick<Inventory, 'output' | 'allowedPaths'>) {
    this.#allowed = allowedPaths;
    const parts = output.split('/').filter((part) => !['', '.'].includes(part));
    this.folder = resolve(root, ...parts.map(() => '..'));
  }

  /** The secret that an option of the command line names, relative to the working directory: users may name any file. */
  static ofOption(source: SecretSource): Secret {
    const allowedPaths = source.kind === 'file' && isAbsolute(source.path) ? [source.path] : [];
    return new Secrets(process.cwd(), { output: '.', allowedPaths }).read(source);
  }

  /** Never throws, and never says what it has read. Runs nothing and asks nothing: `settle` knows the answers. */
  read(source: SecretSource): Secret {
    const name = secretSourceText(source);
    const known = this.#known.get(name) ?? this.#look(source);
    if (known.ok || known.fault.kind !== 'waits') this.#known.set(name, known);
    return known;
  }

  /** What a command printed, or was typed, for as long as this lasts. */
  settle(source: SecretSource, answer: Secret): Secret {
    const secret = answer.ok ? checkedSecret(answer.value) : answer;
    this.#known.set(secretSourceText(source), secret);
    return secret;
  }

  /** Whether it was looked for, so that it is not read again. */
  isKnown(source: SecretSource): boolean {
    return this.#known.has(secretSourceText(source));
  }

  /** Why there is none, by source, of those that were looked for; what only a run asks for is not among them. */
  faults(): ReadonlyMap<string, SecretFault> {
    const known = [...this.#known];
    return new Map(known.flatMap(([name, secret]) => (secret.ok ? [] : [[name, secret.fault] as const])));
  }

  #look(source: SecretSource): Secret {
    switch (source.kind) {
      case 'env':
        return fromEnvironment(source.name);
      case 'file':
        return fromFile(source.path, this.folder, this.#allowed);
      case 'command':
      case 'prompt':
        return lacking({ kind: 'waits' });
    }
  }
}

function fromEnvironment(name: string): Secret {
  const value = process.env[name];
  return value === undefined ? lacking({ kind: 'unset' }) : checkedSecret(value);
}

function fromFile(path: string, folder: string, allowed: AllowedPaths): Secret {
  try {
    const named = namedFile(path, folder, allowed);
    if (!named.ok) return named;
    using file = new OpenFile(named.real, path);
    return checkedSecret(withoutEnd(file.read(LONGEST_SECRET)));
  } catch (error) {
    if (error instanceof UserError) return lacking({ kind: 'unreadable', code: 'EINVAL' });
    const code = errorCode(error);
    return lacking(code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', code });
  }
}

/** Editors and `echo` end every line. */
export function withoutEnd(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

/** Octets that are no UTF-8 were read as U+FFFD, whichever they were, so that any others would open the file, too. */
function checkedSecret(value: string): Secret {
  if (value === '') return lacking({ kind: 'empty' });
  if (/^\ufeff|[\0\ufffd]/.test(value)) return lacking({ kind: 'encoding' });
  return /[\r\n]/.test(value) ? lacking({ kind: 'lines' }) : { ok: true, value };
}

/** There is none. */
export function lacking(fault: SecretFault): Secret {
  return { ok: false, fault };
}
