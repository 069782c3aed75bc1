/** The engine of one run: openssl alone, or node, with openssl for what node does not do. */
import type { EngineName } from '../pki/engine.ts';
import type { EngineMake } from '../plan/make.ts';
import type { Engine, StagedFiles } from './engine.ts';
import { OpensslEngine, type OpensslEngineOptions } from './openssl.ts';

/** An engine that leaves some makes to another. */
interface Picky extends Engine {
  /** Decided before anything is made. */
  suits(make: EngineMake): boolean;
}

/** Node's part is loaded only where it is used. @param files what both engines work on. */
export async function openEngine(
  name: EngineName,
  options: OpensslEngineOptions,
  files: StagedFiles,
): Promise<Engine> {
  const openssl = new OpensslEngine(options);
  if (name === 'openssl') return openssl;
  const { NodeEngine } = await import('./node.ts');
  return new MixedEngine(new NodeEngine(options.byId, files), openssl);
}

/** EngineMake by make, so that one entity may have its key from the one and its certificate from the other. */
class MixedEngine implements Engine {
  readonly atOnce: number;
  readonly #first: Picky;
  readonly #second: Engine;

  constructor(first: Picky, second: Engine) {
    this.#first = first;
    this.#second = second;
    this.atOnce = Math.max(first.atOnce, second.atOnce);
  }

  perform(make: EngineMake): Promise<EngineName> {
    return (this.#first.suits(make) ? this.#first : this.#second).perform(make);
  }

  async close(): Promise<void> {
    await Promise.all([this.#first.close(), this.#second.close()]);
  }
}
