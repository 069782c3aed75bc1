/**
 * Preloaded into a child (`node --import …/swap.mjs`): someone else who changes the disk between any two file operations of
 * the program, always at the same place. For scripts that try one place after the other in the same process:
 *
 *   globalThis.pkiSwap(n, work, names)   before the n-th operation from now on, `work` is called once; 0: never
 *   globalThis.pkiSwap.count()           operations since then
 *
 * With `names`, every name that `work` touches, what cannot tell whether it comes before or after `work` is not counted:
 * an attack before it is the one before the next operation.
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
let names;

globalThis.pkiSwap = (n, does = () => {}, touched = undefined) => {
  at = n;
  count = 0;
  work = does;
  names = touched;
};
globalThis.pkiSwap.count = () => count;

const isOperation = (name) => /^[a-z]+[A-Za-z]*$/.test(name) && typeof fs[`${name}Sync`] === 'function';
for (const name of Object.keys(fs).filter(isOperation)) {
  for (const each of [name, `${name}Sync`]) {
    const original = fs[each];
    fs[each] = Object.assign((...args) => {
      if (!isApart(name, args)) before();
      if (name !== never) return original(...args);
      const error = Object.assign(new Error(`EPERM: ${name}`), { code: 'EPERM', syscall: name });
      if (each !== name) throw error;
      setImmediate(args.at(-1), error);
    }, original);
  }
}
syncBuiltinESMExports();

const WRITES = fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC;

/** Of what is open, only the bytes; of names, only others, looked up: neither changes anything, nor sees what changes. */
function isApart(name, [what, flags]) {
  if (names === undefined) return false;
  if (typeof what === 'number') return /^(close|fsync|fdatasync|read)$/.test(name);
  const looks =
    /^(lstat|stat|readlink)$/.test(name) ||
    (name === 'open' && typeof flags === 'number' && (flags & WRITES) === 0);
  // A descriptor's own link says where its folder is now.
  if (!looks || typeof what !== 'string' || /\/fd\/\d+$/.test(what)) return false;
  return !what.split('/').some((part) => names.has(part));
}

function before() {
  count++;
  if (count !== at) return;
  at = 0;
  const seen = count;
  work();
  count = seen;
}
