/** Records with known keys, which `Object.entries` and `Object.fromEntries` take for any strings. */

/** The same keys, each with what is made of its value. */
export function mapRecord<K extends string, T, R>(
  record: Readonly<Record<K, T>>,
  make: (value: T, key: K) => R,
): Readonly<Record<K, R>> {
  const pairs = Object.entries<T>(record).map(([key, value]) => [key, make(value, key as K)]);
  return Object.fromEntries(pairs) as Record<K, R>;
}
