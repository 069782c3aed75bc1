/** What a run has learnt of keys on tokens: their public halves, or why they are not to be had. In memory alone. */
import type { EntityId } from '../pki/entity.ts';
import type { TokenFault } from '../pki/token.ts';
import type { KeyFacts } from '../x509/facts.ts';

/** A public key as the token showed it. */
export interface ShownKey {
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly facts: KeyFacts;
}

/** Grows as tokens are asked. */
export class TokenKeys {
  readonly #shown = new Map<EntityId, ShownKey>();
  readonly #faults = new Map<EntityId, TokenFault>();

  /** Why others were not shown. */
  get faults(): ReadonlyMap<EntityId, TokenFault> {
    return this.#faults;
  }

  /** `undefined`: it was not asked for, or in vain. */
  of(id: EntityId): ShownKey | undefined {
    return this.#shown.get(id);
  }

  /** Whether it was asked for, with whatever result. */
  isAsked(id: EntityId): boolean {
    return this.#shown.has(id) || this.#faults.has(id);
  }

  /** The token showed it. */
  show(id: EntityId, key: ShownKey): void {
    this.#shown.set(id, key);
  }

  /** The token did not. */
  fail(id: EntityId, fault: TokenFault): void {
    this.#faults.set(id, fault);
  }
}
