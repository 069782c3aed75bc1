/** All that it takes to put an entity in order, or why that cannot be had. Pure. */
import type { Entity } from '../pki/entity.ts';
import { bridgedBy, requestOf } from '../pki/key-place.ts';
import { partAwaited, waitingFor } from './awaited.ts';
import type { Refusal } from './blockage.ts';
import type { Change, FileChanges, Issuance, Refresh } from './change.ts';
import { errandsFor } from './commands.ts';
import { consentsFor } from './decision.ts';
import type { SecretUse } from './errand.ts';
import { fileChanges } from './file-changes.ts';
import type { FilesPlan } from './files-plan.ts';
import { grantFor, lackingRight } from './grant.ts';
import { issueAction, replaced } from './issue-action.ts';
import { keptTrustIn } from './kept-trust.ts';
import { identityOf, type PairPlan, refuse } from './pair-plan.ts';
import { type Doing, lackingSecret, secretUses } from './secret-uses.ts';
import { lackingToken, tokenUses, unlikeToken } from './token-uses.ts';

/** What is done to files, with what it takes to do it. */
interface Means {
  readonly changes: ReturnType<typeof fileChanges>;
  readonly doing: Doing;
  readonly secrets: readonly SecretUse[];
}

/** What all work has in common. */
type CommonWork = Omit<Refresh, 'action' | 'waiting'>;

/** The plan of an entity for which there are reasons to change something. */
export function planWork(pair: PairPlan, files: FilesPlan): Change {
  const { entity, observed, context, decision } = pair;
  const changes = fileChanges(decision, files.contents, observed, entity);
  const lacked = changes.writes.length === 0 ? null : partAwaited(entity, context);
  if (lacked !== null) {
    const waiting = waitingFor(lacked, observed, files.reasons, context.now);
    return { ...beginningOf(pair, files), action: 'wait', waiting };
  }
  const doing = doingOf(pair, changes);
  const means = { changes, doing, secrets: secretUses(entity, doing, context.byId) };
  const refusal = lackingFor(pair, files, means);
  if (refusal !== undefined) return refuse(entity, refusal);
  const work = workOf(pair, files, means);
  if (decision.issuance !== null) return issueOf(pair, files, decision.issuance, work);
  return { ...work, ...(pair.waiting === null ? {} : { waiting: pair.waiting }), action: 'refresh' };
}

function beginningOf(pair: PairPlan, { contents }: FilesPlan) {
  return { ...identityOf(pair.entity), ...keptTrustIn(pair, contents.previous) };
}

function doingOf(
  { decision: { issuance, newKey }, observed: { key }, answered: isAnswered }: PairPlan,
  { writes }: Pick<FileChanges, 'writes'>,
): Doing {
  return { isIssue: issuance !== null, makesKey: newKey, isAnswered: isAnswered === true, writes, key };
}

/** The first thing that is not to be had: a right, a secret, a token, or the key that is said to be on one. */
function lackingFor(
  { entity, observed, context, claim }: PairPlan,
  { relocations }: FilesPlan,
  { changes, doing, secrets }: Means,
): Refusal | undefined {
  const isWritten = changes.writes.length + relocations.length > 0;
  const certified = observed.cert.state === 'present' ? observed.cert.facts.keyId : null;
  return (
    (claim && lackingRight(entity, observed, claim, isWritten, context)) ??
    lackingSecret(secrets, context) ??
    lackingToken(tokenUses(entity, doing, context.byId), context) ??
    unlikeToken(entity, observed.key, certified, context)
  );
}

function workOf(pair: PairPlan, files: FilesPlan, { changes, secrets }: Means): CommonWork {
  const { entity, observed, context, decision, claim } = pair;
  const { contents, relocations, relinks, unexplained, reasons } = files;
  const errands = errandsFor(secrets, context.commands);
  return {
    ...beginningOf(pair, files),
    ...changes,
    ...(claim === undefined ? {} : { grant: grantFor(claim, changes) }),
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(contents.lock.length === 0 ? {} : ({ relocks: true } as const)),
    ...(errands.length === 0 ? {} : { errands }),
    relocations,
    relinks: relinks.length > 0,
    reasons,
    consents: [
      ...consentsFor(entity, observed, decision, unexplained, context),
      ...(contents.list.revokes ? (['revoke'] as const) : []),
      ...(errands.some(({ isNew }) => isNew) ? (['run'] as const) : []),
    ],
  };
}

function issueOf(
  { entity, observed, decision, answered }: PairPlan,
  { contents }: FilesPlan,
  issuance: Issuance,
  work: CommonWork,
): Change {
  const action = issueAction(entity, decision, observed);
  return {
    ...work,
    action,
    replaces: action === 'create' ? replaced(entity, observed, work.writes) : [],
    ...(isKeyMadeHere(entity) ? {} : { keyElsewhere: true }),
    issuance,
    crossing: contents.previous.crossing,
    alterations: decision.alterations,
    ...(answered ? { answered } : {}),
  };
}

function isKeyMadeHere(entity: Entity): boolean {
  return requestOf(entity) === undefined && bridgedBy(entity) === null && entity.token === undefined;
}
