/** Crashes of the built program while node makes everything. */
process.env['PKI_TEST_ENGINE'] = 'node';
await import('./crash.test.ts');
