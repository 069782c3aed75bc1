/** Further certificates of authorities, which another authority of the folder signed: `crossSignedBy` of their entries. */
import { compare } from '../pki/compare.ts';
import { bridgeName, type EntityId, entityId } from '../pki/entity.ts';
import { certificateSpki } from '../x509/certificate.ts';
import { type CertificateFacts, type Fingerprint, pathLengthOf } from '../x509/facts.ts';
import { namesOutside } from '../x509/name-constraints.ts';
import { signedBy } from '../x509/signature.ts';
import { publicKeyObject } from '../x509/verification-key.ts';
import { constraintsOf } from './constraints.ts';
import type { EntryDraft } from './draft.ts';
import type { FoundCertificate } from './found.ts';
import { lineOf, type PlacedPair } from './hierarchy.ts';
import { isFurther, type Occurrence } from './pair.ts';
import { pathFault } from './paths.ts';

/** Such a certificate, in a file of its own. */
export interface Bridge {
  readonly id: EntityId;
  readonly cert: FoundCertificate;
  readonly path: string;
  /** Whose key and name it has. */
  readonly of: EntryDraft;
  readonly by: EntryDraft;
}

/** The folder, and which of its certificates are revoked. */
export interface Folder {
  readonly occurrences: readonly Occurrence[];
  readonly revoked: ReadonlyMap<Fingerprint, unknown>;
}

/** One for each two authorities, the newest; only what a manifest would not call a mistake. */
export function bridgesOf(drafts: readonly EntryDraft[], folder: Folder): readonly Bridge[] {
  const authorities = drafts.filter(({ pair }) => pair.section === 'authorities');
  const own = new Set(authorities.map(({ pair }) => pair.cert.facts.fingerprint));
  const names = new Set(authorities.map(({ name }) => name.toLowerCase()));
  const found = new Map<EntityId, Bridge>();
  for (const occurrence of folder.occurrences.toSorted(byBeginning)) {
    const { facts } = occurrence.cert;
    if (own.has(facts.fingerprint) || folder.revoked.has(facts.fingerprint)) continue;
    const bridge = bridgeOf(occurrence, authorities, drafts);
    if (bridge !== undefined && !names.has(baseName(bridge).toLowerCase())) found.set(bridge.id, bridge);
  }
  return [...found.values()];
}

/** Of two for the same pair of authorities the newer one counts, and so comes last. */
function byBeginning(a: Occurrence, b: Occurrence): number {
  return a.cert.facts.notBefore - b.cert.facts.notBefore || compare(b.alone[0] ?? '', a.alone[0] ?? '');
}

function baseName({ of, by }: Bridge): string {
  return bridgeName(of.name, by.name);
}

function bridgeOf(
  { cert, alone }: Occurrence,
  authorities: readonly EntryDraft[],
  drafts: readonly EntryDraft[],
): Bridge | undefined {
  const { facts } = cert;
  const path = alone.toSorted((a, b) => a.length - b.length || compare(a, b))[0];
  const of = authorities.find(({ pair }) => isFurther(facts, pair.cert.facts));
  if (path === undefined || of === undefined || pathFault(path) !== null) return undefined;
  const by = authorities.find((one) => mayCross(of, one, authorities) && hasSigned(one, cert));
  if (by === undefined || !allowsNames(facts, of, drafts)) return undefined;
  return { id: entityId('authorities', bridgeName(of.name, by.name)), cert, path, of, by };
}

/** Whether its own name constraints can be described, and permit all that is below its authority, as validation asks. */
function allowsNames(facts: CertificateFacts, of: EntryDraft, drafts: readonly EntryDraft[]): boolean {
  const constraints = facts.extensions.nameConstraints?.value;
  if (constraints === undefined) return true;
  if (constraintsOf(facts) === undefined) return false;
  const below = drafts.filter(({ pair }) => pair !== of.pair && lineOf(pair).includes(of.pair));
  return below.every(({ pair: { cert } }) => {
    const { subject, subjectDer, extensions } = cert.facts;
    const san = extensions.subjectAltName?.value ?? [];
    return namesOutside(constraints, { subject, subjectDer, san }).length === 0;
  });
}

function hasSigned({ pair }: EntryDraft, { facts, der }: FoundCertificate): boolean {
  const signer = pair.cert;
  if (signer.facts.subjectDer !== facts.issuerDer) return false;
  return signedBy(der, publicKeyObject(certificateSpki(signer.der)));
}

/** What validation asks of a cross-signature (resolve/bridges.ts, bridge-limits.ts): no circle, a key of the two, and room for what is below. */
function mayCross(of: EntryDraft, by: EntryDraft, authorities: readonly EntryDraft[]): boolean {
  if (of.pair.keyPath === null && by.pair.keyPath === null) return false;
  const above = lineOf(by.pair);
  if (above.includes(of.pair) || of.pair.issuer === by.pair) return false;
  const depths = authorities.map(({ pair }) => lineOf(pair).indexOf(of.pair));
  const below = Math.max(...depths);
  return above.every((one, distance) => {
    const limit = pathLengthOf(one.cert.facts);
    const hasRoom = limit === null || distance + 1 + below <= limit;
    // Names below it were never judged by those.
    return hasRoom && (one.cert.facts.extensions.nameConstraints === undefined || isAbove(one, of.pair));
  });
}

function isAbove(one: PlacedPair, pair: PlacedPair): boolean {
  return lineOf(pair).includes(one);
}
