import { defineConfig } from 'vitest/config';
import { putFirstInPath } from './test/helpers/first-in-path.ts';

/** Where `.ci/run` wants the results as JSON; nowhere else are they written to a file. */
const report = process.env['TEST_REPORT'];

const { PKI_OPENSSL } = process.env;
if (PKI_OPENSSL) putFirstInPath(PKI_OPENSSL);

// Node reads this file of authorities at every start, a tenth of a second for a system's own; no test asks the world.
delete process.env['NODE_EXTRA_CA_CERTS'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes start others more quickly than threads of one large process do; one for each core, not one less.
    pool: 'forks',
    maxWorkers: '100%',
    // Only so that what hangs ends: a machine may be twenty times as busy as idle (test/helpers/patience.ts).
    testTimeout: 10 * 60_000,
    hookTimeout: 10 * 60_000,
    setupFiles: ['test/helpers/watchdog.mjs'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
