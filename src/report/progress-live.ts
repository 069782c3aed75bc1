/**
 * Live rows through listr2, which only draws: order and concurrency are the engine's. Its terminal renderer is
 * quadratic in rows (300 rows take 30 s), and what has scrolled off a screen it cannot draw again, so for more entities
 * than fit there is a row per stage instead. What stays on the screen in the end is written here.
 */
import { figures, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { EntityId } from '../pki/entity.ts';
import type { Step, StepKind } from '../plan/step.ts';
import type { Listener, RunEvent } from '../run/events.ts';
import { STEP_WORDS } from './run-words.ts';
import { type Style, styleFor } from './style.ts';

/** Shows one run from its events; to be closed before anything else is written. */
export interface Progress {
  readonly listener: Listener;
  /** Resolves when everything is drawn; nothing is drawn afterwards. */
  close(): Promise<void>;
}

const MAX_ROWS = 30;
/** Lines of a terminal that does not say how many it has. */
const SCREEN = 24;
/** Redrawing is the cost. */
const REDRAW_MS = 100;

interface Row {
  readonly title: string;
  /** As what it ended, `null` while it has not. */
  readonly end: RowEnd | null;
  update(text: string): void;
  finish(): void;
  fail(text: string): void;
  /** Ends it as if it had never been. */
  drop(): void;
}

type RowEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly text: string };

type Handle = { title: string; output: string; skip(): void };

/**
 * Draws from `started` on; rows that are open when it is closed say that they are not finished. Of a run that was
 * interrupted only what is done stays: what was left has not failed, and its number is in the message that follows.
 */
export function liveProgress(stream: NodeJS.WriteStream, signal?: AbortSignal): Progress {
  let rows: Rows | undefined;
  let drawing: Promise<unknown> = Promise.resolve();
  return {
    listener(event) {
      if (event.kind === 'started') {
        const entities = new Set(event.steps.map(({ entity }) => entity));
        const isFew = entities.size <= Math.min(MAX_ROWS, roomOn(stream));
        rows = isFew ? entityRows([...entities], event.steps) : stageRows(event.steps);
        drawing = draw(rows.all, stream);
      } else if (!(event.kind === 'step-failed' && signal?.aborted)) rows?.on(event);
    },
    async close() {
      // Settled rows stay what they are; an interruption leaves others.
      for (const row of rows?.all ?? [])
        signal?.aborted ? row.drop() : row.fail(`${row.title}: not finished`);
      await drawing;
      const style = styleFor(stream, process.env);
      for (const row of rows?.all ?? []) stream.write(lastLines(row, style));
    },
  };
}

/** Rows that are worked on take two lines. */
function roomOn({ rows = SCREEN }: NodeJS.WriteStream): number {
  return Math.floor((rows - 2) / 2);
}

/** What stays of a row. */
function lastLines({ title, end }: Row, style: Style): string {
  if (end === null || end.kind === 'dropped') return '';
  if (end.kind === 'done') return `${style.good(figures.tick)} ${title}\n`;
  return `${style.bad(figures.cross)} ${title}\n${style.bad(`  ${figures.pointerSmall} ${end.text}`)}\n`;
}

interface Rows {
  readonly all: readonly (Row & { readonly promise: Promise<void>; bind(handle: Handle): void })[];
  on(event: RunEvent): void;
}

/** A row that listr2 shows until its promise settles. */
function makeRow(title: string): Rows['all'][number] {
  let handle: Handle | undefined;
  let end: RowEnd | null = null;
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  // The first end counts.
  const settle = (as: RowEnd): void => {
    end ??= as;
    if (as.kind === 'failed') reject(new Error(as.text));
    else resolve();
  };
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return {
    title,
    get end() {
      return end;
    },
    promise,
    bind: (bound) => {
      handle = bound;
      if (end?.kind === 'dropped') bound.skip();
    },
    update: (text) => {
      if (handle !== undefined) handle.output = text;
    },
    finish: () => settle({ kind: 'done' }),
    fail: (text) => settle({ kind: 'failed', text }),
    drop: () => {
      // Or it would be drawn as done until all is cleared.
      if (end === null) handle?.skip();
      settle({ kind: 'dropped' });
    },
  };
}

function entityRows(entities: readonly EntityId[], steps: readonly Step[]): Rows {
  const byEntity = new Map(entities.map((id) => [id, makeRow(id)]));
  const left = new Map(entities.map((id) => [id, steps.filter(({ entity }) => entity === id).length]));
  return {
    all: [...byEntity.values()],
    on(event) {
      if (!('step' in event)) return;
      const { entity, kind } = event.step;
      const row = byEntity.get(entity);
      if (event.kind === 'step-started') row?.update(STEP_WORDS[kind].doing);
      if (event.kind === 'step-failed') row?.fail(`${entity}: ${event.failure.problem}`);
      if (event.kind === 'step-skipped') row?.fail(`${entity}: not begun, because ${event.because} failed`);
      if (event.kind !== 'step-done') return;
      const rest = (left.get(entity) ?? 1) - 1;
      left.set(entity, rest);
      if (rest === 0) row?.finish();
    },
  };
}

type End = 'done' | 'failed' | 'not begun';

const ENDS: Readonly<Partial<Record<RunEvent['kind'], End>>> = {
  'step-done': 'done',
  'step-failed': 'failed',
  'step-skipped': 'not begun',
};

/** Counter, rate and failures per stage. */
function stageRows(steps: readonly Step[]): Rows {
  const kinds = [...new Set(steps.map(({ kind }) => kind))];
  const stages = new Map(kinds.map((kind) => [kind, stageRow(kind, steps)]));
  return {
    all: [...stages.values()].map(({ row }) => row),
    on(event) {
      const end = ENDS[event.kind];
      if (end !== undefined && 'step' in event) stages.get(event.step.kind)?.count(event.step.entity, end);
    },
  };
}

function stageRow(
  kind: StepKind,
  steps: readonly Step[],
): { row: Rows['all'][number]; count(entity: EntityId, end: End): void } {
  const total = steps.filter((step) => step.kind === kind).length;
  const { stage } = STEP_WORDS[kind];
  const row = makeRow(stage);
  const started = performance.now();
  let done = 0;
  const missed = { failed: 0, 'not begun': 0 };
  let drawn = 0;
  return {
    row,
    count(entity, end) {
      done++;
      if (end !== 'done') missed[end]++;
      const now = performance.now();
      const words = missedText(missed);
      if (done === total) {
        if (words !== '') row.fail(`${stage}: of ${total}, ${words}`);
        else row.finish();
      } else if (now - drawn >= REDRAW_MS) {
        drawn = now;
        row.update(`${countText(done, total, now - started, words)}  ${entity}`);
      }
    },
  };
}

/** `12/40, 3/s, 1 failed`. @param missed in words. */
export function countText(done: number, total: number, milliseconds: number, missed: string): string {
  const rate = Math.round((done * 1000) / milliseconds);
  return `${done}/${total}, ${rate}/s${missed === '' ? '' : `, ${missed}`}`;
}

/** `2 failed, 7 not begun`, or nothing. */
export function missedText(missed: Readonly<Record<Exclude<End, 'done'>, number>>): string {
  const found = Object.entries(missed).filter(([, count]) => count > 0);
  return found.map(([end, count]) => `${count} ${end}`).join(', ');
}

function draw(rows: Rows['all'], stream: NodeJS.WriteStream): Promise<unknown> {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
  const list = new Listr(
    rows.map((row) => ({
      title: row.title,
      task: (_, handle): Promise<void> => {
        row.bind(handle);
        return row.promise;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      // Its own handler would call process.exit and leave locks, staging and children behind.
      registerSignalListeners: false,
      rendererOptions: { logger, collapseErrors: false, clearOutput: true },
      fallbackRendererOptions: { logger },
    },
  );
  return list.run();
}
