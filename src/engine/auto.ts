/** The engine of one run: openssl alone, or node, with openssl for what node does not do. */
import type { EngineName } from '../pki/engine.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import type { EngineMake } from '../plan/make.ts';
import type { Keyring } from '../store/keyring.ts';
import type { Engine, StagedFiles } from './engine.ts';
import { OpensslEngine, type OpensslEngineOptions } from './openssl.ts';
import type { Tokens } from './tokens.ts';

function isClosed(entity: Entity | undefined): boolean {
  return (entity?.passphrase ?? entity?.previousPassphrase ?? entity?.token) !== undefined;
}

/** Whose private keys it takes or makes. */
function keysOf(make: EngineMake): readonly EntityId[] {
  if (make.op === 'convert') return [];
  const key = make.op === 'sign' ? make.by.key : make.key;
  return key.kind === 'given' ? [] : [key.of];
}

/** Node's part is loaded only where it is used. @param files what both engines work on. */
export async function openEngine(
  name: EngineName,
  options: OpensslEngineOptions,
  files: StagedFiles,
  { keyring, tokens }: { readonly keyring: Keyring; readonly tokens?: Tokens },
): Promise<Engine> {
  const openssl = new OpensslEngine(options, files);
  const { byId } = options;
  const isLocked = (id: EntityId): boolean => isClosed(byId.get(id));
  if (name === 'openssl' && ![...byId.keys()].some(isLocked)) return openssl;
  const { NodeEngine } = await import('./node.ts');
  const node = new NodeEngine(byId, files, keyring, tokens && ((entity) => tokens.keyOf(entity)));
  // No other process is given a passphrase, nor a key that is under one; and what a token signs is written here.
  const suits = (make: EngineMake): boolean =>
    keysOf(make).some(isLocked) || (name === 'node' && node.suits(make));
  return new MixedEngine(node, openssl, suits);
}

/** Make by make, so that one entity may have its key from the one and its certificate from the other. */
class MixedEngine implements Engine {
  readonly atOnce: number;
  readonly #first: Engine;
  readonly #suits: (make: EngineMake) => boolean;
  readonly #second: Engine;

  /** @param suits which makes are for the first; decided before anything is made. */
  constructor(first: Engine, second: Engine, suits: (make: EngineMake) => boolean) {
    this.#suits = suits;
    this.#first = first;
    this.#second = second;
    this.atOnce = Math.max(first.atOnce, second.atOnce);
  }

  perform(make: EngineMake): Promise<EngineName> {
    return (this.#suits(make) ? this.#first : this.#second).perform(make);
  }

  async close(): Promise<void> {
    await Promise.all([this.#first.close(), this.#second.close()]);
  }
}
