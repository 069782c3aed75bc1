/** A whole apply with the node engine, and a power cut. */
process.env['PKI_TEST_ENGINE'] = 'node';
await import('./power-cut.test.ts');
