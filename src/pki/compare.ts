/** For `sort`: by UTF-16 code units, the same in every locale. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether two lists hold the same, in any order, and as often. */
export function sameSet(found: readonly string[], wanted: readonly string[]): boolean {
  if (found.length !== wanted.length) return false;
  // In the same order, nearly always: every plan asks this several times of every certificate.
  if (found.every((item, i) => item === wanted[i])) return true;
  const sorted = [...wanted].sort();
  return [...found].sort().every((item, i) => item === sorted[i]);
}
