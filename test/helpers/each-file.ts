/** Loaded before each file of tests; what it imports is loaded once by a process, which runs many files. */
import { afterAll } from 'vitest';
import { removeFolders } from './folders.ts';
import { spareServants } from './servants.ts';
import './watchdog.mjs';

afterAll(() => {
  removeFolders();
  spareServants();
});
