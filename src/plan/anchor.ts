/**
 * Authorities of which only certificates are here, in a file beside the manifest: they are trusted by name, and sign
 * nothing. What is in the file is wanted in the output folder as it is; of what it says nothing is compared. Pure.
 */
import type { Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { type CertificateFacts, fingerprintsOf } from '../x509/facts.ts';
import { anchored, anchorFacts } from './anchored.ts';
import { earlyPlan } from './bridge-plan.ts';
import { type Change, NOTHING_KEPT } from './change.ts';
import type { Context } from './context.ts';
import { derivedFiles, wantedOutputs } from './derived.ts';
import { modeReasons } from './modes.ts';
import type { EntityObservation } from './observation.ts';
import { planEntity } from './plan-entity.ts';
import type { Reason } from './reason.ts';
import { refusalFor } from './refusal.ts';
import { situationOf } from './situation.ts';

/** As planEntity; an anchor has a plan of its own kind, and a bridge follows its authority. */
export function planAny(entity: Entity, observed: EntityObservation, context: Context): Change {
  const early = earlyPlan(entity, observed, context);
  if (early !== null) return early;
  return entity.keyPlace?.kind === 'anchor'
    ? planAnchor(entity, observed, context)
    : planEntity(entity, observed, context);
}

function planAnchor(entity: Entity, observed: EntityObservation, context: Context): Change {
  const own = { id: entity.id, kind: entity.kind, affects: [] };
  const isAsked = context.rekey.has(entity.id) || context.retire.has(entity.id);
  const refusal = isAsked
    ? ({ kind: 'anchor', entity: entity.id, path: anchorPath(entity) } as const)
    : refusalFor(entity, observed, ['cert', 'ca', 'previous']);
  if (refusal !== null) return { ...own, action: 'refuse', refusal };
  const [first, ...others] = anchorFacts(entity);
  const kept = { ...NOTHING_KEPT, previous: fingerprintsOf(others) };
  const situation = situationOf(entity, anchored(entity, observed), kept.previous, context);
  const derived = derivedFiles(wantedOutputs(situation), observed, situation);
  const reasons: readonly Reason[] = [
    ...differing(
      'cert',
      observed.cert.state === 'present' ? [observed.cert.facts] : [],
      first ? [first] : [],
    ),
    ...differing('previous', observed.previous.state === 'present' ? observed.previous.facts : [], others),
    ...derived.flatMap((file) => file.reasons),
    ...modeReasons(observed, entity),
  ];
  if (reasons.length === 0) return { ...own, ...kept, action: 'keep' };
  const named = reasons.flatMap((reason) =>
    'artifact' in reason && reason.kind !== 'mode' ? reason.artifact : [],
  );
  const isGone = others.length === 0 && named.includes('previous');
  const writes = [...new Set<Artifact>([...named, ...derived.map(({ artifact }) => artifact)])];
  return {
    ...own,
    ...kept,
    action: 'refresh',
    reasons,
    consents: [],
    writes: isGone ? writes.filter((file) => file !== 'previous') : writes,
    deletes: isGone ? ['previous'] : [],
    relocations: [],
    chmods: reasons.flatMap((reason) =>
      reason.kind === 'mode' && !writes.includes(reason.artifact) ? reason.artifact : [],
    ),
    relinks: false,
  };
}

function differing(
  artifact: 'cert' | 'previous',
  found: readonly CertificateFacts[],
  wanted: readonly CertificateFacts[],
): readonly Reason[] {
  if (fingerprintsOf(found).join() === fingerprintsOf(wanted).join()) return [];
  return found.length === 0 ? [{ kind: 'missing', artifact }] : [{ kind: 'stale', artifact }];
}

function anchorPath({ keyPlace }: Entity): string {
  return keyPlace?.kind === 'anchor' ? keyPlace.path : '';
}
