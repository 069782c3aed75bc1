/** Looking into JSON that another program may have written: what has another form than expected is simply not there. */

/** What a text says; `undefined` where it is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The texts in a list; of anything else, none. */
export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** A value that is not an object has no fields. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A relative path that stays below where it is taken from: nothing that stands in a file leads a key elsewhere. */
export function isInside(path: unknown): boolean {
  if (typeof path !== 'string' || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
