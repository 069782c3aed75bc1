import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants the results as JSON; nowhere else are they written to a file. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // End-to-end tests wait for openssl, which a loaded machine makes wait for a core.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
