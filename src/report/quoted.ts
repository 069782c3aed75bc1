/** Names of files in a sentence. */

/** How many are named where there are many. */
export const NAMED = 12;

/** `"a" and "b"`, `"a", "b" and 3 more`. @param limit how many are named at most. */
export function quotedText(paths: readonly string[], limit: number): string {
  const more = paths.length - limit;
  const parts = [...paths.slice(0, limit).map((path) => `"${path}"`), ...(more > 0 ? [`${more} more`] : [])];
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
