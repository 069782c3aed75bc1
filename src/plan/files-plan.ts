/** What becomes of an entity's files, once it is known what becomes of its pair; and all reasons for it. Pure. */
import type { Artifact, Output } from '../pki/artifact.ts';

import type { Situation } from './artifacts/rule.ts';
import { overflowOf } from './artifacts/split.ts';
import type { Change, Relocation } from './change.ts';
import { derivedFiles, unwantedFiles } from './derived.ts';
import { isDerivable, isElsewhere } from './elsewhere.ts';
import { type Contents, contentReasons } from './file-changes.ts';
import { type FormerLists, formerListsOf, listingAfter } from './former-lists.ts';
import { strangeReasons } from './known.ts';
import { decideList, type ListDecision } from './list.ts';
import { listAfter } from './list-after.ts';
import { lockReasons } from './lock.ts';
import { modeReasons } from './modes.ts';
import { outputsWith, type PairPlan, refuse } from './pair-plan.ts';
import { type Previous, previousOf } from './previous.ts';
import { publishReasons } from './publish.ts';
import type { Reason } from './reason.ts';
import { relocationReasons, relocationsOf } from './relocation.ts';
import { situationOf } from './situation.ts';
import { isToldBy, trustReasons } from './trust.ts';

/** The second half: of all that `wanted` names, what is written, moved and removed. */
export interface FilesPlan {
  readonly contents: Contents;
  readonly relocations: readonly Relocation[];
  readonly relinks: readonly Reason[];
  /** About keys and roots that nothing explains. */
  readonly unexplained: readonly Reason[];
  /** For the pair and for the files, each once; none: all stays as it is. */
  readonly reasons: readonly Reason[];
}

/** A refusal where there are more pieces than names for them. */
export function planFiles(pair: PairPlan): FilesPlan | Change {
  const { entity, observed, context, first, others } = pair;
  const previous = previousIn(pair);
  const { list, former } = listsIn(pair);
  const after = listAfter(entity, observed, list.list, former);
  const situation = situationOf(entity, observed, previous.keep, context, after);
  const overflow = overflowOf(situation);
  if (overflow !== null) return refuse(entity, overflow);
  const wanted = previous.keep.length === 0 ? first : outputsWith(previous.keep, entity, observed, context);
  const contents = { ...contentsIn(pair, wanted, situation), previous, list, former };
  const found = {
    contents,
    relocations: relocationsOf(entity, observed, [...wanted, ...others]),
    relinks: publishReasons(entity, observed),
    unexplained: strangeReasons(pair.strange, previous.keep),
  };
  return { ...found, reasons: reasonsIn(pair, found, situation) };
}

function previousIn({ entity, observed, context, strange, successor }: PairPlan): Previous {
  return previousOf(entity, observed, {
    now: context.now,
    retired: context.retire.has(entity.id),
    strangers: strange.roots,
    isForeign: strange.key !== null,
    successor,
    children: entity.issuer === null ? context.childrenOf(entity.id) : [],
    rekeyed: context.rekey,
    unrouted: context.retire,
  });
}

function listsIn({ entity, observed, context, strange, successor, decision }: PairPlan): {
  readonly list: ListDecision;
  readonly former: FormerLists;
} {
  const listing = context.listings.get(entity.id);
  const former = formerListsOf(entity, observed, {
    listing,
    isSucceeded: strange.key === null && successor !== null,
    retired: context.retire.has(entity.id),
    now: context.now,
  });
  const list = decideList(entity, observed, decision, listingAfter(listing, former), context.now);
  return { list, former };
}

function contentsIn(
  { entity, observed, context, decision, waiting }: PairPlan,
  wanted: readonly Output[],
  situation: Situation,
): Pick<Contents, 'wanted' | 'derived' | 'unwanted' | 'lock'> {
  const makeable = wanted.filter((file) => isDerivable(file, entity, observed, waiting, context));
  return {
    wanted,
    derived: decision.issuance === null ? derivedFiles(makeable, observed, situation) : [],
    unwanted: isElsewhere(entity) ? [] : unwantedFiles(entity, observed, wanted),
    lock: decision.newKey ? [] : lockReasons(entity, observed.key),
  };
}

function reasonsIn(
  { entity, observed, decision, claim }: PairPlan,
  { contents, relocations, relinks, unexplained }: Omit<FilesPlan, 'reasons'>,
  situation: Situation,
): readonly Reason[] {
  const isWritten = (file: Artifact): boolean =>
    decision.issuance !== null || contents.derived.some(({ artifact }) => artifact === file);
  const trust = trustReasons(contents.wanted.filter(isWritten), observed, situation);
  return distinct([
    ...decision.reasons,
    ...unexplained,
    ...trust,
    ...contentReasons(contents).filter((reason) => !isToldBy(trust, reason)),
    ...relocationReasons(relocations),
    ...(claim?.reasons ?? []),
    ...modeReasons(observed, entity),
    ...relinks,
  ]);
}

function distinct(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
