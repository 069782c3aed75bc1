/** Modes where there may be none: what stays open to others is an error, and nothing else is. */
import { chmodSync, chownSync, closeSync, fchmodSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeMode } from '../../src/store/change-mode.ts';
import { UserError } from '../../src/words/user-error.ts';
import { memoryFolder } from '../helpers/folders.ts';

/** The mode afterwards, or what is thrown. @param how it is changed. */
function changed(
  before: number,
  mode: number,
  how?: (descriptor: number, mode: number | string) => void,
): unknown {
  const path = join(memoryFolder(), 'key.pem');
  writeFileSync(path, '');
  chmodSync(path, before);
  const descriptor = openSync(path, 'r');
  try {
    changeMode(descriptor, path, mode, how as never);
    return (statSync(path).mode & 0o777).toString(8);
  } catch (error) {
    if (!(error instanceof UserError)) return (error as NodeJS.ErrnoException).code;
    return { ...error.cause, path: path === (error.cause as { path?: string }).path };
  } finally {
    closeSync(descriptor);
  }
}

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};
const open = (mode: number) => ({ kind: 'no-modes', path: true, mode });
const NO_MODES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

it('a mode is what is asked for', () => {
  expect(changed(0o644, 0o600)).toBe('600');
  expect(changed(0o600, 0o640)).toBe('640');
  expect(changed(0o644, 0o600, fchmodSync)).toBe('600');
});

describe('where there are no modes', () => {
  it.each(NO_MODES)('and that is said (%s), what is closed enough is good', (code) => {
    expect(changed(0o600, 0o600, failing(code))).toBe('600');
    expect(changed(0o700, 0o600, failing(code))).toBe('700');
    expect(changed(0o600, 0o644, failing(code))).toBe('600');
    expect(changed(0o644, 0o600, failing(code))).toEqual(open(0o644));
    expect(changed(0o640, 0o600, failing(code))).toEqual(open(0o640));
    expect(changed(0o601, 0o600, failing(code))).toEqual(open(0o601));
    expect(changed(0o666, 0o644, failing(code))).toEqual(open(0o666));
  });

  it('and that is not said, the same holds', () => {
    expect(changed(0o600, 0o600, () => undefined)).toBe('600');
    expect(changed(0o755, 0o600, () => undefined)).toEqual(open(0o755));
  });
});

it('any other error is one', () => {
  for (const code of ['EIO', 'EROFS', 'EBADF']) expect(changed(0o600, 0o600, failing(code))).toBe(code);
});

it.skipIf(process.geteuid?.() !== 0)('root may change the mode of any file, and does (needs root)', () => {
  const path = join(memoryFolder(), 'key.pem');
  writeFileSync(path, '', { mode: 0o600 });
  chownSync(path, 7, 8);
  const descriptor = openSync(path, 'r');
  expect(() => changeMode(descriptor, path, 0o600, failing('EPERM'))).not.toThrow();
  closeSync(descriptor);
});
