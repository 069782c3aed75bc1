/** "did you mean …": the nearest known word. */
import { quote } from '../pki/printable.ts';

/** Words looked at for one suggestion; a manifest may have ten thousand of them, and a thousand mistakes. */
const CANDIDATE_LIMIT = 2000;

/** Edit distance with swaps of neighbours (optimal string alignment), in two rows and a bit. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** Small is near. A word that the other begins with is as good as one slip. */
function remoteness(word: string, candidate: string): number {
  const prefix = word.length >= 3 && (candidate.startsWith(word) || word.startsWith(candidate));
  if (prefix && candidate.length >= 3 && candidate !== word) return 1;
  if (Math.abs(word.length - candidate.length) > 2) return Number.POSITIVE_INFINITY;
  return distance(word, candidate);
}

/** The nearest candidate within two slips (one in a short word), letter case, `-` and `_` aside. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const fold = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '');
  const folded = fold(word.slice(0, 100));
  let best: string | undefined;
  let limit = folded.length <= 3 ? 1 : 2;
  let count = 0;
  for (const candidate of candidates) {
    if (++count > CANDIDATE_LIMIT) break;
    const found = remoteness(folded, fold(candidate));
    if (found < limit || (found === limit && best === undefined)) {
      best = candidate;
      limit = found;
    }
  }
  return best;
}

/** The hint that goes with `nearest`. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `did you mean ${quote(found)}?`;
}

/** `the authorities are "root" and "services"`: what there is to choose from, if anything. */
export function choice(singular: string, plural: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return names.length === 1
    ? `the only ${singular} is ${listed(names)}`
    : `the ${plural} are ${listed(names, 'and')}`;
}

/** `"a", "b" or "c"`, at most six of them. */
export function listed(words: readonly string[], last = 'or'): string {
  const quoted = words.slice(0, 6).map(quote);
  if (words.length > 6) return `${quoted.join(', ')} … (${words.length} in all)`;
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`;
}
