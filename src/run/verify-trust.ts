/**
 * The part of the proof that no handshake shows: trust beyond the manifest admits peers that no test knows. Bundles on
 * the disk are compared with the roots on the disk, so this needs no plan, and holds while something is due.
 */
import type { Artifact } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { byIdOf, issuersAbove } from '../pki/issuers.ts';
import { subjectText } from '../pki/subject.ts';
import { holdsRootsAlone, TRUST_FILES } from '../plan/trust.ts';
import { readAuthorities } from '../store/observe/trusted-roots.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { certificateFacts } from '../x509/certificate.ts';
import type { CertificateFacts, Fingerprint } from '../x509/facts.ts';
import { certificateLikeBlocks } from '../x509/parse.ts';
import { isKnownAnchor, trustAnchor, waysToKnow } from '../x509/trust-anchor.ts';

/** A certificate that must not be trusted; without a subject where it cannot be read. */
export interface StrangeAnchor {
  readonly fingerprint: Fingerprint;
  readonly subject: string | null;
}

/** A trust bundle that is more than the manifest names. */
export interface TrustProblem {
  readonly entity: EntityId;
  readonly artifact: Artifact;
  /** Empty where the file cannot be read alike by every program. */
  readonly strangers: readonly StrangeAnchor[];
  /** Why it cannot, `null` where it can. */
  readonly unreadable: string | null;
}

/** @param root the output folder. @param touched those alone; all of them by default. */
export function checkTrust(
  entities: readonly Entity[],
  { root, touched }: { readonly root: string; readonly touched?: ReadonlySet<EntityId> | undefined },
): readonly TrustProblem[] {
  const authorities = readAuthorities(root, entities);
  const byId = byIdOf(entities);
  const looked = entities.filter(({ id }) => touched === undefined || touched.has(id));
  return looked.flatMap((entity) => {
    const allowed = (ids: readonly EntityId[]): ReadonlySet<string> =>
      new Set(ids.flatMap((id) => authorities.get(id) ?? []).flatMap(waysToKnow));
    const roots = allowed(entity.trust);
    const all = allowed([...entity.trust, ...issuersAbove(entity, byId).map(({ id }) => id)]);
    const bundles = TRUST_FILES.filter((artifact) => entity.outputs.includes(artifact));
    return [
      ...bundles.flatMap((artifact) =>
        problemIn(root, entity, artifact, holdsRootsAlone(artifact) ? roots : all),
      ),
      // Programs are given the file of an authority's certificate as what they trust, too.
      ...(entity.kind === 'authority' && entity.keyPlace?.kind !== 'anchor' && !entity.elsewhere
        ? problemIn(root, entity, 'cert', new Set([...all, ...allowed([entity.id])]))
        : []),
    ];
  });
}

function problemIn(
  root: string,
  entity: Entity,
  artifact: Artifact,
  allowed: ReadonlySet<string>,
): readonly TrustProblem[] {
  const file = readPublished(root, entity, artifact);
  if (file.state !== 'present') return [];
  const own = { entity: entity.id, artifact };
  try {
    const strangers = certificateLikeBlocks(file.facts).flatMap((der) => strangerIn(der, allowed));
    return strangers.length === 0 ? [] : [{ ...own, strangers, unreadable: null }];
  } catch (error) {
    return [{ ...own, strangers: [], unreadable: messageOf(error) }];
  }
}

function strangerIn(der: Uint8Array, allowed: ReadonlySet<string>): readonly StrangeAnchor[] {
  const anchor = trustAnchor(der);
  if (isKnownAnchor(anchor, allowed)) return [];
  const facts = factsOf(der);
  return [{ fingerprint: anchor.fingerprint, subject: facts && subjectText(facts.subject) }];
}

/** `null` for what is no certificate here, and may be one for another program. */
function factsOf(der: Uint8Array): CertificateFacts | null {
  try {
    return certificateFacts(der);
  } catch {
    return null;
  }
}
