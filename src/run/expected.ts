/**
 * What a run goes by: the keys and certificates that its plan was made from, and those that it has put in place since. A
 * plan waits for its answer, and the answer was given to these; so whatever else comes to their places is not used.
 */
import type { EntityId } from '../pki/entity.ts';
import type { Observation } from '../plan/observation.ts';
import { StepError } from '../store/step-error.ts';
import type { CertificateFacts, Fingerprint, KeyId } from '../x509/facts.ts';

/** What an entity has got in this run; `null`: what it had before. */
export interface Replacement {
  readonly key: KeyId | null;
  readonly certificate: CertificateFacts | null;
  readonly cross: CertificateFacts | null;
}

/** Grows while a run publishes. */
export class Expected {
  readonly #keys = new Map<EntityId, KeyId>();
  readonly #certificates = new Map<EntityId, Fingerprint>();
  readonly #crosses = new Map<EntityId, Fingerprint>();

  constructor({ entities }: Pick<Observation, 'entities'>) {
    for (const [id, { key, cert }] of entities) {
      if (key.state === 'present') this.#keys.set(id, key.facts.keyId);
      if (cert.state === 'present') this.#certificates.set(id, cert.facts.fingerprint);
    }
  }

  /** It is in its place. */
  replaced(id: EntityId, { key, certificate, cross }: Replacement): void {
    if (key !== null) this.#keys.set(id, key);
    if (certificate !== null) this.#certificates.set(id, certificate.fingerprint);
    if (cross !== null) this.#crosses.set(id, cross.fingerprint);
  }

  /** @param path of the file, for the message. @throws StepError where it is another one. */
  checkKey(id: EntityId, keyId: KeyId, path: string): void {
    if (this.#keys.get(id) !== keyId) throw new StepError({ kind: 'changed', path });
  }

  /** @param path of the file, for the message. @throws StepError where it is another one. */
  checkCertificate(id: EntityId, fingerprint: Fingerprint, path: string): void {
    if (this.#certificates.get(id) !== fingerprint) throw new StepError({ kind: 'changed', path });
  }

  /** The cross-certificate that a root has got in this run. */
  crossOf(id: EntityId): Fingerprint | undefined {
    return this.#crosses.get(id);
  }
}
