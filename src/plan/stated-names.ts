/**
 * Names, of a certificate or a request, of which a manifest can state none: they are not shown to be wrong, and no edit of
 * the manifest can have taken them away. Others say once more what one of them says. Pure.
 */
import { parseSan, sanIdentity } from '../manifest/san.ts';
import type { Entity } from '../pki/entity.ts';
import { type San, sanText } from '../pki/san.ts';
import { subjectAltName } from '../x509/extensions/subject-alt-name.ts';

/** Those that are wanted, where only names that stay are there beside them; otherwise `null`. */
export function statedNames(found: readonly string[], entity: Entity): readonly string[] | null {
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
