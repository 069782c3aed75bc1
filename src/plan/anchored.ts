/** What the files of an anchor are to say: its certificates, of which the first stands alone. Pure. */
import type { Entity } from '../pki/entity.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { parseCertificate } from '../x509/parse.ts';
import { type EntityObservation, NOTHING } from './observation.ts';

/** What an anchor's files will say, whatever they say now; of any other entity what was found. */
export function anchored(entity: Entity, observed: EntityObservation): EntityObservation {
  const [first, ...others] = anchorFacts(entity);
  if (first === undefined) return observed;
  const mode = 0o644;
  const previous = others.map((facts) => ({ ...facts, signedBy: facts.keyId }));
  return {
    ...observed,
    cert: { state: 'present', facts: first, mode },
    previous: previous.length === 0 ? NOTHING.previous : { state: 'present', facts: previous, mode },
  };
}

/** In the order of the file; none of any other entity. */
export function anchorFacts({ keyPlace }: Entity): readonly CertificateFacts[] {
  if (keyPlace?.kind !== 'anchor') return [];
  return keyPlace.certificates.map((pem) => parseCertificate(Buffer.from(pem)));
}
