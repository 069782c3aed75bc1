/** The output folder → Observation. Reads only; what cannot be read becomes a fact too. */

import type { Entity, EntityId, Inventory } from '../../pki/entity.ts';
import type { EntityObservation, IssuedBefore, Observation, Sight } from '../../plan/observation.ts';
import { pending } from '../commit/pending.ts';
import { otherEntries } from '../ledger.ts';
import type { Cache } from './cache.ts';
import { observeCommands } from './commands.ts';
import { observeEntity, whereOf } from './entity.ts';
import { knownIn, readableLines } from './known.ts';
import { listedBefore } from './lists.ts';
import { findOrphans } from './orphans.ts';
import { Reader, type SignatureKey } from './reader.ts';
import { lackingSecrets } from './sealed.ts';
import { unseenIn } from './sight.ts';

/** @param root the output folder, absolute. @param reader of a run that may have read the same before. */
export function observe(
  root: string,
  { entities }: Inventory,
  cache?: Cache,
  reader = new Reader(),
  sight: Sight = 'all',
): Observation {
  const where = whereOf(root, entities, reader, sight);
  const { folders, signers } = where;
  const observed = new Map<EntityId, EntityObservation>();
  for (const entity of entities) observed.set(entity.id, observeEntity(where, entity, cache));
  const left = pending(root);
  const exposed = folders.exposed();
  return {
    entities: observed,
    ...findOrphans(root, entities),
    ...(left.length === 0 ? {} : { pending: left }),
    ...(exposed.length === 0 ? {} : { exposed }),
    ...fromLedger(root, entities, observed, signers),
    ...lackingSecrets(reader),
    ...unseenIn(observed, sight),
    ...(reader.tokens.faults.size === 0 ? {} : { tokens: reader.tokens.faults }),
    ...observeCommands(root, entities),
  };
}

/** What `observe` finds of each entity, one at a time, none of which is held here. @param cache is filled with it. */
export function* lookAtEach(
  root: string,
  { entities }: Inventory,
  wanted: (entity: Entity) => boolean,
  cache: Cache | undefined,
  reader: Reader,
): Iterable<readonly [Entity, EntityObservation]> {
  const where = whereOf(root, entities, reader, 'all');
  for (const entity of entities) if (wanted(entity)) yield [entity, observeEntity(where, entity, cache)];
}

/** What else the ledger and its companions say of entities that make no lists. */
export function knownOf(
  root: string,
  entities: readonly Entity[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
): Pick<Observation, 'issued' | 'known'> {
  return fromLedger(root, entities, observed, new Map());
}

function fromLedger(
  root: string,
  entities: readonly Entity[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
  signers: ReadonlyMap<EntityId, SignatureKey | undefined>,
): Pick<Observation, 'issued' | 'known' | 'certificates' | 'lists'> {
  const lines = readableLines(root);
  const issued = issuedBefore(lines, observed);
  const known = knownIn(root, entities, observed, lines);
  return {
    ...(issued.length === 0 ? {} : { issued }),
    ...(known.size === 0 ? {} : { known }),
    ...listedBefore(root, entities, lines, signers),
  };
}

function issuedBefore(
  lines: readonly string[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
): readonly IssuedBefore[] {
  const known = new Map<string, Set<string>>();
  for (const { cert } of observed.values()) {
    if (cert.state !== 'present') continue;
    const { serial, fingerprint } = cert.facts;
    known.set(serial, (known.get(serial) ?? new Set()).add(fingerprint));
  }
  return otherEntries(lines, known);
}
