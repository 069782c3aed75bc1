/** Who runs the tests: root, for whom no file is closed, or a user like any other. */

const NOBODY = 65_534;

/** What a user may not who does not own the files; another one than root, who may everything, and else the same. */
export function asUser<T>(act: () => T): T {
  const me = process.geteuid?.() ?? 0;
  if (me === 0) process.seteuid?.(NOBODY);
  try {
    return act();
  } finally {
    if (me === 0) process.seteuid?.(me);
  }
}
