/** How many there are, and who. */
import type { Entity, EntityKind } from '../pki/entity.ts';
import { keysOf } from '../pki/record.ts';

const PLURALS: Readonly<Record<EntityKind, readonly [one: string, many: string]>> = {
  authority: ['authority', 'authorities'],
  server: ['server', 'servers'],
  client: ['client', 'clients'],
  peer: ['peer', 'peers'],
};

/** `1 authority, 2 servers, 3 clients`; kinds that are not there are left out. */
export function countText(entities: readonly Entity[]): string {
  const parts = keysOf(PLURALS).flatMap((kind) => {
    const count = entities.filter((entity) => entity.kind === kind).length;
    return count === 0 ? [] : [`${count} ${PLURALS[kind][count === 1 ? 0 : 1]}`];
  });
  return parts.length === 0 ? 'no entities' : parts.join(', ');
}

/** `pki.yaml: valid, 1 authority`. */
export function validText(manifest: string, entities: readonly Entity[]): string {
  return `${manifest}: valid, ${countText(entities)}`;
}
