/** Words for a union as a table: one row for each kind, and a row that is missing does not compile. */

/** What is said of each kind. */
export type Words<Union extends { readonly kind: string }, Said = string> = {
  readonly [Kind in Union['kind']]: (value: Extract<Union, { readonly kind: Kind }>) => Said;
};

/** What is said of a value: by the row of its kind, which the compiler cannot follow through a lookup. */
export function worded<Union extends { readonly kind: string }, Said = string>(
  words: Words<Union, Said>,
  value: Union,
): Said {
  const kind: Union['kind'] = value.kind;
  return (words[kind] as (value: Union) => Said)(value);
}
