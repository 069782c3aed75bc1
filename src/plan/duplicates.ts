/**
 * Serial numbers that an authority gave twice (RFC 5280 §4.1.2.2): NSS refuses the second certificate that it meets, and a
 * revocation list cannot tell them apart.
 */
import type { Entity, EntityId } from '../pki/entity.ts';
import type { CertificateFacts, Fingerprint } from '../x509/facts.ts';
import { isSelfSigned } from '../x509/rollover.ts';
import type { Defect } from './defects.ts';
import { type IssuedBefore, NOTHING, type Observation } from './observation.ts';
import { earlierOf } from './previous.ts';

/**
 * Entities whose certificate is not the first with its number; among those on the disk, the inventory's order decides.
 */
export function duplicateSerials(
  entities: readonly Entity[],
  { entities: observed, issued = [] }: Pick<Observation, 'entities' | 'issued'>,
): ReadonlyMap<EntityId, Defect> {
  const first = new Map<string, Holder>();
  const found = new Map<EntityId, Defect>();
  for (const { id, issuer } of entities) {
    const seen = observed.get(id) ?? NOTHING;
    const { roots, routes, cross } = earlierOf(seen);
    for (const { fingerprint, ...facts } of [...roots.filter(isSelfSigned), ...routes, ...cross])
      first.set(nameOf(facts), { of: id, fingerprint });
    if (seen.cert.state !== 'present') continue;
    const { facts } = seen.cert;
    const holder = first.get(nameOf(facts)) ?? inLedger(facts, issuer ?? id, issued);
    if (holder === undefined) first.set(nameOf(facts), { of: id, fingerprint: facts.fingerprint });
    else if (holder.fingerprint !== facts.fingerprint)
      found.set(id, { kind: 'defect', defect: 'duplicate-serial', what: holder.of });
  }
  return found;
}

interface Holder {
  readonly of: EntityId;
  readonly fingerprint: Fingerprint;
}

/** Verifiers know an issuer by its name. */
function nameOf({ issuerDer, serial }: Pick<CertificateFacts, 'issuerDer' | 'serial'>): string {
  return `${issuerDer} ${serial}`;
}

/** A certificate that is not on the disk any more. */
function inLedger(
  { serial }: CertificateFacts,
  authority: EntityId,
  issued: readonly IssuedBefore[],
): Holder | undefined {
  const found = issued.find((one) => one.issuer === authority && one.serial === serial);
  return found && { of: found.entity, fingerprint: found.fingerprint };
}
