/** One entity: what is on disk against what is wanted → one Change. Pure; the caller goes from roots to leaves. */
import { ALL_ARTIFACTS, type Artifact, forbiddenBits, modeOf, type Output } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { isManaged } from '../pki/files.ts';
import type { Fingerprint } from '../x509/facts.ts';
import { keptName } from '../x509/name.ts';
import { certificateReasons } from './certificate-reasons.ts';
import { type Action, type Change, type Consent, type Issuance, NO_CHANGE, type Refusal } from './change.ts';
import {
  bundleMembers,
  bundleReasons,
  type Outlooks,
  publicKeyReasons,
  requestReasons,
  rootAbove,
  unwantedReasons,
  wantedArtifacts,
} from './derived.ts';
import { type KeyOwners, keyReasons } from './key-decision.ts';
import type { EntityObservation } from './observation.ts';
import type { BundleMember, Outlook } from './outlook.ts';
import { hasNewIdentity, previousOf } from './previous.ts';
import { publishReasons } from './publish.ts';
import type { Reason } from './reason.ts';
import { refusalFor } from './refusal.ts';
import { relocationReasons, relocationsOf, renamedLinks } from './relocation.ts';
import { type Ceiling, validityOf } from './validity.ts';

/** What every entity of one plan is judged by. */
export interface Context {
  readonly byId: ReadonlyMap<EntityId, Entity>;
  readonly owners: KeyOwners;
  readonly outlooks: Outlooks;
  /** Entities whose re-keying was asked for. */
  readonly rekey: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire: ReadonlySet<EntityId>;
  /** Entities on disk that hold certificates issued under an authority's name, by that authority. */
  readonly hasIssued: (authority: Entity) => boolean;
  readonly now: number;
}

interface Decision {
  readonly newKey: boolean;
  readonly issue: boolean;
  readonly reasons: readonly Reason[];
}

/** @param context its outlooks already hold the authorities above the entity, and the other roots that it trusts. */
export function planEntity(entity: Entity, seen: EntityObservation, context: Context): Change {
  const observed = ownFiles(entity, seen);
  const wanted = wantedArtifacts(entity, context.byId, context.outlooks);
  const files = entity.issuer === null ? [...wanted, 'previous' as const] : wanted;
  const refusal = refusalFor(entity, observed, files) ?? renamedLinks(entity, observed);
  if (refusal !== null) return refused(entity, refusal);
  const issuer = entity.issuer === null ? null : (context.outlooks.get(entity.issuer) ?? null);
  const decision = decide(entity, observed, issuer, context);
  const issuance = decision.issue ? issuanceOf(entity, observed, decision, issuer, context.now) : null;
  const previous = previousOf(entity, observed, {
    now: context.now,
    retired: context.retire.has(entity.id),
    successor: hasNewIdentity(entity, observed, decision.newKey) ? issuance : null,
  });
  const copies = relocationsOf(entity, observed, files);
  const own = ownBundle(entity, observed, previous.keep);
  const derived = decision.issue ? [] : derivedReasons(entity, observed, wanted, own, context);
  const extra = [
    ...relocationReasons(copies),
    ...modeReasons(observed),
    ...unwantedReasons(observed, wanted),
    ...publishReasons(entity, observed),
  ];
  const reasons = distinct([
    ...decision.reasons,
    ...previous.reasons,
    ...derived.flatMap((found) => found.reasons),
    ...extra,
  ]);
  const unwanted = extra.flatMap((reason) => (reason.kind === 'unwanted' ? [reason.artifact] : []));
  const made = decision.issue
    ? writesOfIssue(wanted, decision.newKey)
    : derived.map(({ artifact }) => artifact);
  const writes = previous.write ? [...made, 'previous' as const] : made;
  const deletes = previous.remove ? [...unwanted, 'previous' as const] : unwanted;
  return {
    id: entity.id,
    kind: entity.kind,
    action: actionOf(decision, observed, reasons),
    reasons,
    newKey: decision.newKey,
    issuance,
    writes,
    deletes,
    copies,
    previous: previous.keep,
    cross: previous.cross,
    crossing: previous.crossing,
    chmods: extra.flatMap((reason) =>
      reason.kind === 'mode' && ![...writes, ...deletes].includes(reason.artifact) ? [reason.artifact] : [],
    ),
    consent: consentOf(entity, observed, decision, context),
    refusal: null,
    affects: [],
  };
}

const MISSING = { state: 'missing' } as const;

function ownFiles(entity: Entity, seen: EntityObservation): EntityObservation {
  // What stayed behind is of no interest but for what is wanted here.
  const left = new Set(seen.left?.files.map(({ file }) => file));
  const isAsked = (file: Artifact): boolean => file === 'previous' || entity.outputs.includes(file);
  const others = ALL_ARTIFACTS.filter(
    (file) => !isManaged(entity, file) || (left.has(file) && !isAsked(file)),
  );
  return others.length === 0
    ? seen
    : { ...seen, ...Object.fromEntries(others.map((file) => [file, MISSING])) };
}

function decide(
  entity: Entity,
  observed: EntityObservation,
  issuer: Outlook | null,
  context: Context,
): Decision {
  const forKey = keyReasons(entity, observed, context.owners, context.rekey.has(entity.id));
  const forCertificate = certificateReasons(entity, observed, issuer, context.now);
  // Renewal with `rotateKey` is the one case in which a certificate's age decides over its key.
  const rotates =
    entity.rotateKey && forCertificate.some(({ kind }) => kind === 'expires' || kind === 'expired');
  const newKey = forKey.length > 0 || rotates;
  return {
    newKey,
    issue: newKey || forCertificate.length > 0,
    reasons: [...forKey, ...forCertificate],
  };
}

interface Derived {
  readonly artifact: Output;
  readonly reasons: readonly Reason[];
}

/** The derived files that need writing though the certificate stays, each with why. */
function derivedReasons(
  entity: Entity,
  observed: EntityObservation,
  wanted: readonly Output[],
  own: BundleMember,
  { byId, outlooks }: Context,
): readonly Derived[] {
  const members = bundleMembers(entity, byId);
  const root = outlooks.get(rootAbove(entity, byId) ?? '');
  const reasonsFor = (artifact: Output): readonly Reason[] => {
    if (artifact === 'csr') return requestReasons(entity, observed);
    if (artifact === 'public') return publicKeyReasons(observed);
    if (artifact === 'key' || artifact === 'cert') return [];
    const found = members[artifact].flatMap((id) => (id === entity.id ? own : (outlooks.get(id) ?? [])));
    return bundleReasons(artifact, observed[artifact], found, root, entity.id);
  };
  return wanted
    .map((artifact) => ({ artifact, reasons: reasonsFor(artifact) }))
    .filter(({ reasons }) => reasons.length > 0);
}

/** An entity that keeps its certificate is a member of its own fullchain, and a root of its own trust bundle. */
function ownBundle(
  { id }: Entity,
  { cert }: EntityObservation,
  previous: readonly Fingerprint[],
): BundleMember {
  const fingerprint = cert.state === 'present' ? cert.facts.fingerprint : null;
  return { id, fingerprint, previous, bundleChanges: false, cross: [], crossChanges: false };
}

/** Only the owner may read a private key; nobody else may write what others trust. */
function modeReasons(observed: EntityObservation): readonly Reason[] {
  return ALL_ARTIFACTS.flatMap((artifact): readonly Reason[] => {
    const file = observed[artifact];
    const isWrong = file.state === 'present' && (file.mode & forbiddenBits(artifact)) !== 0;
    return isWrong ? [{ kind: 'mode', artifact, before: file.mode, after: modeOf(artifact) }] : [];
  });
}

/** A new certificate brings everything that is made from it or asked for with it; a kept key stays untouched. */
function writesOfIssue(wanted: readonly Output[], newKey: boolean): readonly Output[] {
  return wanted.filter((artifact) => artifact !== 'key' || newKey);
}

function actionOf(decision: Decision, observed: EntityObservation, reasons: readonly Reason[]): Action {
  if (decision.newKey) {
    const isNew = observed.key.state === 'missing' && observed.cert.state === 'missing';
    return isNew ? 'create' : 'rekey';
  }
  if (decision.issue) return 'issue';
  return reasons.length > 0 ? 'refresh' : 'keep';
}

function issuanceOf(
  entity: Entity,
  observed: EntityObservation,
  { newKey }: Decision,
  issuer: Outlook | null,
  now: number,
): Issuance {
  const ceiling: Ceiling | null = issuer;
  const { cert, key } = observed;
  const samePair =
    !newKey && cert.state === 'present' && key.state === 'present' && cert.facts.keyId === key.facts.keyId;
  // A CA that another tool made may identify its key otherwise: what hangs from it refers to that (RFC 5280 §4.2.1.2).
  const subjectKeyId = samePair && entity.kind === 'authority' ? cert.facts.subjectKeyId : null;
  const isOurs = entity.kind !== 'authority' || cert.state !== 'present';
  const name = isOurs ? undefined : keptName(entity, cert.facts);
  return { ...validityOf(entity, ceiling, now), subjectKeyId, ...(name === undefined ? {} : { name }) };
}

/** Whoever trusts an authority trusts its key: to part with it takes a yes. */
function consentOf(
  entity: Entity,
  observed: EntityObservation,
  decision: Decision,
  context: Context,
): Consent | null {
  if (entity.kind !== 'authority') return null;
  const mismatch = decision.reasons.some(({ kind }) => kind === 'key-mismatch');
  const replaced = decision.newKey && (observed.key.state !== 'missing' || observed.cert.state !== 'missing');
  const lost = decision.newKey && context.hasIssued(entity);
  return mismatch || replaced || lost ? 'rekey-ca' : null;
}

function refused({ id, kind }: Entity, refusal: Refusal): Change {
  return { ...NO_CHANGE, id, kind, action: 'refuse', refusal };
}

function distinct(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
