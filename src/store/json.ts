/** Looking into JSON that another program may have written: a value that is not an object simply has no fields. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A relative path that stays below where it is taken from: nothing that stands in a file leads a key elsewhere. */
export function isInside(path: unknown): boolean {
  if (typeof path !== 'string' || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
