/**
 * Live rows through listr2, which only draws: order and concurrency are the engine's. Its terminal renderer is
 * quadratic in rows (300 rows take 30 s), so above a screenful there is a row per stage instead of one per entity.
 */
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { EntityId } from '../pki/entity.ts';
import type { Step, StepKind } from '../plan/steps.ts';
import type { Listener, RunEvent } from '../run/events.ts';
import { STEP_WORDS } from './run-words.ts';

/** Shows one run from its events; to be closed before anything else is written. */
export interface Progress {
  readonly listener: Listener;
  /** Resolves when everything is drawn; nothing is drawn afterwards. */
  close(): Promise<void>;
}

const MAX_ROWS = 30;
/** Redrawing is what costs. */
const REDRAW_MS = 100;

interface Row {
  readonly title: string;
  update(text: string): void;
  finish(): void;
  fail(text: string): void;
}

type Handle = { title: string; output: string };

/** Draws from `started` on; rows that are open when it is closed say that they are not finished. */
export function liveProgress(stream: NodeJS.WriteStream): Progress {
  let rows: Rows | undefined;
  let drawing: Promise<unknown> = Promise.resolve();
  return {
    listener(event) {
      if (event.kind === 'started') {
        const entities = new Set(event.steps.map(({ entity }) => entity));
        rows = entities.size <= MAX_ROWS ? entityRows([...entities], event.steps) : stageRows(event.steps);
        drawing = draw(rows.all, stream);
      } else rows?.on(event);
    },
    async close() {
      // Settled rows stay what they are; an interruption leaves others.
      for (const row of rows?.all ?? []) row.fail(`${row.title}: not finished`);
      await drawing;
    },
  };
}

interface Rows {
  readonly all: readonly (Row & { readonly promise: Promise<void>; bind(handle: Handle): void })[];
  on(event: RunEvent): void;
}

/** A row that listr2 shows until its promise settles. */
function makeRow(title: string): Rows['all'][number] {
  let handle: Handle | undefined;
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return {
    title,
    promise,
    bind: (bound) => {
      handle = bound;
    },
    update: (text) => {
      if (handle !== undefined) handle.output = text;
    },
    finish: () => resolve(),
    fail: (text) => reject(new Error(text)),
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
        const rate = Math.round((done * 1000) / (now - started));
        row.update(`${done}/${total}, ${rate}/s${words === '' ? '' : `, ${words}`}  ${entity}`);
      }
    },
  };
}

/** `2 failed, 7 not begun`, or nothing. */
function missedText(missed: Readonly<Record<Exclude<End, 'done'>, number>>): string {
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
      rendererOptions: { logger, collapseErrors: false },
      fallbackRendererOptions: { logger },
    },
  );
  return list.run();
}
