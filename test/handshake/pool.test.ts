import { expect, test } from 'vitest';
import { eachAtMost } from '../../src/handshake/pool.ts';

test('every item once, never more than the limit at a time', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await eachAtMost(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done.push(item);
  });
  expect(most).toBe(3);
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('a failure starts nothing more, waits for what runs, and is passed on', async () => {
  const done: number[] = [];
  const fault = new Error('two');
  const running = eachAtMost(2, [1, 2, 3, 4], async (item) => {
    if (item === 2) throw fault;
    await new Promise((resolve) => setImmediate(resolve));
    done.push(item);
  });
  await expect(running).rejects.toBe(fault);
  expect(done).toEqual([1]);
});

test('nothing to do', async () => {
  await expect(eachAtMost(4, [], () => Promise.reject(new Error('called')))).resolves.toBeUndefined();
});
