// Signals of a process: handled once it asks, and by one hand, however often it asks.
import { afterEach, expect, it } from 'vitest';
import { Interruption } from '../../src/commands/interruption.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));

afterEach(() => {
  for (const signal of SIGNALS)
    for (const listener of process.listeners(signal))
      if (!before.get(signal)?.includes(listener)) process.off(signal, listener);
});

it.each(SIGNALS)('%s is left to the system until then, and aborts from then on', (signal) => {
  const interruption = new Interruption();
  const ours = () => process.listeners(signal).filter((one) => !before.get(signal)?.includes(one));
  expect(ours()).toEqual([]);
  interruption.listen();
  interruption.listen();
  expect(ours()).toHaveLength(1);
  expect(interruption.signal.aborted).toBe(false);
  // npm passes on a signal that the terminal has sent already.
  for (const [listener] of [ours(), ours()]) listener?.(signal);
  expect(interruption.signal.aborted).toBe(true);
});
