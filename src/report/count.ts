/** How many there are, who, and for how long. */
import type { Entity, EntityKind } from '../pki/entity.ts';
import { keysOf } from '../pki/record.ts';

const PLURALS: Readonly<Record<EntityKind, readonly [one: string, many: string]>> = {
  authority: ['authority', 'authorities'],
  server: ['server', 'servers'],
  client: ['client', 'clients'],
  peer: ['peer', 'peers'],
  certificate: ['certificate', 'certificates'],
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

/** `1.2s`, `42s`, `1m 20s`: as exact as is useful. @param seconds of any fraction. */
export function durationText(seconds: number): string {
  if (seconds < 9.95 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m ${whole % 60}s`;
}

/** `1 handshake`, `2 handshakes`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
