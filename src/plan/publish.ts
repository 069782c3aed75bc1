/** How an entity's files are put before readers: as plain files, or behind links (`publish: symlinks`). */
import type { Entity } from '../pki/entity.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';

/** The files keep every byte: only the way to them changes. */
export function publishReasons(
  { publish }: Pick<Entity, 'publish'>,
  { published }: EntityObservation,
): readonly Reason[] {
  const after = publish ?? 'files';
  if (published === undefined || published.state === after) return [];
  return [{ kind: 'publish', before: published.state, after, findings: published.findings }];
}
