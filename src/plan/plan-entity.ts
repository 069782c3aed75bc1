/** One entity: what is on disk against what is wanted → one Change. Pure; the caller goes from roots to leaves. */
import { ALL_ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { isManaged, isOwed } from '../pki/files.ts';
import { bridgedBy, requestOf } from '../pki/key-place.ts';
import { isSlot } from '../pki/split.ts';
import type { Fingerprint } from '../x509/facts.ts';
import { overflowOf } from './artifacts/split.ts';
import { decidePossible, partAwaited, waitingFor } from './awaited.ts';
import type { Refusal } from './blockage.ts';
import { type Change, type FileChanges, type Issuance, NOTHING_KEPT } from './change.ts';
import { errandsFor } from './commands.ts';
import type { Context } from './context.ts';
import { consentsFor, type Decision } from './decision.ts';
import { derivedFiles, unwantedFiles, wantedOutputs } from './derived.ts';
import { isDerivable, isElsewhere } from './elsewhere.ts';
import { type Contents, contentReasons, fileChanges } from './file-changes.ts';
import { formerListsOf, listingAfter } from './former-lists.ts';
import { claimOf, grantFor, lackingRight } from './grant.ts';
import { issueAction, replaced } from './issue-action.ts';
import { strangeIn, strangeReasons } from './known.ts';
import { areLeftCopies } from './left-lists.ts';
import { decideList } from './list.ts';
import { listAfter } from './list-after.ts';
import { lockReasons } from './lock.ts';
import { modeReasons } from './modes.ts';
import type { EntityObservation } from './observation.ts';
import { hasNewIdentity, previousOf } from './previous.ts';
import { publishReasons } from './publish.ts';
import type { Reason } from './reason.ts';
import { refusalFor } from './refusal.ts';
import { relocationReasons, relocationsOf, renamedLinks } from './relocation.ts';
import { keyOutlookOf, routeOf } from './routes.ts';
import { type Doing, lackingSecret, secretUses } from './secret-uses.ts';
import { situationOf } from './situation.ts';
import { lackingToken, tokenUses, unlikeToken } from './token-uses.ts';
import { isToldBy, trustReasons } from './trust.ts';
import { unvouchedFor } from './vouching.ts';

/** Of a certificate that stays there is none, whatever the next one will be. */
function successorOf(
  entity: Entity,
  observed: EntityObservation,
  { issuance, newKey }: Decision,
): Issuance | null {
  return issuance !== null && hasNewIdentity(entity, observed, newKey) ? issuance : null;
}

/** @param context its outlooks already hold the authorities above the entity, and the other roots that it trusts. */
export function planEntity(entity: Entity, seen: EntityObservation, context: Context): Change {
  const observed = ownFiles(entity, seen, context);
  const wantedWith = (previous: readonly Fingerprint[]) =>
    wantedOutputs(situationOf(entity, observed, previous, context));
  const others = (['previous', 'crl', 'former-crls'] as const).filter((file) => isOwed(entity, file));
  // What a root keeps of its earlier certificates is not known yet, and so not which of those files there will be.
  const first = wantedWith([]);
  const possible = [...first, ...entity.outputs.filter(isSlot), ...others];
  const refusal = refusalFor(entity, observed, possible) ?? renamedLinks(entity, observed);
  if (refusal !== null) return refuse(entity, refusal);
  const claim = claimOf(entity, observed, context);
  if (claim !== undefined && 'kind' in claim) return refuse(entity, claim);
  // Of what waits the certificate stays for now, and files that follow from it are those of today.
  const { decision, waiting, answered } = decidePossible(entity, observed, context);
  const own = { id: entity.id, kind: entity.kind, affects: [] };
  if (waiting !== null && observed.cert.state !== 'present')
    return { ...own, ...NOTHING_KEPT, action: 'wait', waiting };
  const unvouched = unvouchedFor(entity, observed, decision.issuance, context);
  if (unvouched !== null) return refuse(entity, unvouched);
  const strange = strangeIn(entity, observed, context.known);
  const successor = successorOf(entity, observed, decision);
  const previous = previousOf(entity, observed, {
    now: context.now,
    retired: context.retire.has(entity.id),
    strangers: strange.roots,
    isForeign: strange.key !== null,
    successor,
    children: entity.issuer === null ? context.childrenOf(entity.id) : [],
    rekeyed: context.rekey,
    unrouted: context.retire,
  });
  const listing = context.listings.get(entity.id);
  const former = formerListsOf(entity, observed, {
    listing,
    isSucceeded: strange.key === null && successor !== null,
    retired: context.retire.has(entity.id),
    now: context.now,
  });
  const list = decideList(entity, observed, decision, listingAfter(listing, former), context.now);
  const after = listAfter(entity, observed, list.list, former);
  const situation = situationOf(entity, observed, previous.keep, context, after);
  const overflow = overflowOf(situation);
  if (overflow !== null) return refuse(entity, overflow);
  const wanted = previous.keep.length === 0 ? first : wantedWith(previous.keep);
  const files: readonly Artifact[] = [...wanted, ...others];
  const makeable = wanted.filter((file) => isDerivable(file, entity, observed, waiting, context));
  const contents: Contents = {
    wanted,
    derived: decision.issuance === null ? derivedFiles(makeable, observed, situation) : [],
    unwanted: isElsewhere(entity) ? [] : unwantedFiles(entity, observed, wanted),
    previous,
    lock: decision.newKey ? [] : lockReasons(entity, observed.key),
    list,
    former,
  };
  const relocations = relocationsOf(entity, observed, files);
  const relinks = publishReasons(entity, observed);
  const unexplained = strangeReasons(strange, previous.keep);
  const isWritten = (file: Artifact): boolean =>
    decision.issuance !== null || contents.derived.some(({ artifact }) => artifact === file);
  const trust = trustReasons(wanted.filter(isWritten), observed, situation);
  const reasons = distinct([
    ...decision.reasons,
    ...unexplained,
    ...trust,
    ...contentReasons(contents).filter((reason) => !isToldBy(trust, reason)),
    ...relocationReasons(relocations),
    ...(claim?.reasons ?? []),
    ...modeReasons(observed, entity),
    ...relinks,
  ]);
  const kept = {
    previous: previous.keep,
    routes: previous.routes,
    route: routeIn(entity, observed, decision, context),
    cross: previous.cross,
  };
  if (reasons.length === 0)
    return waiting === null
      ? { ...own, ...kept, action: 'keep' }
      : { ...own, ...kept, action: 'wait', waiting };
  const changes = fileChanges(decision, contents, observed, entity);
  const lacked = changes.writes.length === 0 ? null : partAwaited(entity, context);
  if (lacked !== null)
    return { ...own, ...kept, action: 'wait', waiting: waitingFor(lacked, observed, reasons, context.now) };
  const lacking =
    claim && lackingRight(entity, observed, claim, changes.writes.length + relocations.length > 0, context);
  const doing = doingOf(decision, changes, observed);
  const secrets = secretUses(entity, doing, context.byId);
  const certified = observed.cert.state === 'present' ? observed.cert.facts.keyId : null;
  const refused =
    lacking ??
    lackingSecret(secrets, context) ??
    lackingToken(tokenUses(entity, doing, context.byId), context) ??
    unlikeToken(entity, observed.key, certified, context);
  if (refused !== undefined) return refuse(entity, refused);
  const granted = claim === undefined ? {} : { grant: grantFor(claim, changes) };
  const errands = errandsFor(secrets, context.commands);
  const consents = [
    ...consentsFor(entity, observed, decision, unexplained, context),
    ...(list.revokes ? (['revoke'] as const) : []),
    ...(errands.some(({ isNew }) => isNew) ? (['run'] as const) : []),
  ];
  const work = {
    ...own,
    ...kept,
    ...changes,
    ...granted,
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(contents.lock.length === 0 ? {} : ({ relocks: true } as const)),
    ...(errands.length === 0 ? {} : { errands }),
    relocations,
    relinks: relinks.length > 0,
    reasons,
    consents,
  };
  if (decision.issuance === null)
    return { ...work, ...(waiting === null ? {} : { waiting }), action: 'refresh' };
  const action = issueAction(entity, decision, observed);
  return {
    ...work,
    action,
    replaces: action === 'create' ? replaced(entity, observed, changes.writes) : [],
    ...(isKeyMadeHere(entity) ? {} : { keyElsewhere: true }),
    issuance: decision.issuance,
    crossing: previous.crossing,
    alterations: decision.alterations,
    ...(answered ? { answered } : {}),
  };
}

/** The certificate from before by which an intermediate is shown, or `null`. */
export function routeIn(
  entity: Entity,
  observed: EntityObservation,
  { issuance, newKey }: Pick<Decision, 'issuance' | 'newKey'>,
  { outlooks, now }: Context,
): Fingerprint | null {
  const routes = entity.issuer === null ? [] : (outlooks.get(entity.issuer)?.routeFacts ?? []);
  if (entity.kind !== 'authority' || routes.length === 0) return null;
  return routeOf(entity, keyOutlookOf(entity, observed, issuance, newKey), routes, now);
}

function isKeyMadeHere(entity: Entity): boolean {
  return requestOf(entity) === undefined && bridgedBy(entity) === null && entity.token === undefined;
}

function doingOf(
  { issuance, newKey: makesKey }: Decision,
  { writes }: Pick<FileChanges, 'writes'>,
  { key }: EntityObservation,
): Doing {
  return { isIssue: issuance !== null, makesKey, writes, key };
}

const MISSING = { state: 'missing' } as const;

/** Files that are not the entity's own count as missing. */
function ownFiles(entity: Entity, seen: EntityObservation, { pieces }: Context): EntityObservation {
  // Of the files left behind, only wanted ones matter.
  const behind = new Set(seen.formerLocation?.files.map(({ file }) => file));
  const isAsked = (file: Artifact): boolean => file === 'previous' || isOwed(entity, file);
  const copies: readonly Artifact[] = areLeftCopies(entity, seen, pieces);
  const isOwn = (file: Artifact): boolean => isManaged(entity, file) || copies.includes(file);
  const others = ALL_ARTIFACTS.filter((file) => !isOwn(file) || (behind.has(file) && !isAsked(file)));
  return others.length === 0
    ? seen
    : { ...seen, ...Object.fromEntries(others.map((file) => [file, MISSING])) };
}

function refuse({ id, kind }: Entity, refusal: Refusal): Change {
  return { id, kind, affects: [], action: 'refuse', refusal };
}

function distinct(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
