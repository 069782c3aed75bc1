/** A sample of what another engine issues, judged by the contract: field by field, whether it is what the manifest says. */
import { slugOf } from '../../export/slug.ts';
import type { Authority, EndEntity, EntityId, Inventory } from '../../pki/entity.ts';
import { type ById, byIdOf } from '../../pki/issuers.ts';
import { type Judgement, judgementsOf } from '../../plan/contract.ts';
import type { Reason } from '../../plan/reason.ts';
import { AN_ISSUER, wantedCertificate } from '../../plan/wanted.ts';
import { isSignedBy, leadsToRoot } from '../../store/observe/presented.ts';
import { readPublished } from '../../store/symlinks/read.ts';
import { UserError } from '../../words/user-error.ts';
import { certificateFacts } from '../../x509/certificate.ts';
import { type CertificateFacts, keyIdentifierOf } from '../../x509/facts.ts';
import { certificateBlocks } from '../../x509/parse.ts';
import type { MissingSample, SampleCertificate, Samples } from './certificate.ts';

/** One certificate, with the entity that it is for. */
export interface JudgedSample {
  readonly from: string;
  readonly entity: EntityId;
  readonly judgements: readonly Judgement[];
  readonly ok: boolean;
}

/** One that could be for several entities, and breaks as much of each. */
export interface AmbiguousSample {
  readonly from: string;
  readonly entities: readonly EntityId[];
}

/** All of a sample. */
export interface SampleResult {
  readonly judged: readonly JudgedSample[];
  readonly ambiguous: readonly AmbiguousSample[];
  readonly missing: readonly MissingSample[];
  /** Entities of which it has no certificate. */
  readonly unsampled: readonly EntityId[];
  /** Every certificate is what the manifest says, and none that was asked for is missing. */
  readonly ok: boolean;
}

/** What judging takes. */
export interface SampleContext {
  readonly inventory: Inventory;
  /** The output folder, absolute: certificates of authorities are there. */
  readonly root: string;
  /** Entities that it may be of. */
  readonly leaves: readonly EndEntity[];
  readonly now: number;
}

/** @throws UserError where the certificate of an issuer is not in the output folder. */
export function judgeSamples({ certificates, missing }: Samples, bench: SampleContext): SampleResult {
  const byId = byIdOf(bench.inventory.entities);
  const judged: JudgedSample[] = [];
  const ambiguous: AmbiguousSample[] = [];
  for (const sample of certificates) {
    const facts = certificateFacts(sample.chain[0]);
    const [leaf, ...others] = entitiesFor(sample, facts, bench.leaves);
    if (leaf === undefined) continue;
    if (others.length === 0) judged.push(judge(leaf, sample, facts, byId, bench));
    else ambiguous.push({ from: sample.from, entities: [leaf, ...others].map(({ id }) => id) });
  }
  const seen = new Set<EntityId | null>([...judged, ...missing].map(({ entity }) => entity));
  const unsampled = bench.leaves.map(({ id }) => id).filter((id) => !seen.has(id));
  const ok = judged.every((one) => one.ok) && ambiguous.length + missing.length === 0;
  return { judged, ambiguous, missing, unsampled, ok };
}

/** The one that it was asked for, or that its path names; else those of which it breaks least. */
function entitiesFor(
  { from, entity }: SampleCertificate,
  facts: CertificateFacts,
  leaves: readonly EndEntity[],
): readonly EndEntity[] {
  const named = leaves.filter(({ id }) => id === entity || (entity === undefined && isNamed(from, id)));
  if (named.length > 0 || leaves.length <= 1) return named.length > 0 ? named : leaves;
  const ranked = leaves.map((leaf) => [leaf, breachCount(leaf, facts)] as const);
  const least = Math.min(...ranked.map(([, count]) => count));
  return ranked.flatMap(([leaf, count]) => (count === least ? [leaf] : []));
}

/** `servers/api/cert.pem`, `servers.api.cert.pem` or `servers-api.pem`, below whatever folder. */
function isNamed(path: string, id: EntityId): boolean {
  const [section = '', name = ''] = id.split('/');
  const parts = path.split('/');
  const file = parts.at(-1) ?? '';
  const isFolder = parts.some((part, i) => part === section && parts[i + 1] === name);
  return isFolder || [slugOf(id), `${section}.${name}`].some((one) => file.startsWith(`${one}.`));
}

function breachCount(leaf: EndEntity, facts: CertificateFacts): number {
  return contractOf(leaf, facts, null).reduce((sum, { breaches }) => sum + breaches.length, 0);
}

function contractOf(
  leaf: EndEntity,
  facts: CertificateFacts,
  keyId: CertificateFacts['keyId'] | null,
): readonly Judgement[] {
  const wanted = wantedCertificate(leaf, AN_ISSUER, keyIdentifierOf(facts));
  return judgementsOf(facts, { wanted, keyId, longest: leaf.validity });
}

function judge(
  leaf: EndEntity,
  { from, chain, keyId }: SampleCertificate,
  facts: CertificateFacts,
  byId: ById,
  bench: SampleContext,
): JudgedSample {
  const issuer = issuerOf(leaf, byId);
  const judgements: readonly Judgement[] = [
    ...contractOf(leaf, facts, keyId ?? null),
    { field: 'issuer', relation: 'sound', breaches: issuerFaults(chain, issuer, bench) },
    { field: 'dates', relation: 'sound', breaches: dateFaults(facts, bench.now) },
  ];
  const ok = judgements.every(({ breaches }) => breaches.length === 0);
  return { from, entity: leaf.id, judgements, ok };
}

function issuerOf(leaf: EndEntity, byId: ById): Authority {
  const issuer = byId.get(leaf.issuer);
  if (issuer?.kind !== 'authority') throw new Error(`Internal error: ${leaf.id} has no issuer`);
  return issuer;
}

/** Of an authority of someone else intermediates may change; ours is the key that signs. */
function issuerFaults(
  [leaf, ...others]: SampleCertificate['chain'],
  issuer: Authority,
  { root }: SampleContext,
): readonly Reason[] {
  if (issuer.keyPlace?.kind === 'anchor')
    return leadsToRoot(leaf, others, issuer) ? [] : [{ kind: 'unrooted', issuer: issuer.id }];
  const file = readPublished(root, issuer, 'cert');
  const [own] = file.state === 'present' ? certificateBlocks(file.facts) : [];
  if (own === undefined)
    throw new UserError({ kind: 'sample', fault: { kind: 'no-issuer', root, issuer: issuer.id } });
  return isSignedBy(leaf, own) ? [] : [{ kind: 'foreign-issuer', issuer: issuer.id }];
}

function dateFaults({ notBefore, notAfter }: CertificateFacts, now: number): readonly Reason[] {
  if (notBefore > now) return [{ kind: 'not-yet-valid', notBefore }];
  return notAfter < now ? [{ kind: 'expired', notAfter }] : [];
}

/** All that are issued, by any engine. */
export function leavesOf({ entities }: Inventory): readonly EndEntity[] {
  return entities.flatMap((entity) => (entity.kind === 'authority' ? [] : [entity]));
}
