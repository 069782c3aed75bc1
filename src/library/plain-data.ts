/** Whether an object holds only what a manifest can: what JSON would leave out, or write as something else, is no data. */

/** Where something stands that no manifest can hold, and what it is. */
export interface ObjectFault {
  /** `servers.api.san[0]`; empty for the whole. */
  readonly path: string;
  readonly what: string;
}

/** The first of them; a property that is undefined is one that is not there. */
export function objectFaultIn(
  value: unknown,
  path = '',
  above: readonly object[] = [],
): ObjectFault | undefined {
  if (typeof value !== 'object' || value === null) {
    const what = strangeScalar(value);
    return what === undefined ? undefined : { path, what };
  }
  if (above.includes(value)) return { path, what: 'an object that holds itself' };
  if (value instanceof Map || value instanceof Set) return { path, what: `a ${value.constructor.name}` };
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const found = objectFaultIn(inner, placeOf(value, path, key), [...above, value]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeOf(parent: object, path: string, key: string): string {
  if (Array.isArray(parent)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function strangeScalar(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  const strange = { function: 'a function', symbol: 'a symbol', bigint: 'a BigInt' } as const;
  return Object.entries(strange).find(([type]) => type === typeof value)?.[1];
}
