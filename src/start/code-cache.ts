/**
 * What V8 made of a script, kept beside it for the next run: compiling is a third of what a command does that has nothing
 * to do. It lies where the program lies, so those who may change it may change the program as well, and only the owner of
 * that folder writes it. `NODE_DISABLE_COMPILE_CACHE=1`, node's own setting for its own cache, turns it off.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** Octets of a script below which reading a second file costs what compiling does. */
const SHORTEST = 16_384;
/** SHA-256 of all that follows and the source: V8 compares no more of a source than its length, and nothing of the code. */
const DIGEST_SIZE = 32;
/** After it the tasks of which it has the functions, a bit for each; code is taken without a copy where eight divide it. */
const HEAD_SIZE = DIGEST_SIZE + 8;

interface Kept {
  readonly code: Buffer;
  readonly tasks: number;
}

interface Compiled {
  readonly path: string;
  readonly text: Buffer;
  readonly script: Script;
  /** Of what was taken, and that of this run. */
  readonly tasks: number;
}

/** The scripts of one run. */
export class CodeCache {
  readonly #inUse = process.env['NODE_DISABLE_COMPILE_CACHE'] !== '1';
  readonly #unkept: Compiled[] = [];
  readonly #task: number;

  /** @param task what the run is for: runs for the same call the same functions. */
  constructor(task: string) {
    this.#task = bitOf(task);
  }

  /** @throws what reading throws, and SyntaxError */
  compile(path: string, wrap: (source: string) => string): Script {
    const text = readFileSync(path);
    const isKept = this.#inUse && text.length >= SHORTEST;
    const kept = isKept ? readKept(path, text) : undefined;
    const options = { filename: path, ...(kept === undefined ? {} : { cachedData: kept.code }) };
    const script = new Script(wrap(text.toString('utf8')), options);
    // Rejected: made by another node, or with other flags.
    const isTaken = kept !== undefined && script.cachedDataRejected === false;
    const tasks = isTaken ? kept.tasks : 0;
    if (isKept && (tasks & this.#task) === 0)
      this.#unkept.push({ path, text, script, tasks: tasks | this.#task });
    return script;
  }

  /**
   * Writes what was not there, and adds what another task calls: an apply needs functions that `pki help` did not. To be
   * called at the end, because V8 compiles a function when it is first called.
   */
  keep(): void {
    this.#unkept.forEach(writeCode);
  }
}

/** One of 32; two that share one lose time, and nothing else. */
function bitOf(task: string): number {
  return 1 << (createHash('sha256').update(task).digest().readUInt32BE() % 32);
}

/** One for each version of node, so that two of them do not undo each other's. */
function codePath(path: string): string {
  return `${path}.${process.version}-${process.arch}.code`;
}

function readKept(path: string, text: Buffer): Kept | undefined {
  let kept: Buffer;
  try {
    kept = readFileSync(codePath(path));
  } catch {
    // Not there, or closed to this user: then it is compiled, as it was the first time.
    return undefined;
  }
  const isWhole = kept.length > HEAD_SIZE && digestOf(text, kept).equals(kept.subarray(0, DIGEST_SIZE));
  return isWhole ? { code: kept.subarray(HEAD_SIZE), tasks: kept.readUInt32BE(DIGEST_SIZE) } : undefined;
}

function writeCode({ path, text, script, tasks }: Compiled): void {
  const kept = Buffer.concat([Buffer.alloc(HEAD_SIZE), script.createCachedData()]);
  kept.writeUInt32BE(tasks >>> 0, DIGEST_SIZE);
  digestOf(text, kept).copy(kept);
  const draft = `${codePath(path)}.draft`;
  try {
    if (statSync(dirname(path)).uid !== process.geteuid?.()) return;
    writeFileSync(draft, kept);
    renameSync(draft, codePath(path));
  } catch {
    // A full or read-only disk: the next run compiles again, which is all that it costs.
  }
}

function digestOf(text: Buffer, kept: Buffer): Buffer {
  return createHash('sha256').update(text).update(kept.subarray(DIGEST_SIZE)).digest();
}
