/** Files under a password: whether they are up to date, as far as that can be known. */
import type { Output } from '../pki/artifact.ts';
import { isSealed, type SealedArtifact } from '../pki/seal.ts';
import { pieceMark } from '../x509/pkcs12.ts';
import type { SealedFacts, SealedRule, Situation } from './artifacts/rule.ts';
import { RULES } from './artifacts/rules.ts';
import { sealedPieces } from './artifacts/sealed.ts';
import type { EntityObservation } from './observation.ts';
import { changingParts, contentOf } from './parts.ts';
import type { Reason } from './reason.ts';

/** The rule of one of them. */
export function sealedRule(artifact: SealedArtifact): SealedRule {
  return RULES[artifact];
}

/** Reasons to make one again though the certificate stays. */
export function sealedReasons(
  artifact: SealedArtifact,
  facts: SealedFacts,
  situation: Situation,
): readonly Reason[] {
  const { entity, byId, members } = situation;
  if (facts.content === 'other-password') return [{ kind: 'password', artifact }];
  if (isSame(artifact, facts, situation)) return [];
  const changing = changingParts(sealedRule(artifact).parts(entity, byId), members, entity.id);
  if (changing.size > 0) return [...changing].map((issuer) => ({ kind: 'issuer-changes', issuer }));
  // Nothing is known of it: it stays, and the plan says so (plan/sealed-remarks.ts).
  return facts.content === 'closed' ? [] : [{ kind: 'stale', artifact }];
}

function isSame(artifact: SealedArtifact, { content, mark }: SealedFacts, situation: Situation): boolean {
  const wanted = wantedPieces(artifact, situation);
  if (wanted === null) return false;
  return content === 'closed'
    ? mark === pieceMark(wanted).toString('hex')
    : content.toString() === wanted.toString();
}

function wantedPieces(
  artifact: SealedArtifact,
  { entity, byId, members }: Situation,
): readonly string[] | null {
  const seal = entity.seals?.[artifact];
  if (seal === undefined) return null;
  const rule = sealedRule(artifact);
  const contents = rule.parts(entity, byId).map((part) => [part, contentOf([part], members)] as const);
  const pieces = sealedPieces(rule, entity, seal, contents);
  return pieces.every((piece) => piece !== null) ? pieces : null;
}

/** Those that nothing is known of: they cannot be opened, and do not say themselves what is in them. */
export function unknownFiles(
  observed: EntityObservation,
  wanted: readonly Output[],
  situation: Situation,
): readonly SealedArtifact[] {
  return wanted.filter(isSealed).filter((artifact) => {
    const file = observed[artifact];
    return (
      file.state === 'present' && file.facts.content === 'closed' && !isSame(artifact, file.facts, situation)
    );
  });
}
