/** Certificates of the node engine before the same judges. */
process.env['PKI_TEST_ENGINE'] = 'node';
await import('./judges.test.ts');
