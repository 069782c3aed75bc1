/** A whole apply with the node engine, ended by kill -9 in the middle of its file operations. */
process.env['PKI_TEST_ENGINE'] = 'node';
await import('./crash.test.ts');
