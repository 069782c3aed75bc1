/** How a certificate is compared that has names beside those that are wanted, which stay until the renewal. Pure. */
import type { Entity } from '../pki/entity.ts';
import { type CertificateFacts, sanOf } from '../x509/facts.ts';
import type { Context } from './context.ts';
import { statedNames } from './stated-names.ts';
import { hasNameConstraints } from './vouching.ts';

/**
 * The certificate without such names where the others are those that are wanted, otherwise as it is. Below name
 * constraints all count: Go and others refuse a chain for a name that they cannot compare with these.
 */
export function statedPart(facts: CertificateFacts, entity: Entity, context: Context): CertificateFacts {
  const found = facts.extensions.subjectAltName;
  const stated = statedNames(sanOf(facts), entity);
  if (found === undefined || stated === null || hasNameConstraints(entity, context)) return facts;
  const { subjectAltName: _, ...others } = facts.extensions;
  const rest = stated.length === 0 ? {} : { subjectAltName: { ...found, value: stated } };
  return { ...facts, extensions: { ...others, ...rest } };
}
