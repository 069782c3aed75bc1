/** From the small file that node is started with to the bundle that does the work. */
import { Bundle } from './bundle.ts';
import { CodeCache } from './code-cache.ts';

let bundle: Bundle | undefined;

/** Runs `main` of the bundle at `path`, whose compiled code is kept when the process ends well; its exit code. */
export async function runCommand(path: string, argv: readonly string[]): Promise<number> {
  bundle ??= new Bundle(cacheFor(argv[2] ?? ''));
  const main: unknown = Reflect.get(bundle.require(path), 'main');
  if (typeof main !== 'function') throw new Error(`Internal error: ${path} has no main`);
  return Number(await Reflect.apply(main, undefined, [argv]));
}

function cacheFor(task: string): CodeCache {
  const cache = new CodeCache(task);
  // What ends early has not called all that its task calls.
  process.once('exit', (code) => {
    if (code === 0) cache.keep();
  });
  return cache;
}
