/**
 * What files say, by their content, for as long as one run lasts: what was judged in staging is not parsed once more in
 * its place, nor is a signature checked twice.
 */
import { type Artifact, eachArtifact } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { type FactsOf, readFacts } from '../../plan/artifacts/rules.ts';
import type { KeyId } from '../../x509/facts.ts';
import { certificateDer } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import { signedBy } from '../../x509/signature.ts';
import type { VerificationKey } from '../../x509/verification-key.ts';
import { Keyring } from '../keyring.ts';
import type { Secrets } from '../secrets.ts';
import { TokenKeys } from '../token-keys.ts';
import { signedByMeanwhile } from './signed-meanwhile.ts';

/** A public key that checks signatures. */
export interface SignatureKey {
  readonly keyId: KeyId;
  readonly key: VerificationKey;
}

type Facts = { readonly [A in Artifact]: Map<string, FactsOf<A>> };

/** Files of which no two entities have the same. */
const UNSHARED: ReadonlySet<Artifact> = new Set(['key', 'csr', 'cert', 'fullchain']);

/** Remembers what it has read; never what it could not read. */
export class Reader {
  /** Opens files under a password; absent: those stay closed. */
  readonly secrets: Secrets | undefined;
  /** Entities whose files are opened, which grows with what a run needs; absent: all. */
  readonly #opens: Set<EntityId> | undefined;
  /** Opens private keys. */
  readonly keyring: Keyring;
  /** Keys that are on tokens. */
  readonly tokens = new TokenKeys();
  /** By the digest of the bytes. */
  readonly #facts: Facts = eachArtifact(() => new Map<string, never>());
  #isLast = false;
  readonly #signed = new Map<string, boolean>();

  /** @param opens where only some entities are asked about: of others no password is read. */
  constructor(secrets?: Secrets, opens: ReadonlySet<EntityId> = new Set()) {
    this.secrets = secrets;
    this.#opens = opens.size === 0 ? undefined : new Set(opens);
    this.keyring = new Keyring(secrets);
  }

  /** From now on each file is read once: what many thousands say is most of what a run holds. */
  beLast(): void {
    this.#isLast = true;
  }

  /** Whether nothing was left closed for want of a question. */
  get opensAll(): boolean {
    return this.#opens === undefined;
  }

  /** From now on files of these are opened as well. */
  open(ids: Iterable<EntityId>): void {
    for (const id of ids) this.#opens?.add(id);
  }

  /** Those by which the files of an entity are opened; `undefined`: these stay closed. */
  secretsFor(id: EntityId): Secrets | undefined {
    return this.#opens === undefined || this.#opens.has(id) ? this.secrets : undefined;
  }

  /** The same for private keys. */
  keyringFor(id: EntityId): Keyring {
    return this.#opens === undefined || this.#opens.has(id) ? this.keyring : new Keyring();
  }

  /** @throws Error whose message says what is wrong with the content. */
  read<A extends Artifact>(artifact: A, bytes: Buffer): FactsOf<A> {
    const digest = sha256(bytes);
    const known = this.#facts[artifact].get(digest);
    if (known !== undefined && this.#isLast && UNSHARED.has(artifact)) this.#facts[artifact].delete(digest);
    if (known !== undefined) return known;
    const facts = readFacts(artifact, bytes);
    this.#facts[artifact].set(digest, facts);
    return facts;
  }

  /** Whether the first certificate of a file is signed by that key. */
  isSigned(bytes: Buffer, signer: SignatureKey): boolean {
    const name = signatureName(bytes, signer);
    return this.#signed.get(name) ?? this.#remember(name, signedBy(certificateDer(bytes), signer.key));
  }

  /** The same beside whatever else is to be done. */
  async isSignedMeanwhile(bytes: Buffer, signer: SignatureKey): Promise<boolean> {
    const name = signatureName(bytes, signer);
    const known = this.#signed.get(name);
    return known ?? this.#remember(name, await signedByMeanwhile(certificateDer(bytes), signer.key));
  }

  #remember(name: string, isSigned: boolean): boolean {
    this.#signed.set(name, isSigned);
    return isSigned;
  }
}

function signatureName(bytes: Buffer, { keyId }: SignatureKey): string {
  return `${keyId} ${sha256(bytes)}`;
}
