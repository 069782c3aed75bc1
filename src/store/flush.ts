/**
 * Makes everything that is written last, at once for as many as wait for it: syncfs(2), which node does not have and
 * `sync -f` does. To sync each file by itself costs more than to make it, once there are hundreds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import type { Folder } from './folder.ts';
import { searchPath } from './process.ts';

/** Where syncfs is known to wait for the disk: ext4 and its kin, xfs, btrfs, f2fs, tmpfs (statfs(2)). */
const FILE_SYSTEMS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994]);

/** Since Linux 5.8 it says when something could not be written (syncfs(2)). */
const FIRST_KERNEL = [5, 8] as const;

/** What others have written waits for the disk as well; beyond this, syncing files one by one is quicker. */
const MUCH = 256 * 1024;

/** One flush for each line that it reads; what it answers is whether all is well. */
const SCRIPT = 'while read -r line; do if sync -f /dev/fd/3 2>/dev/null; then echo 1; else echo 0; fi; done';

/** The file system of one folder. To be closed; `using` does. */
export class Flush {
  readonly #shell: ChildProcess;
  #answers: ((isWell: boolean) => void)[] = [];
  #isGone = false;
  /** The flush for those who come now; it begins when the one before it has ended. */
  #next: Promise<boolean> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(descriptor: number) {
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], {
      stdio: ['pipe', 'pipe', 'ignore', descriptor],
      env: searchPath(),
    });
    this.#shell.stdout?.on('data', (text: Buffer) => {
      for (const answer of text.toString('latin1').replaceAll('\n', ''))
        this.#answers.shift()?.(answer === '1');
    });
    // Even where it could not be started: the caller then syncs by itself.
    this.#shell.stdin?.on('error', () => {});
    this.#shell.on('error', () => this.#giveUp());
    this.#shell.on('close', () => this.#giveUp());
  }

  /** Only where all that is needed is known to be there. */
  static of(folder: Folder): Flush | undefined {
    if (!isKnownToWork(process.platform, release(), statfsSync(folder.location).type)) return undefined;
    const descriptor = openSync(folder.location, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      return new Flush(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Resolves to whether everything that was written before the call survives a power cut now. */
  settle(): Promise<boolean> {
    if (this.#next === undefined) {
      this.#next = this.#last.then(() => this.#begin());
      this.#last = this.#next;
    }
    return this.#next;
  }

  async #begin(): Promise<boolean> {
    this.#next = undefined;
    if (this.#isGone || isMuchWaiting()) return false;
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#shell.stdin?.write('\n');
    });
  }

  #giveUp(): void {
    this.#isGone = true;
    for (const answer of this.#answers.splice(0)) answer(false);
  }

  [Symbol.dispose](): void {
    this.#shell.stdin?.end();
  }
}

/** Whether a flush waits for the disk and says when it failed. @param kernel its release, as `5.15.0-91-generic`. */
export function isKnownToWork(platform: NodeJS.Platform, kernel: string, fileSystem: number): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  const isNew = major > FIRST_KERNEL[0] || (major === FIRST_KERNEL[0] && minor >= FIRST_KERNEL[1]);
  return platform === 'linux' && isNew && FILE_SYSTEMS.has(fileSystem);
}

/** @param text of /proc/meminfo: kilobytes that the system has not written yet (proc(5)). */
export function isMuchWaiting(text = readFileSync('/proc/meminfo', 'latin1')): boolean {
  const waiting = [...text.matchAll(/^(?:Dirty|Writeback): +(\d+) kB$/gm)].map(([, size]) => Number(size));
  return waiting.reduce((sum, size) => sum + size, 0) > MUCH;
}
