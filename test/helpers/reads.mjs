// Loaded before the program: notes in PKI_TEST_READS which files below a folder "secrets" it looks for.
import fs, { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';
import process from 'node:process';

const file = process.env.PKI_TEST_READS;

for (const name of ['realpathSync', 'openSync', 'readFileSync']) {
  const plain = fs[name];
  fs[name] = Object.assign((path, ...rest) => {
    if (typeof path === 'string' && basename(dirname(path)) === 'secrets')
      appendFileSync(file, `${basename(path)}\n`);
    return plain(path, ...rest);
  }, plain);
}
syncBuiltinESMExports();
