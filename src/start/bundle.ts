/** The command's bundle: CommonJS, because node hands compiled code to scripts and, without a flag, to no module. */
import { dirname, join } from 'node:path';
import type { CodeCache } from './code-cache.ts';

/** Files that require each other by relative paths, and beside them what is built into node. */
export class Bundle {
  readonly #cache: CodeCache;
  readonly #modules = new Map<string, { readonly exports: object }>();

  constructor(cache: CodeCache) {
    this.#cache = cache;
  }

  /** Runs a file, once; what it exports, which may not be all of it yet where two require each other. */
  require(path: string): object {
    const known = this.#modules.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(path, module);
    const requireFrom = (id: string): unknown =>
      id.startsWith('./') ? this.require(join(dirname(path), id)) : process.getBuiltinModule(id);
    const body: unknown = this.#cache.compile(path, asFunction).runInThisContext();
    if (typeof body === 'function')
      Reflect.apply(body, undefined, [module.exports, requireFrom, module, path]);
    return module.exports;
  }
}

/** The names that CommonJS has; `__filename` is what `import.meta.url` became. */
function asFunction(source: string): string {
  return `(function (exports, require, module, __filename) { ${source}\n})`;
}
