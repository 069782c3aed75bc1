/** What stands behind a certificate that was issued elsewhere, and whether that leads to a root of its issuer. */
import type { Authority, Entity, EntityId } from '../../pki/entity.ts';
import { messageOf } from '../../pki/errors.ts';
import { contractFaults, type Elsewhere } from '../../plan/elsewhere.ts';
import type { FileState, Presented } from '../../plan/observation.ts';
import type { Reason } from '../../plan/reason.ts';
import { certificateFacts, certificateSpki } from '../../x509/certificate.ts';
import { type CertificateFacts, isAuthority } from '../../x509/facts.ts';
import { certificateBlocks, certificateLikeBlocks, parseCertificate } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import { signedBy } from '../../x509/signature.ts';
import { type TrustAnchor, trustAnchor } from '../../x509/trust-anchor.ts';
import { publicKeyObject } from '../../x509/verification-key.ts';
import { readPublished } from '../symlinks/read.ts';

/** A certificate, read once. */
interface Certificate {
  readonly der: Uint8Array;
  readonly facts: CertificateFacts;
}

/** Nothing of what is issued here. @param cert its file. */
export function presentedOf(
  entity: Entity,
  cert: FileState<Buffer>,
  anchors: ReadonlyMap<EntityId, Authority>,
): { readonly presented?: Presented } {
  if (!entity.elsewhere || entity.issuer === null || cert.state !== 'present') return {};
  const [leaf, ...others] = certificateBlocks(cert.facts);
  if (leaf === undefined) return {};
  const way = wayFrom(leaf, others.flatMap(readable), rootsOf(anchors.get(entity.issuer)));
  const root = way?.at(-1);
  const ends = (way ?? []).map(({ facts }) => facts.notAfter);
  return {
    presented: {
      certificates: others.map((der) => sha256(der)),
      root: root?.facts.fingerprint ?? null,
      notAfter: ends.length === 0 ? null : Math.min(...ends),
    },
  };
}

/** What is issued here is alone in its file: what else is there is another's, and goes with the next one. */
export function behindOf(
  entity: Entity,
  cert: FileState<Buffer>,
): { readonly behind?: readonly TrustAnchor[] } {
  if (entity.elsewhere || cert.state !== 'present' || !hasSeveral(cert.facts)) return {};
  const [, ...behind] = likeCertificates(cert.facts);
  return behind.length === 0 ? {} : { behind: behind.map(trustAnchor) };
}

/** Also of a label that only some programs take for one; of a file that they read in different ways, what all do. */
function likeCertificates(bytes: Buffer): readonly Uint8Array[] {
  try {
    return certificateLikeBlocks(bytes);
  } catch {
    return certificateBlocks(bytes);
  }
}

const BEGIN = '-----BEGIN ';

/** Most files are not read again for it. */
function hasSeveral(bytes: Buffer): boolean {
  return bytes.lastIndexOf(BEGIN) > bytes.indexOf(BEGIN);
}

/** Whether a certificate leads to a root in the file of an anchor. @param others what stands behind it. */
export function leadsToRoot(
  leaf: Uint8Array,
  others: readonly Uint8Array[],
  anchor: Authority | undefined,
): boolean {
  return wayFrom(leaf, others.flatMap(readable), rootsOf(anchor)) !== undefined;
}

/** Whether a certificate was signed by the key, and in the name, of another one; not what cannot be read. */
export function isSignedBy(der: Uint8Array, issuer: Uint8Array): boolean {
  const [below] = readable(der);
  const [above] = readable(issuer);
  return below !== undefined && above !== undefined && hasSigned(above, below);
}

/** What of a certificate from elsewhere breaks the contract, as it is now; none of one that is not there. */
export function readContractFaults(
  root: string,
  entity: Elsewhere,
  entities: readonly Entity[],
): readonly Reason[] {
  const file = readPublished(root, entity, 'cert');
  if (file.state !== 'present') return [];
  return contractFaults(entity, {
    cert: readCertificate(file),
    key: { state: 'missing' },
    ...presentedOf(entity, file, anchorsOf(entities)),
  });
}

function readCertificate(
  file: Extract<FileState<Buffer>, { state: 'present' }>,
): FileState<CertificateFacts> {
  try {
    return { ...file, facts: parseCertificate(file.facts) };
  } catch (error) {
    return { state: 'garbage', detail: messageOf(error) };
  }
}

/** Authorities of which only certificates are here, by id. */
export function anchorsOf(entities: readonly Entity[]): ReadonlyMap<EntityId, Authority> {
  const anchors = entities.flatMap((entity) =>
    entity.kind === 'authority' && entity.keyPlace?.kind === 'anchor' ? [[entity.id, entity] as const] : [],
  );
  return new Map(anchors);
}

/** Verifiers end a chain where a certificate names itself (RFC 5280 §6.1); openssl goes on otherwise. */
function rootsOf(anchor: Authority | undefined): readonly Certificate[] {
  if (anchor?.keyPlace?.kind !== 'anchor') return [];
  return anchor.keyPlace.certificates
    .flatMap((pem) => certificateBlocks(Buffer.from(pem)))
    .flatMap(readable)
    .filter(({ facts }) => facts.subjectDer === facts.issuerDer);
}

/** Certificates above one, each signed by the next, up to a root; `undefined` where there is no such way. */
function wayFrom(
  leaf: Uint8Array,
  others: readonly Certificate[],
  roots: readonly Certificate[],
): readonly Certificate[] | undefined {
  const [start] = readable(leaf);
  const way: Certificate[] = [];
  for (let at = start; at !== undefined; ) {
    const below = at;
    const root = roots.find((one) => hasSigned(one, below));
    if (root !== undefined) return [...way, root];
    at = others.find((one) => !way.includes(one) && hasSigned(one, below));
    if (at !== undefined) way.push(at);
  }
  return undefined;
}

function hasSigned({ der, facts }: Certificate, below: Certificate): boolean {
  if (facts.subjectDer !== below.facts.issuerDer || !isAuthority(facts)) return false;
  try {
    return signedBy(below.der, publicKeyObject(certificateSpki(der)));
  } catch {
    // A key that nothing here can use has signed nothing that can be checked.
    return false;
  }
}

/** What cannot be read leads nowhere. */
function readable(der: Uint8Array): readonly Certificate[] {
  try {
    return [{ der, facts: certificateFacts(der) }];
  } catch {
    return [];
  }
}
