/** Who takes part in handshakes, in which role, and who trusts whom. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { type ById, byIdOf, chainAbove } from '../pki/issuers.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { isMlDsa } from '../pki/key-spec.ts';
import type { Side, TlsVersion } from './case.ts';

/** An end entity with the roots that its chain leads to. */
export interface Party {
  readonly entity: Entity;
  readonly roots: readonly EntityId[];
}

/** Whether it is such an end of a connection. */
export function takesPart({ kind }: Entity, role: Side): boolean {
  return kind === role || kind === 'peer';
}

/** Whether its key can be taken into this process. */
export function isKeyHere({ keyPlace, token }: Entity): boolean {
  return keyPlace === undefined && token === undefined;
}

/** Those with keys that are here. @param all those with them that are needed to find roots. */
export function parties(entities: readonly Entity[], role: Side, all = entities): readonly Party[] {
  const byId = byIdOf(all);
  return entities
    .filter((entity) => takesPart(entity, role) && isKeyHere(entity))
    .map((entity) => ({ entity, roots: rootsOf(entity, byId) }));
}

/** A chain through a bridge holds the key of a root that was cross-signed: those who trust that look no further. */
function rootsOf(entity: Entity, byId: ById): readonly EntityId[] {
  const shown = chainAbove(entity, byId);
  const bridged = shown.flatMap((one) => bridgedBy(one) ?? []);
  const roots = bridged.filter((id) => byId.get(id)?.issuer === null);
  return [...roots, ...shown.slice(-1).map(({ id }) => id)];
}

/** Whether an entity trusts what another one shows. */
export function trusts({ entity }: Party, { roots }: Party): boolean {
  return roots.some((root) => entity.trust.includes(root));
}

/** Each side refuses the other when the other's root is not in its own trust bundle. */
export function refusers(server: Party, client: Party): readonly Side[] {
  const by: Side[] = [];
  if (!trusts(server, client)) by.push('server');
  if (!trusts(client, server)) by.push('client');
  return by;
}

/** Versions in which they can meet: TLS 1.2 has no signatures of ML-DSA. */
export function spoken(
  versions: readonly TlsVersion[],
  ...parties: readonly (Party | undefined)[]
): readonly TlsVersion[] {
  const isNew = parties.some((party) => party !== undefined && isMlDsa(party.entity.key.algorithm));
  return isNew ? versions.filter((version) => version === 'TLSv1.3') : versions;
}
