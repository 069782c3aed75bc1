/**
 * What V8 made of a script, kept beside it for the next run: compiling is a third of what a command does that has nothing
 * to do. It lies where the program lies, so whoever may change it may change the program as well, and only the owner of
 * that folder writes it. `NODE_DISABLE_COMPILE_CACHE=1`, node's own setting for its own cache, turns it off.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** Octets of a script below which reading a second file costs what compiling does. */
const SHORTEST = 16_384;
/** SHA-256 of the source and the code: V8 compares no more of a source than its length, and nothing of the code. */
const DIGEST_SIZE = 32;

interface Compiled {
  readonly path: string;
  readonly text: Buffer;
  readonly script: Script;
}

/** The scripts of one run. */
export class CodeCache {
  readonly #inUse = process.env['NODE_DISABLE_COMPILE_CACHE'] !== '1';
  readonly #unkept: Compiled[] = [];

  /** @throws what reading throws, and SyntaxError */
  compile(path: string, wrap: (source: string) => string): Script {
    const text = readFileSync(path);
    const isKept = this.#inUse && text.length >= SHORTEST;
    const cachedData = isKept ? readCode(path, text) : undefined;
    const options = { filename: path, ...(cachedData === undefined ? {} : { cachedData }) };
    const script = new Script(wrap(text.toString('utf8')), options);
    // Rejected: made by another node, or with other flags.
    const isUsed = cachedData !== undefined && script.cachedDataRejected === false;
    if (isKept && !isUsed) this.#unkept.push({ path, text, script });
    return script;
  }

  /** Writes what was not there; to be called at the end, because V8 compiles a function when it is first called. */
  keep(): void {
    this.#unkept.forEach(writeCode);
  }
}

/** One for each version of node, so that two of them do not undo each other's. */
function codePath(path: string): string {
  return `${path}.${process.version}-${process.arch}.code`;
}

function readCode(path: string, text: Buffer): Buffer | undefined {
  let kept: Buffer;
  try {
    kept = readFileSync(codePath(path));
  } catch {
    // Not there, or closed to this user: then it is compiled, as it was the first time.
    return undefined;
  }
  const code = kept.subarray(DIGEST_SIZE);
  return digestOf(text, code).equals(kept.subarray(0, DIGEST_SIZE)) ? code : undefined;
}

function writeCode({ path, text, script }: Compiled): void {
  const code = script.createCachedData();
  const draft = `${codePath(path)}.draft`;
  try {
    if (statSync(dirname(path)).uid !== process.geteuid?.()) return;
    writeFileSync(draft, Buffer.concat([digestOf(text, code), code]));
    renameSync(draft, codePath(path));
  } catch {
    // A full or read-only disk: the next run compiles again, which is all that it costs.
  }
}

function digestOf(text: Buffer, code: Buffer): Buffer {
  return createHash('sha256').update(text).update(code).digest();
}
