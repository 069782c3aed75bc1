/** Whom those who trust a root may trust: its certificate on the disk, and earlier ones that something explains. */

import type { Artifact } from '../../pki/artifact.ts';
import type { Entity, EntityId } from '../../pki/entity.ts';
import { anchorFacts } from '../../plan/anchored.ts';
import { type FactsOf, readFacts } from '../../plan/artifacts/rules.ts';
import { explainedRoots } from '../../plan/known.ts';
import { type EntityObservation, type FileState, NOTHING } from '../../plan/observation.ts';
import type { CertificateFacts } from '../../x509/facts.ts';
import { readPublished } from '../symlinks/read.ts';
import { knownIn } from './known.ts';

/** Roots and intermediates, each with its certificate first; of an anchor, what the manifest names. @param root the output folder. */
export function readAuthorities(
  root: string,
  entities: readonly Entity[],
): ReadonlyMap<EntityId, readonly CertificateFacts[]> {
  const authorities = entities.filter(({ kind }) => kind === 'authority');
  const seen = new Map(authorities.map((entity) => [entity.id, observationOf(root, entity)]));
  const known = knownIn(root, authorities, seen);
  return new Map(
    authorities.map((entity) => {
      const anchors = anchorFacts(entity);
      if (anchors.length > 0) return [entity.id, anchors] as const;
      const observed = seen.get(entity.id) ?? NOTHING;
      const { cert } = observed;
      const current = cert.state === 'present' ? [cert.facts] : [];
      return [entity.id, [...current, ...explainedRoots(entity, observed, known)]] as const;
    }),
  );
}

/** Of one root those from before. @param root the output folder. */
export function readEarlierRoots(root: string, entity: Entity): readonly CertificateFacts[] {
  const anchors = anchorFacts(entity);
  if (anchors.length > 0) return anchors.slice(1);
  const observed = observationOf(root, entity);
  return explainedRoots(entity, observed, knownIn(root, [entity], new Map([[entity.id, observed]])));
}

/** No key: whose a certificate is can be said without. */
function observationOf(root: string, entity: Entity): EntityObservation {
  const read = <A extends Artifact>(artifact: A) => readState(root, entity, artifact);
  return { ...NOTHING, cert: read('cert'), ca: read('ca'), previous: read('previous') };
}

function readState<A extends Artifact>(root: string, entity: Entity, artifact: A): FileState<FactsOf<A>> {
  const bytes = readPublished(root, entity, artifact);
  if (bytes.state !== 'present') return bytes;
  try {
    return { ...bytes, facts: readFacts(artifact, bytes.facts) };
  } catch {
    // What cannot be read adds no trust, and the plan reports it.
    return { state: 'missing' };
  }
}
