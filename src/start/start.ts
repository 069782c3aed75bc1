/** From the small file that node is started with to the bundle that does the work. */
import { Bundle } from './bundle.ts';
import { CodeCache } from './code-cache.ts';

let bundle: Bundle | undefined;

/** Runs `main` of the bundle at `path`, whose compiled code is kept when the process ends; its exit code. */
export async function runCommand(path: string, argv: readonly string[]): Promise<number> {
  bundle ??= new Bundle(cacheOfProcess());
  const main: unknown = Reflect.get(bundle.require(path), 'main');
  if (typeof main !== 'function') throw new Error(`Internal error: ${path} has no main`);
  return Number(await Reflect.apply(main, undefined, [argv]));
}

function cacheOfProcess(): CodeCache {
  const cache = new CodeCache();
  process.once('exit', () => cache.keep());
  return cache;
}
