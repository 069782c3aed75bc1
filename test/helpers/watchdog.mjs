/**
 * Ends a process whose thread is stuck: vitest's time limits are timers, which a loop without an end never lets run.
 * Loaded once by each process that runs tests; a thread beside it looks every ten seconds whether anything has moved.
 */
import { Worker } from 'node:worker_threads';

const seconds = Number(process.env.PKI_TEST_STUCK ?? 15 * 60);
const beat = new Int32Array(new SharedArrayBuffer(4));
setInterval(() => Atomics.add(beat, 0, 1), 1000).unref();

// Looks are counted, not hours: a machine that slept has missed none.
const WATCH = `
const { workerData: { beat, seconds } } = require('node:worker_threads');
const step = Math.min(10, seconds / 3);
let last = -1, stuck = 0;
setInterval(() => {
  const now = Atomics.load(beat, 0);
  stuck = now === last ? stuck + step : 0;
  last = now;
  if (stuck < seconds) return;
  require('node:fs').writeSync(2, 'a test is stuck in a loop without an end: its process is killed\\n');
  process.kill(process.pid, 'SIGKILL');
}, step * 1000);
`;
new Worker(WATCH, { eval: true, workerData: { beat, seconds }, stdout: false, stderr: false }).unref();
