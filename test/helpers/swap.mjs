/**
 * Preloaded into a child (`node --import …/swap.mjs`): someone else who changes the disk between any two file operations of
 * the program, always at the same place. For scripts that try one place after the other in the same process:
 *
 *   globalThis.pkiSwap(n, work)   before the n-th operation from now on, `work` is called once; 0: never
 *   globalThis.pkiSwap.count()    operations since then
 *
 *   PKI_SWAP_NEVER=link   an operation that always fails with EPERM, as on file systems without it
 *
 * Reads count as well: what is looked at and what is then touched are two operations. `work` itself is not counted.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const never = process.env['PKI_SWAP_NEVER'];
let at = 0;
let count = 0;
let work = () => {};

globalThis.pkiSwap = (n, does = () => {}) => {
  at = n;
  count = 0;
  work = does;
};
globalThis.pkiSwap.count = () => count;

const isOperation = (name) => /^[a-z]+[A-Za-z]*$/.test(name) && typeof fs[`${name}Sync`] === 'function';
for (const name of Object.keys(fs).filter(isOperation)) {
  for (const each of [name, `${name}Sync`]) {
    const original = fs[each];
    fs[each] = Object.assign((...args) => {
      before();
      if (name !== never) return original(...args);
      const error = Object.assign(new Error(`EPERM: ${name}`), { code: 'EPERM', syscall: name });
      if (each !== name) throw error;
      setImmediate(args.at(-1), error);
    }, original);
  }
}
syncBuiltinESMExports();

function before() {
  count++;
  if (count !== at) return;
  at = 0;
  const seen = count;
  work();
  count = seen;
}
