/** Work that is slow for waiting rather than for computing. */

/** Runs all of them, two at a time; results in the order of the items. */
export async function inPairs<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [i, item] = next;
      results[i] = await run(item);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
