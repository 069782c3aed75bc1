/** What another hand put behind the certificates of authorities, in files that programs are given as what they trust. Pure. */
import type { Entity } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { type ById, byIdOf, issuersAbove } from '../pki/issuers.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { isKnownAnchor, waysToKnow } from '../x509/trust-anchor.ts';
import { anchored } from './anchored.ts';
import { type Change, isIssue } from './change.ts';
import { explainedRoots } from './known.ts';
import { NOTHING, type Observation } from './observation.ts';
import type { Remark } from './remark.ts';

/** As the proof finds it (run/verify-trust.ts); nothing of a certificate that is issued again, and then stands alone. */
export function alsoTrusted(
  entities: readonly Entity[],
  observation: Observation,
  changes: readonly Change[],
): readonly Remark[] {
  const mixed = entities.filter(
    ({ id, kind }) => kind === 'authority' && observation.entities.get(id)?.behind !== undefined,
  );
  if (mixed.length === 0) return [];
  const issued = new Set(changes.filter(isIssue).map(({ id }) => id));
  const byId = byIdOf(entities);
  return mixed.flatMap((entity) => (issued.has(entity.id) ? [] : strangeBehind(entity, byId, observation)));
}

function strangeBehind(entity: Entity, byId: ById, observation: Observation): readonly Remark[] {
  const named = [entity.id, ...entity.trust, ...issuersAbove(entity, byId).map(({ id }) => id)];
  const known = new Set(
    named.flatMap((id) => ownCertificates(byId.get(id), observation).flatMap(waysToKnow)),
  );
  const { behind = [] } = observation.entities.get(entity.id) ?? NOTHING;
  const strange = behind.filter((anchor) => !isKnownAnchor(anchor, known));
  if (strange.length === 0) return [];
  const fingerprints = strange.map(({ fingerprint }) => fingerprint);
  return [{ kind: 'also-trusted', entity: entity.id, path: filePath(entity, 'cert'), fingerprints }];
}

/** Of an authority, the current one and those from before that something explains; of an anchor, what the manifest names. */
function ownCertificates(
  authority: Entity | undefined,
  { entities, known }: Observation,
): readonly CertificateFacts[] {
  if (authority === undefined) return [];
  const observed = anchored(authority, entities.get(authority.id) ?? NOTHING);
  const { cert } = observed;
  const current = cert.state === 'present' ? [cert.facts] : [];
  return [...current, ...explainedRoots(authority, observed, known)];
}
