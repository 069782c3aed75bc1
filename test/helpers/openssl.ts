/** The real openssl, run to the end, with nothing of the system's configuration; and folders that go after the tests. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ENVIRONMENT } from '../../src/openssl/command.ts';

/** Standard output. Throws with openssl's own words. */
export function openssl(args: readonly string[], cwd: string, input = ''): string {
  const env = { ...process.env, ...ENVIRONMENT };
  return execFileSync('openssl', args, {
    cwd,
    input,
    env,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** A folder for the tests of one file; removed after them. */
export function temporaryFolder(below = tmpdir()): string {
  const folder = mkdtempSync(join(below, 'pki-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same in memory, where syncing is free; nothing in it may be run, for many systems forbid that there. */
export function memoryFolder(): string {
  return temporaryFolder(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
}

/** The DER inside a PEM file. */
export function derOf(folder: string, file: string): Uint8Array {
  const body = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(readFileSync(join(folder, file), 'latin1'))?.[1];
  if (body === undefined) throw new Error(`${file} holds no PEM`);
  return Buffer.from(body, 'base64');
}
