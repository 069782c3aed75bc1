/** Records with known keys, which `Object.keys` and `Object.fromEntries` take for any strings. */

/** The keys of a record that holds no others. */
export function keysOf<K extends string>(record: { readonly [P in K]?: unknown }): readonly K[] {
  return Object.keys(record) as K[];
}

/** A record with these keys, each with what is made for it. */
export function fromKeys<K extends string, T>(
  keys: readonly K[],
  make: (key: K) => T,
): Readonly<Record<K, T>> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, T>;
}

/** The same keys, each with what is made of its value. */
export function mapRecord<K extends string, T, R>(
  record: Readonly<Record<K, T>>,
  make: (value: T, key: K) => R,
): Readonly<Record<K, R>> {
  return fromKeys(keysOf(record), (key) => make(record[key], key));
}

/** Only the keys that have a value. */
export function compact<T extends object>(record: T): { [K in keyof T]?: Defined<T[K]> } {
  const kept: { [K in keyof T]?: Defined<T[K]> } = {};
  for (const key of keysOf(record)) {
    const value = record[key];
    if (isDefined(value)) kept[key] = value;
  }
  return kept;
}

type Defined<T> = Exclude<T, undefined>;

function isDefined<T>(value: T): value is Defined<T> {
  return value !== undefined;
}

/** Some of the keys, as far as they are there. */
export function pick<T extends object, K extends keyof T>(record: T, keys: readonly K[]): Pick<T, K> {
  const picked: Partial<T> = {};
  for (const key of keys) if (key in record) picked[key] = record[key];
  return picked as Pick<T, K>;
}

/** The words of a text, each with the same value: rows of a map in which many words mean one thing. */
export function eachWord<T>(words: string, value: T): readonly (readonly [string, T])[] {
  return words.split(' ').map((word) => [word, value] as const);
}
