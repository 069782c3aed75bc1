/**
 * Other versions of Node, each with an OpenSSL, a URL parser and file operations of its own: what is read and refused is the
 * same by all, and what one has made is up to date for the others. `.ci/nodes` installs them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CLI, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { Project } from './project.ts';

const NODES = (process.env['PKI_NODE_MATRIX'] ?? '')
  .split(':')
  .flatMap((path) => (path === '' ? [] : [resolve(path)]));
const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** As a usual run, whatever this one is. */
const env = {
  CI: '',
  TEST_REPORT: '',
  PKI_NODE_MATRIX: '',
  PKI_TEST_ALL: '',
  NO_COLOR: '1',
  PKI_TEST_SAID: '1',
};

/** Milliseconds for many files of tests beside all the others, where one has minutes (patience.ts). */
const SUITE = 10 * PATIENCE;

/** Where it matters what Node brings along. */
const FOLDERS = ['manifest', 'x509', 'store', 'engine'].map((folder) => `test/${folder}/`);

const MANIFEST = `
version: 1
engine: node
authorities: { quay: { commonName: Quay Root }, berth: { commonName: Berth CA, issuer: quay, key: rsa-2048 } }
servers: { tug: { issuer: berth, san: [tug.test, xn--bcher-kva.test] } }
clients: { pilot: { issuer: quay, key: ed25519 } }
`;

/** What vitest reports of a run: its files with their tests, and why each failed. */
const reported = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});
type FileReport = z.infer<typeof reported>['testResults'][number];

/** A file that could not be loaded has failed, and no test of it. */
function failures({ name, status, message, assertionResults }: FileReport): readonly string[] {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${name}: ${message}`] : [];
  return failed.map(({ fullName, failureMessages }) => `${name}: ${fullName}: ${failureMessages.join('\n')}`);
}

describe.skipIf(NODES.length === 0)('with each of PKI_NODE_MATRIX', () => {
  const reads = async (node: string): Promise<void> => {
    const report = join(temporaryFolder(), 'report.json');
    const how = ['--reporter=json', `--outputFile=${report}`];
    const run = await runProgram(node, [VITEST, 'run', ...how, ...FOLDERS], {
      cwd: ROOT,
      env,
      patience: SUITE,
    });
    expect(existsSync(report), run.stderr).toBe(true);
    const { testResults, numPassedTests } = reported.parse(JSON.parse(readFileSync(report, 'utf8')));
    expect(testResults.flatMap(failures)).toEqual([]);
    expect(numPassedTests).toBeGreaterThan(5000);
    expect(run.code, run.stderr).toBe(0);
  };
  it.each(NODES)('%s reads, refuses and writes the same', reads, SUITE);

  it.each(NODES)('%s finds nothing to do in what this one made, and the reverse', async (node) => {
    for (const [maker, other] of [
      [node, process.execPath],
      [process.execPath, node],
    ] as const) {
      const project = new Project(MANIFEST);
      const pki = (program: string, ...args: readonly string[]) =>
        runProgram(program, [CLI, ...args], { cwd: project.folder });
      expect(await pki(maker, 'apply')).toMatchObject({ code: 0 });
      expect(await pki(other, 'plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
      expect(await pki(other, 'verify')).toMatchObject({ code: 0 });
    }
  });
});
