import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants the results as JSON; nowhere else are they written to a file. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes start others more quickly than threads of one large process do; one for each core, not one less.
    pool: 'forks',
    maxWorkers: '100%',
    // End-to-end tests wait for openssl, which a loaded machine makes wait for a core.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
