import { defineConfig } from 'vitest/config';
import { LONGER, LONGER_FILES } from './test/helpers/everything.ts';
import { putFirstInPath } from './test/helpers/first-in-path.ts';

/** Where `.ci/run` wants the results as JSON; nowhere else are they written to a file. */
const report = process.env['TEST_REPORT'];

const { PKI_OPENSSL } = process.env;
if (PKI_OPENSSL) putFirstInPath(PKI_OPENSSL);

// Node reads this file of authorities at every start, a tenth of a second for a system's own; no test asks the world.
delete process.env['NODE_EXTRA_CA_CERTS'];

/** Files that change what a process has loaded: a module of another kind, or one that reads the environment. */
const APART = [
  'test/**/*-node.test.ts',
  'test/engine/node-serial.test.ts',
  'test/store/folder-meanwhile.test.ts',
];
const ALL = ['test/**/*.test.ts'];
const LEFT_OUT = LONGER ? [] : LONGER_FILES.map((file) => `test/${file}`);
/** This file is read once for each project, and says so once. */
if (!LONGER && process.env['PKI_TEST_SAID'] === undefined) {
  process.env['PKI_TEST_SAID'] = '1';
  console.log(
    'Some tests take samples, and longer suites are left out: CONTRIBUTING.md says how to run them.',
  );
}

/** One process for many files: a start and the modules of src/ cost more than most files do. */
const together = {
  name: 'together',
  include: ALL,
  exclude: [...APART, ...LEFT_OUT],
  isolate: process.env['PKI_TEST_ALL'] === '1',
};
const apart = { name: 'apart', include: APART, exclude: LEFT_OUT };

export default defineConfig({
  test: {
    projects: [apart, together].map((test) => ({ extends: true as const, test })),
    // Processes start others more quickly than threads of one large process do; one for each core, not one less.
    pool: 'forks',
    maxWorkers: '100%',
    // Only so that what hangs ends: a machine may be twenty times as busy as idle (test/helpers/patience.ts).
    testTimeout: 10 * 60_000,
    hookTimeout: 10 * 60_000,
    setupFiles: ['test/helpers/each-file.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
