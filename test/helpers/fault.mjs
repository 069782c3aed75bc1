/**
 * Preloaded into a child (`NODE_OPTIONS=--import=…/fault.mjs`): counts its file operations, and at the n-th either ends
 * the process as kill -9 does, or lets it and all that follow fail. Reads stay as they are, so `n` counts writes only;
 * where the n-th is a write, half of its bytes still reach the file.
 *
 *   PKI_FAULT_AT=n       the operation, counted from 1, that does not happen any more; 0 or nothing: none
 *   PKI_FAULT_KIND=kill | ENOSPC | EIO | EROFS | …    default kill
 *   PKI_FAULT_LOG=file   appends `n name path` for every operation; the path is the real one (journal.mjs)
 *   PKI_FAULT_JOURNAL=file    appends what every operation did (journal.mjs)
 *   PKI_FAULT_NEVER=link,…    operations that always fail with EPERM, as on file systems without them; not counted
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { Journal, pathOf, remember } from './journal.mjs';

const {
  PKI_FAULT_AT,
  PKI_FAULT_KIND = 'kill',
  PKI_FAULT_LOG,
  PKI_FAULT_JOURNAL,
  PKI_FAULT_NEVER = '',
} = process.env;
let at = Number(PKI_FAULT_AT ?? 0);
const never = new Set(PKI_FAULT_NEVER.split(',').filter((name) => name !== ''));
/** Those that only take things away, and succeed on a full disk. */
const FREEING = new Set(['unlink', 'rm', 'rmdir', 'ftruncate', 'truncate']);
const FLAGS_THAT_WRITE =
  fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC;
const OPERATIONS = [
  ...[
    'open',
    'write',
    'writeFile',
    'appendFile',
    'mkdir',
    'rename',
    'link',
    'symlink',
    'unlink',
    'rm',
    'rmdir',
  ],
  ...['fsync', 'fdatasync', 'chmod', 'fchmod', 'truncate', 'ftruncate', 'copyFile', 'utimes'],
];
const { writeSync, openSync, closeSync } = fs;
const journal = PKI_FAULT_JOURNAL === undefined ? undefined : new Journal(PKI_FAULT_JOURNAL);
let count = 0;
/** For scripts that try one operation after the other in the same process: counts from 1 again. */
globalThis.pkiFault = (n) => {
  at = n;
  count = 0;
};

for (const name of OPERATIONS) {
  const sync = fs[`${name}Sync`];
  fs[`${name}Sync`] = (...args) => {
    const error = before(name, args);
    if (error !== undefined) throw error;
    const ended = noted(name, args);
    try {
      const result = sync(...args);
      if (name === 'open') remember(result, args[0]);
      ended?.();
      return result;
    } catch (error) {
      ended?.(error);
      throw error;
    }
  };
  const callback = fs[name];
  fs[name] = (...args) => {
    const error = before(name, args);
    const done = args.at(-1);
    if (typeof done !== 'function') return callback(...args);
    if (error !== undefined) return setImmediate(done, error);
    const ended = noted(name, args);
    callback(...args.slice(0, -1), (error, ...results) => {
      if (name === 'open' && !error) remember(results[0], args[0]);
      ended?.(error);
      done(error, ...results);
    });
  };
}

/** A flush of the whole file system (store/flush.ts) is one operation: asked for by a line, and answered by a digit. */
const { spawn } = childProcess;
childProcess.spawn = (program, args, options) => {
  const child = spawn(program, args, options);
  if (String(args).includes('sync -f')) watchFlushes(child, dirname(pathOf('fsync', [options.stdio[3]])));
  return child;
};

function watchFlushes(child, root) {
  const { stdin, stdout } = child;
  const asked = [];
  const write = stdin.write.bind(stdin);
  stdin.write = (line) => {
    if (before('flush', [root]) !== undefined)
      return setImmediate(() => stdout.emit('data', Buffer.from('0\n')));
    asked.push(noted('flush', [root]));
    return write(line);
  };
  stdout.on('data', (text) => {
    for (const answer of String(text).replaceAll('\n', ''))
      asked.shift()?.(answer === '1' ? undefined : new Error('not flushed'));
  });
}

syncBuiltinESMExports();

/** Counts one operation; gives the error that it ends with, if it does. */
function before(name, args) {
  if (name === 'open' && !writes(args[1])) return undefined;
  if (never.has(name)) return failure(name, args, 'EPERM');
  count++;
  if (PKI_FAULT_LOG !== undefined) log(`${count} ${name} ${pathOf(name, args)}\n`);
  if (at === 0 || count < at) return undefined;
  if (count === at && name === 'write') tear(args);
  // Nothing runs after this: no handler, no `finally`.
  if (PKI_FAULT_KIND === 'kill') process.kill(process.pid, 'SIGKILL');
  if (PKI_FAULT_KIND === 'ENOSPC' && FREEING.has(name)) return undefined;
  return failure(name, args, PKI_FAULT_KIND);
}

/** Into the journal, unless it only reads. */
function noted(name, args) {
  return name === 'open' && !writes(args[1]) ? undefined : journal?.begin(name, args);
}

/** The first half of what was to be written. */
function tear([descriptor, bytes, offset = 0, length = bytes.length - offset, position = null]) {
  if (ArrayBuffer.isView(bytes)) writeSync(descriptor, bytes, offset, length >> 1, position);
}

function writes(flags) {
  return typeof flags === 'number' ? (flags & FLAGS_THAT_WRITE) !== 0 : /[wax+]/.test(String(flags ?? 'r'));
}

function failure(name, args, code) {
  const path = typeof args[0] === 'string' ? args[0] : undefined;
  const error = new Error(`${code}: injected, ${name}${path === undefined ? '' : ` '${path}'`}`);
  return Object.assign(error, { code, errno: -(constants.errno[code] ?? 5), syscall: name, path });
}

function log(line) {
  const descriptor = openSync(PKI_FAULT_LOG, 'a');
  writeSync(descriptor, line);
  closeSync(descriptor);
}
