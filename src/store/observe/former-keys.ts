/**
 * Former keys of roots that no line of the ledger is about. A root that was adopted, and got a new key before there was an
 * `authorities.json`, had another one before its first line. That key signed the cross-certificate, which has a line.
 */
import type { Entity, EntityId } from '../../pki/entity.ts';
import { strangeIn } from '../../plan/known.ts';
import type { EntityObservation, KnownAuthorities, KnownAuthority } from '../../plan/observation.ts';
import { certificateFacts } from '../../x509/certificate.ts';
import type { CertificateFacts, Fingerprint, KeyId } from '../../x509/facts.ts';
import { certificateBlocks } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import { isSignedBy } from '../../x509/rollover.ts';
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
    const { roots, key } = strangeIn(entity, seen, known);
    if (roots.length === 0 && (key === null || entity.issuer !== null)) continue;
    const certificates = certificatesIn(root, entity);
    const former = roots
      .filter((one) => hasSigned(certificates, one.fingerprint, of))
      .map((one) => one.keyId);
    const next = key !== null && isVouchedFor(key, seen, certificates, of) ? [key] : [];
    more.set(entity.id, { ...of, keys: new Set<KeyId>([...of.keys, ...former, ...next]) });
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
  return issued.some(([, cross]) => isSignedBy(cross, der));
}

/**
 * A key that a former one has certified in the root's own name: the script of a plan writes no ledger, and leaves such a
 * cross-certificate behind. No other CA certificate has that name, because validation refuses two of them.
 */
function isVouchedFor(
  key: KeyId,
  { cert }: EntityObservation,
  certificates: ReadonlyMap<Fingerprint, Uint8Array>,
  known: KnownAuthority,
): boolean {
  if (cert.state !== 'present' || cert.facts.keyId !== key) return false;
  const name = cert.facts.subjectDer;
  const all = [...certificates.values()].flatMap((der) => readable(der) ?? []);
  const crossing = all.filter(({ facts }) => facts.keyId === key && facts.subjectDer === name);
  const former = all.filter(
    ({ facts }) => known.keys.has(facts.keyId) && facts.subjectDer === facts.issuerDer,
  );
  return crossing.some(({ der }) => former.some((one) => isSignedBy(der, one.der)));
}

function readable(der: Uint8Array): { der: Uint8Array; facts: CertificateFacts } | undefined {
  try {
    return { der, facts: certificateFacts(der) };
  } catch {
    // What cannot be read vouches for nothing.
    return undefined;
  }
}
