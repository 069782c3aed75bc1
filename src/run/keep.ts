/** What a run that changed something leaves so that the next one is quick; never worth an error. */
import type { Entity } from '../pki/entity.ts';
import { dropIdle } from '../store/idle-record.ts';
import { isLong, keepManifest } from '../store/kept-manifest.ts';
import { Cache, isLarge, isWorthwhile } from '../store/observe/cache.ts';
import { lookAtEach } from '../store/observe/observe.ts';
import type { Reader } from '../store/observe/reader.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import type { ApplyOptions } from './apply-options.ts';
import { type Finished, recordIdle, settledStates, type Watched } from './idle.ts';
import { IdleJudge } from './idle-judge.ts';

/** A run that knows its folder. */
interface Options extends ApplyOptions {
  readonly output: OutputFolder;
  readonly reader: Reader;
}

/** @param watched where the run may have left nothing to do; absent: it has not. */
export async function keepForNext(
  finished: Finished,
  watched: Watched | undefined,
  options: Options,
): Promise<void> {
  const { inventory, published } = finished;
  const { output, manifest } = options;
  if (published.length === 0) return;
  const states = watched && (await settledStates(options, watched, published));
  const isCached = isWorthwhile(published.length, inventory.entities.length);
  const judged = await lookAgain(finished, { isJudged: states !== undefined, isCached }, options);
  if (manifest !== undefined && isLong(manifest.inventory)) await keepManifest(output.own, manifest);
  // The former record is of no more use, not even to be compared with.
  dropIdle(output.own);
  if (watched !== undefined && states !== undefined)
    await recordIdle(finished, { ...watched, states }, judged, options);
}

/** The same where nothing was to be done, and the record of that is lost, or another program's. */
export async function keepIdle(
  seen: Omit<Finished, 'published'>,
  watched: Watched | undefined,
  options: ApplyOptions & Pick<Options, 'output'>,
): Promise<void> {
  const { output, manifest } = options;
  if (watched === undefined || manifest === undefined || !isLarge(seen.inventory.entities.length)) return;
  const states = await settledStates(options, watched, []);
  dropIdle(output.own);
  if (states === undefined) return;
  await keepManifest(output.own, manifest);
  await recordIdle({ ...seen, published: [] }, { ...watched, states }, Number.POSITIVE_INFINITY, options);
}

/** At what is published, or at all of it for the cache. @returns the moment at which the former is due (`IdleJudge`). */
async function lookAgain(
  { inventory, observation, published }: Finished,
  { isJudged, isCached }: { readonly isJudged: boolean; readonly isCached: boolean },
  { root, output, clock, reader }: Options,
): Promise<number | null> {
  if (!isJudged && !isCached) return null;
  reader.beLast();
  const done = new Set(published);
  const isMade = ({ id, kind }: Entity): boolean => kind === 'authority' || done.has(id);
  const cache = isCached ? new Cache(root, Date.now()) : undefined;
  const judge = new IdleJudge(root, inventory, clock());
  const wanted = isCached ? () => true : isMade;
  const looked = judged(lookAtEach(root, inventory, wanted, cache, reader), (entity, seen) => {
    if (isJudged && isMade(entity)) judge.add(entity, seen);
  });
  if (cache === undefined) drain(looked);
  else await cache.saveAll(output.own, looked);
  if (!isJudged) return null;
  const kept = inventory.entities.filter((entity) => !isMade(entity));
  return judge.until(kept.flatMap(({ id }) => observation.entities.get(id) ?? []));
}

function* judged<Seen>(
  looked: Iterable<readonly [Entity, Seen]>,
  judge: (entity: Entity, seen: Seen) => void,
): Iterable<Entity> {
  for (const [entity, seen] of looked) {
    judge(entity, seen);
    yield entity;
  }
}

function drain(entities: Iterable<Entity>): void {
  for (const _ of entities);
}
