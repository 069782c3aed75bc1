/** What a TLS server or client loads of an entity's files. */

import type { Artifact } from '../../pki/artifact.ts';
import type { Entity, EntityId } from '../../pki/entity.ts';
import { issuersAbove } from '../../plan/derived.ts';
import { readPublished } from '../symlinks/read.ts';

/** PEM texts: the private key, the leaf with the authorities between it and the root, and the roots that it trusts. */
export interface CredentialFiles {
  readonly key: string;
  readonly fullchain: string;
  readonly ca: string;
}

/**
 * `undefined` where a file is missing or unreadable: then there is nothing to load. Bundles that `outputs` leaves out
 * are put together from the certificates that they would hold, as whoever deploys them has to do.
 */
export function readCredentials(
  root: string,
  entity: Entity,
  byId: ReadonlyMap<EntityId, Entity>,
): CredentialFiles | undefined {
  const text = (of: Entity, file: Artifact): string | undefined => readText(root, of, file);
  const whole = (file: Artifact, parts: () => readonly (string | undefined)[]): string | undefined =>
    entity.outputs.some((output) => output === file) ? text(entity, file) : joined(parts());
  const chain = issuersAbove(entity, byId).filter(({ issuer }) => issuer !== null);
  const roots = entity.trust.flatMap((id) => byId.get(id) ?? []);
  const key = text(entity, 'key');
  const fullchain = whole('fullchain', () => [entity, ...chain].map((of) => text(of, 'cert')));
  const ca = whole('ca', () => roots.flatMap((of) => [text(of, 'cert'), text(of, 'previous') ?? '']));
  return key === undefined || ca === undefined || fullchain === undefined
    ? undefined
    : { key, fullchain, ca };
}

function readText(root: string, entity: Entity, file: Artifact): string | undefined {
  const bytes = readPublished(root, entity, file);
  return bytes.state === 'present' ? bytes.facts.toString('latin1') : undefined;
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('');
}
