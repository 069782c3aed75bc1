/** Who runs the tests: root, for whom no file is closed, or a user like any other. */

const ANOTHER = 65_534;

const isRoot = process.geteuid?.() === 0;

/** Of masks of modes those by which a new folder can be entered: root enters any. */
export const masks = (all: readonly number[]): readonly number[] =>
  all.filter((mask) => isRoot || (mask & 0o700) === 0);

/** What a user may not who does not own the files; another one than root, who may everything, and else the same. */
export function asUser<T>(act: () => T): T {
  if (isRoot) process.seteuid?.(ANOTHER);
  try {
    return act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
