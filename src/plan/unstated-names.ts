/**
 * Names of a certificate that no manifest can state, or that say once more what another one says: they are not shown to
 * be wrong, and no edit of the manifest can have taken them away, so they stay until the renewal. Pure.
 */
import { parseSan, sanIdentity } from '../manifest/san.ts';
import type { Entity } from '../pki/entity.ts';
import { type San, sanText } from '../pki/san.ts';
import { subjectAltName } from '../x509/extensions/subject-alt-name.ts';
import { type CertificateFacts, sanOf } from '../x509/facts.ts';
import type { Context } from './context.ts';
import { diffExtension, type FieldChange } from './diff.ts';
import { hasNameConstraints } from './vouching.ts';
import { AN_ISSUER } from './wanted.ts';

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

/** How the names of the next certificate differ from those of one that stays. */
export function namesForLater(facts: CertificateFacts, entity: Entity): readonly FieldChange[] {
  if (statedNames(sanOf(facts), entity) === null) return [];
  const issuer = entity.issuer === null ? null : AN_ISSUER;
  const wanted = subjectAltName.wanted({ entity, issuer, keyIdentifier: null });
  return diffExtension(facts, { rule: subjectAltName, wanted });
}

/** Those that are wanted, where only names that stay are there beside them; otherwise `null`. */
function statedNames(found: readonly string[], entity: Entity): readonly string[] | null {
  const wanted = entity.san.map(sanText);
  if (subjectAltName.matches(found, wanted)) return null;
  const stated = found.filter((name) => !isUnstated(name, found, entity));
  return subjectAltName.matches(stated, wanted) ? stated : null;
}

function isUnstated(name: string, all: readonly string[], { san }: Entity): boolean {
  const parsed = parseSan(name);
  if (parsed.ok && sanText(parsed.value) === name) return isRepeated(parsed.value, all, san);
  return isHarmless(name);
}

/** DNS names in other letters are the same (RFC 4343). */
function isRepeated(name: San, all: readonly string[], asked: readonly San[]): boolean {
  const same = asked.find((one) => sanIdentity(one) === sanIdentity(name));
  return same !== undefined && sanText(same) !== sanText(name) && all.includes(sanText(same));
}

/**
 * Readable, of a kind whose value no verifier parses before it looks for it (Go refuses URIs that are none), not empty
 * (GnuTLS reads no such certificate), and without a wildcard, which would be good for more than one name.
 */
function isHarmless(name: string): boolean {
  return /^(?:dns|email):[!-)+-~][ -)+-~]*$/.test(name) || /^dirName:[^#]/.test(name);
}
