/**
 * Other versions of Node, each with an OpenSSL, a URL parser and file operations of its own: what is read and refused is the
 * same by all, and what one has made is up to date for the others. `.ci/nodes` installs them.
 */
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI, runProgram } from '../helpers/cli.ts';
import { Project } from './project.ts';

const NODES = (process.env['PKI_NODE_MATRIX'] ?? '')
  .split(':')
  .flatMap((path) => (path === '' ? [] : [resolve(path)]));
const ROOT = join(import.meta.dirname, '../..');

/** Where it matters what Node brings along. */
const FOLDERS = ['manifest', 'x509', 'store', 'engine'].map((folder) => `test/${folder}/`);

const MANIFEST = `
version: 1
engine: node
authorities: { quay: { commonName: Quay Root }, berth: { commonName: Berth CA, issuer: quay, key: rsa-2048 } }
servers: { tug: { issuer: berth, san: [tug.test, xn--bcher-kva.test] } }
clients: { pilot: { issuer: quay, key: ed25519 } }
`;

describe.skipIf(NODES.length === 0)('with each of PKI_NODE_MATRIX', () => {
  it.each(NODES)('%s reads, refuses and writes the same', async (node) => {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const env = {
      CI: '',
      TEST_REPORT: '',
      PKI_NODE_MATRIX: '',
      PKI_TEST_ALL: '',
      NO_COLOR: '1',
      PKI_TEST_SAID: '1',
    };
    const run = await runProgram(node, [vitest, 'run', ...FOLDERS], { cwd: ROOT, env });
    expect(run.stdout.split('\n').filter((line) => /FAIL|AssertionError/.test(line))).toEqual([]);
    expect(run.stdout).toMatch(/Tests +(?:\d+ skipped \| )?\d{4,} passed/);
    expect(run.code).toBe(0);
  });

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
