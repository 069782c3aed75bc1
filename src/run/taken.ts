/**
 * Keys and serial numbers that are in use already: in the output folder, in the ledger, and by what this run has made. An
 * openssl without randomness makes one of them again, and two owners of one key can each pass for the other.
 */
import type { Entity, EntityId } from '../pki/entity.ts';
import { type Change, isIssue } from '../plan/change.ts';
import type { Observation } from '../plan/observation.ts';
import { entriesIn, type LedgerEntry } from '../store/ledger.ts';
import { readableLines } from '../store/observe/known.ts';
import { StepError } from '../store/step-error.ts';
import type { CertificateFacts, Fingerprint, KeyId } from '../x509/facts.ts';

/** Grows while a run publishes. */
export class Taken {
  readonly #keys = new Map<KeyId, EntityId>();
  readonly #serials = new Map<string, { readonly by: EntityId; readonly fingerprint: Fingerprint }>();

  /** @param root the output folder. @param changes what is carried out: where nothing is issued, nothing is read. */
  static in(
    root: string,
    entities: readonly Entity[],
    observation: Observation,
    changes: readonly Change[],
  ): Taken {
    return new Taken(entities, observation, changes.some(isIssue) ? entriesIn(readableLines(root)) : []);
  }

  constructor(entities: readonly Entity[], observation: Observation, ledger: readonly LedgerEntry[]) {
    for (const { entity, issuer, serial, fingerprint, keyId } of ledger) {
      this.#keys.set(keyId, entity);
      this.#serials.set(`${issuer} ${serial}`, { by: entity, fingerprint });
    }
    for (const entity of entities) this.#observe(entity, observation);
  }

  #observe({ id, issuer }: Entity, { entities }: Observation): void {
    const observed = entities.get(id);
    if (observed?.key.state === 'present') this.#keys.set(observed.key.facts.keyId, id);
    if (observed?.cert.state !== 'present') return;
    const { serial, fingerprint } = observed.cert.facts;
    this.#serials.set(`${issuer ?? id} ${serial}`, { by: id, fingerprint });
  }

  /** @throws StepError where a key that was made just now is in use already. */
  takeKey(keyId: KeyId, by: EntityId): void {
    const owner = this.#keys.get(keyId);
    if (owner !== undefined) throw new StepError({ kind: 'key-again', owner });
    this.#keys.set(keyId, by);
  }

  /** @throws StepError where its issuer has given the number to another certificate. */
  takeSerial({ serial, fingerprint }: CertificateFacts, issuer: EntityId, by: EntityId): void {
    const name = `${issuer} ${serial}`;
    const known = this.#serials.get(name);
    if (known !== undefined && known.fingerprint !== fingerprint)
      throw new StepError({ kind: 'serial-again', serial, owner: known.by });
    this.#serials.set(name, { by, fingerprint });
  }
}
