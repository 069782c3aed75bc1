/**
 * What V8 made of a script, kept beside it for the next run: compiling is a third of what a command does that has nothing
 * to do. It lies where the program lies, so whoever may change it may change the program as well, and only the owner of
 * that folder writes it. `NODE_DISABLE_COMPILE_CACHE=1`, node's own setting for its own cache, turns it off.
 */
import { hash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** Below it, reading a second file costs what compiling does. In characters. */
const SHORTEST = 16_384;
/** SHA-256 of the source and the code: V8 compares no more of a source than its length, and nothing of the code. */
const DIGEST_SIZE = 32;

interface Compiled {
  readonly path: string;
  readonly source: string;
  readonly script: Script;
}

/** The scripts of one run. */
export class CodeCache {
  readonly #inUse = process.env['NODE_DISABLE_COMPILE_CACHE'] !== '1';
  readonly #unkept: Compiled[] = [];

  /** @throws what reading throws, and SyntaxError */
  compile(path: string, wrap: (source: string) => string): Script {
    const source = wrap(readFileSync(path, 'utf8'));
    const cachedData = this.#inUse && source.length >= SHORTEST ? readCode(path, source) : undefined;
    const script = new Script(source, {
      filename: path,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    // Rejected: made by another node, or with other flags.
    if (cachedData === undefined || script.cachedDataRejected) this.#unkept.push({ path, source, script });
    return script;
  }

  /** Writes what was not there; to be called at the end, because V8 compiles a function when it is first called. */
  keep(): void {
    if (!this.#inUse) return;
    for (const compiled of this.#unkept) if (compiled.source.length >= SHORTEST) writeCode(compiled);
  }
}

/** One for each version of node, so that two of them do not undo each other's. */
function codePath(path: string): string {
  return `${path}.${process.version}-${process.arch}.code`;
}

function readCode(path: string, source: string): Buffer | undefined {
  let kept: Buffer;
  try {
    kept = readFileSync(codePath(path));
  } catch {
    // Not there, or closed to this user: then it is compiled, as it was the first time.
    return undefined;
  }
  const code = kept.subarray(DIGEST_SIZE);
  return digestOf(source, code).equals(kept.subarray(0, DIGEST_SIZE)) ? code : undefined;
}

function writeCode({ path, source, script }: Compiled): void {
  const code = script.createCachedData();
  const draft = `${codePath(path)}.draft`;
  try {
    if (statSync(dirname(path)).uid !== process.geteuid?.()) return;
    writeFileSync(draft, Buffer.concat([digestOf(source, code), code]));
    renameSync(draft, codePath(path));
  } catch {
    // A full or read-only disk: the next run compiles again, which is all that it costs.
  }
}

function digestOf(source: string, code: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(source), code]), 'buffer');
}
