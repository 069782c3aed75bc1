/**
 * What files say, by their content, for as long as one run lasts: what was judged in staging is not parsed once more in
 * its place, nor is a signature checked twice.
 */
import type { KeyObject } from 'node:crypto';
import type { Artifact } from '../../pki/artifact.ts';
import { type FactsOf, RULES } from '../../plan/artifacts/rules.ts';
import type { KeyId } from '../../x509/facts.ts';
import { certificateDer } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import { signedBy } from '../../x509/signature.ts';

/** A public key that checks signatures. */
export interface SignatureKey {
  readonly keyId: KeyId;
  readonly key: KeyObject;
}

/** Remembers what it has read; never what it could not read. */
export class Reader {
  readonly #facts = new Map<string, unknown>();
  readonly #signed = new Map<string, boolean>();

  /** @throws Error whose message says what is wrong with the content. */
  read<A extends Artifact>(artifact: A, bytes: Buffer): FactsOf<A> {
    const name = `${artifact} ${sha256(bytes)}`;
    const known = this.#facts.get(name);
    // Facts under the name of an artifact are what its rule has read, which the compiler cannot follow through a map.
    if (known !== undefined) return known as FactsOf<A>;
    const facts = RULES[artifact].read(bytes) as FactsOf<A>;
    this.#facts.set(name, facts);
    return facts;
  }

  /** Whether the first certificate of a file is signed by that key. */
  isSigned(bytes: Buffer, { keyId, key }: SignatureKey): boolean {
    const name = `${keyId} ${sha256(bytes)}`;
    const known = this.#signed.get(name);
    if (known !== undefined) return known;
    const isSigned = signedBy(certificateDer(bytes), key);
    this.#signed.set(name, isSigned);
    return isSigned;
  }
}
