/**
 * Former keys of roots that no line of the ledger is about. A root that was adopted, and got a new key before there was an
 * `authorities.json`, had another one before its first line. That key signed the cross-certificate, which has a line.
 */
import type { Entity, EntityId } from '../../pki/entity.ts';
import { strangeIn } from '../../plan/known.ts';
import type { EntityObservation, KnownAuthorities, KnownAuthority } from '../../plan/observation.ts';
import { certificateSpki, publicKeyObject } from '../../x509/certificate.ts';
import type { Fingerprint, KeyId } from '../../x509/facts.ts';
import { certificateBlocks } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import { signedBy } from '../../x509/signature.ts';
import { readPublished } from '../symlinks/read.ts';

/** What is known, and with it the keys behind earlier roots that only such a signature explains. */
export function withFormerKeys(
  known: KnownAuthorities,
  root: string,
  entities: readonly Entity[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
): KnownAuthorities {
  const more = new Map(known);
  for (const entity of entities) {
    const [seen, of] = [observed.get(entity.id), known.get(entity.id)];
    if (seen === undefined || of === undefined) continue;
    const strangers = strangeIn(entity, seen, known).roots;
    if (strangers.length === 0) continue;
    const certificates = certificatesIn(root, entity);
    const keys = strangers
      .filter((one) => hasSigned(certificates, one.fingerprint, of))
      .map((one) => one.keyId);
    more.set(entity.id, { ...of, keys: new Set<KeyId>([...of.keys, ...keys]) });
  }
  return more;
}

function certificatesIn(root: string, entity: Entity): ReadonlyMap<Fingerprint, Uint8Array> {
  const bytes = readPublished(root, entity, 'previous');
  const all = bytes.state === 'present' ? certificateBlocks(bytes.facts) : [];
  return new Map(all.map((der) => [sha256(der), der]));
}

/** The signature is checked: names and key identifiers are what anyone may write. */
function hasSigned(
  certificates: ReadonlyMap<Fingerprint, Uint8Array>,
  signer: Fingerprint,
  known: KnownAuthority,
): boolean {
  const der = certificates.get(signer);
  if (der === undefined) return false;
  const issued = [...certificates].filter(([fingerprint]) => known.certificates.has(fingerprint));
  try {
    const key = publicKeyObject(certificateSpki(der));
    return issued.some(([, cross]) => signedBy(cross, key));
  } catch {
    // A key that nothing here can use has signed nothing that could be checked.
    return false;
  }
}
