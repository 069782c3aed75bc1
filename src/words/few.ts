/** Lists of names that may be long. */

/** `servers/a, servers/b and 3 more`: a handful by name. */
export function few(names: readonly string[]): string {
  const more = names.length - 5;
  return more > 0 ? `${names.slice(0, 5).join(', ')} and ${more} more` : names.join(', ');
}
