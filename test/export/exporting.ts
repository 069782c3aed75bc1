/** An export that is looked at without its engine: files as a map, and programs that record how they are called. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Exported } from '../../src/export/file.ts';

/** Path → text. */
export function textsOf({ files }: Exported): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]));
}

/** Writes an export without any care. */
export function lay(folder: string, { files }: Exported): void {
  for (const { path, mode, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  }
}

/**
 * A program that does nothing but record its arguments, each with a NUL behind it, and a line break behind the last.
 * @param then what it does besides, in sh.
 */
export function recorder(
  folder: string,
  name: string,
  then = '',
): { readonly path: string; calls(): string[][] } {
  const [path, log] = [join(folder, name), join(folder, `${name}.log`)];
  writeFileSync(log, '');
  writeFileSync(path, `#!/bin/sh\n{ printf '%s\\0' "$@"; printf '\\n'; } >>'${log}'\n${then}\n`, {
    mode: 0o755,
  });
  return {
    path,
    calls: () =>
      readFileSync(log, 'utf8')
        .split('\0\n')
        .slice(0, -1)
        .map((line) => line.split('\0')),
  };
}
