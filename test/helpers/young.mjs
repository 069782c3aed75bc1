/** Preloaded: says at the end how much room V8 has given to young objects, in MB, on a line of its own. */
import { writeSync } from 'node:fs';
import { getHeapSpaceStatistics } from 'node:v8';

process.on('exit', () => {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  writeSync(2, `young ${young?.space_size / 2 ** 20}\n`);
});
