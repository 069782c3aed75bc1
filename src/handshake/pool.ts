/** Runs the action for every item, at most `limit` at a time. The first failure starts nothing more. */
export async function eachAtMost<Item>(
  limit: number,
  items: readonly Item[],
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of queue) {
      if (failed) return;
      await action(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: limit }, worker));
  for (const result of workers) if (result.status === 'rejected') throw result.reason;
}
