/** Looking into JSON that somebody else may have written: of what is no object, every field is simply absent. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A relative path that stays below where it is taken from: nothing that stands in a file leads a key elsewhere. */
export function isInside(path: unknown): boolean {
  if (typeof path !== 'string' || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
