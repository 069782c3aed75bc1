/**
 * Rollover of a root: whoever still holds a certificate issued under the old one must be accepted until everybody has
 * the new bundle, so the old certificate stays beside the new one until it ends or is retired (RFC 4210 §4.4).
 */
import type { Entity } from '../model/entity.ts';
import type { CertificateFacts, Fingerprint } from './facts.ts';
import { issuedName, keptName } from './name.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';

export interface Previous {
  /** Newest first. */
  readonly keep: readonly Fingerprint[];
  readonly reasons: readonly Reason[];
  readonly write: boolean;
  readonly remove: boolean;
}

interface Situation {
  readonly now: number;
  readonly retired: boolean;
  /** The present certificate is replaced by one for another key or of another name. */
  readonly newIdentity: boolean;
}

export function previousOf(entity: Entity, observed: EntityObservation, situation: Situation): Previous {
  const file = observed.previous;
  const known = file.state === 'present' ? file.facts : [];
  const replaced = situation.newIdentity ? replacedCertificate(observed, situation.now) : [];
  const gone = known.filter((facts) => situation.retired || facts.notAfter < situation.now);
  const kept = [...replaced, ...known.filter((facts) => !gone.includes(facts))];
  const keep = entity.issuer === null ? kept.map(({ fingerprint }) => fingerprint) : [];
  const differs = keep.join() !== known.map(({ fingerprint }) => fingerprint).join();
  const isDamaged = file.state === 'garbage';
  return {
    keep,
    reasons: [
      ...replaced.map(({ notAfter }) => ({ kind: 'keeps-trust', notAfter }) as const),
      ...gone.map((facts) => dropped(facts, situation)),
      ...(isDamaged ? [{ kind: 'unreadable', artifact: 'previous', detail: file.detail } as const] : []),
    ],
    write: keep.length > 0 && (differs || isDamaged),
    remove: keep.length === 0 && (known.length > 0 || isDamaged),
  };
}

/** What is not a root's own certificate, or is over, deserves no trust for old times' sake. */
function replacedCertificate(
  { cert, signedBy }: EntityObservation,
  now: number,
): readonly CertificateFacts[] {
  if (cert.state !== 'present' || cert.facts.notAfter < now) return [];
  const isRoot = cert.facts.issuerDer === cert.facts.subjectDer && cert.facts.basicConstraints?.ca === true;
  // A certificate that the key on disk did not sign may be anybody's, put there by mistake or on purpose.
  return isRoot && signedBy === cert.facts.keyId ? [cert.facts] : [];
}

function dropped({ notAfter }: CertificateFacts, { retired }: Situation): Reason {
  return { kind: 'drops-trust', notAfter, why: retired ? 'retired' : 'expired' };
}

/** Whether a certificate issued now will be for another key or name than the present one. */
export function hasNewIdentity(entity: Entity, { cert, key }: EntityObservation, newKey: boolean): boolean {
  if (cert.state !== 'present') return false;
  const sameKey = !newKey && key.state === 'present' && key.facts.keyId === cert.facts.keyId;
  return !sameKey || cert.facts.subjectDer !== issuedName(entity, keptName(entity, cert.facts));
}
