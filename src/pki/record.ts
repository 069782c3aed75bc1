/** Records with known keys, which `Object.entries` and `Object.fromEntries` take for any strings. */

/** The same keys, each with what is made of its value. */
export function mapRecord<K extends string, T, R>(
  record: Readonly<Record<K, T>>,
  make: (value: T, key: K) => R,
): Readonly<Record<K, R>> {
  const pairs = Object.entries<T>(record).map(([key, value]) => [key, make(value, key as K)]);
  return Object.fromEntries(pairs) as Record<K, R>;
}

/** Only the keys that have a value. */
export function compact<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const pairs = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Some of the keys, as far as they are there. */
export function pick<T extends object, K extends keyof T>(record: T, keys: readonly K[]): Pick<T, K> {
  const picked: Partial<T> = {};
  for (const key of keys) if (key in record) picked[key] = record[key];
  return picked as Pick<T, K>;
}
