/**
 * Walks a graph of steps: everything whose needs are met runs, as many at once as a lane allows, heaviest first. After
 * a failure nothing new that depends on it starts; what is independent goes on. Knows nothing of certificates.
 */
import type { Step, StepId } from '../plan/step.ts';

/** How a step is run, who is notified of the others, and how many run at once. */
export interface WalkOptions {
  readonly begun?: (step: Step) => void;
  readonly done?: (step: Step) => void;
  /** Runs one step; rejects where it fails. */
  readonly run: (step: Step) => Promise<void>;
  readonly failed: (step: Step, error: unknown) => void;
  /** Called for a step that is not begun; `because` is the one that failed. */
  readonly skipped: (step: Step, because: Step) => void;
  /** How many steps of a lane may run at once: processes are bound by cores, publishing by the disk. */
  readonly lanes: Readonly<Record<Lane, number>>;
  /** Once aborted nothing new starts; steps that wait are then neither failed nor skipped. */
  readonly signal?: AbortSignal;
}

/** What a step needs most: a core for openssl, or the disk. */
export type Lane = 'process' | 'publish';

/** Only publishing and removing start no process. */
export function laneOf(step: Step): Lane {
  return step.kind === 'publish' || step.kind === 'remove' ? 'publish' : 'process';
}

interface Node {
  readonly step: Step;
  readonly dependents: Node[];
  /** What a step and all that waits for it weigh: the critical path goes first. */
  rank: number;
  missing: number;
  blockedBy: Step | null;
}

/**
 * Resolves when nothing runs and nothing can start any more. What a callback throws ends the walk: it rejects with that
 * once everything that runs has ended.
 */
export function walk(steps: readonly Step[], options: WalkOptions): Promise<void> {
  const nodes = buildNodes(steps);
  return new Promise((resolve, reject) => new Walk(options, resolve, reject).begin(nodes));
}

class Walk {
  readonly #options: WalkOptions;
  readonly #ready: Readonly<Record<Lane, Node[]>> = { process: [], publish: [] };
  readonly #running: Record<Lane, number> = { process: 0, publish: 0 };
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #broken: { readonly error: unknown } | undefined;

  constructor(options: WalkOptions, resolve: () => void, reject: (error: unknown) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(nodes: readonly Node[]): void {
    for (const node of nodes) if (node.missing === 0) this.#enqueue(node);
    this.#pump();
  }

  #enqueue(node: Node): void {
    insertByRank(this.#ready[laneOf(node.step)], node);
  }

  #pump(): void {
    for (const lane of ['publish', 'process'] as const) {
      while (this.#mayStart(lane)) {
        const node = this.#ready[lane].pop();
        if (node === undefined) break;
        void this.#start(lane, node);
      }
    }
    if (this.#running.process + this.#running.publish > 0) return;
    if (this.#broken === undefined) this.#resolve();
    else this.#reject(this.#broken.error);
  }

  #mayStart(lane: Lane): boolean {
    const { signal, lanes } = this.#options;
    return this.#broken === undefined && !signal?.aborted && this.#running[lane] < lanes[lane];
  }

  async #start(lane: Lane, node: Node): Promise<void> {
    this.#running[lane]++;
    try {
      this.#options.begun?.(node.step);
      if (await this.#hasRun(node)) this.#options.done?.(node.step);
      this.#settle(node);
    } catch (error) {
      this.#broken ??= { error };
    }
    this.#running[lane]--;
    this.#pump();
  }

  async #hasRun(node: Node): Promise<boolean> {
    try {
      await this.#options.run(node.step);
      return true;
    } catch (error) {
      this.#options.failed(node.step, error);
      block(node, node.step);
      return false;
    }
  }

  #settle(node: Node): void {
    for (const dependent of node.dependents) {
      dependent.missing--;
      if (dependent.missing > 0) continue;
      if (dependent.blockedBy === null) this.#enqueue(dependent);
      else this.#skip(dependent, dependent.blockedBy);
    }
  }

  #skip(node: Node, because: Step): void {
    this.#options.skipped(node.step, because);
    block(node, because);
    this.#settle(node);
  }
}

function block(node: Node, because: Step): void {
  for (const dependent of node.dependents) dependent.blockedBy ??= because;
}

/** Ascending, so that `pop` yields the heaviest. Binary search: 10,000 leaves are ready at once. */
function insertByRank(queue: Node[], node: Node): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle]?.rank ?? 0) < node.rank) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, node);
}

function buildNodes(steps: readonly Step[]): readonly Node[] {
  const byId = new Map<StepId, Node>();
  for (const step of steps) {
    byId.set(step.id, { step, dependents: [], rank: 0, missing: step.needs.length, blockedBy: null });
  }
  for (const node of byId.values()) {
    for (const need of node.step.needs) {
      const needed = byId.get(need);
      if (needed === undefined)
        throw new Error(`Internal error: ${node.step.id} needs ${need}, which is no step`);
      needed.dependents.push(node);
    }
  }
  const nodes = inOrder([...byId.values()]);
  rankAll(nodes);
  return nodes;
}

/** What is needed before what needs it. Steps that wait for each other would never run, without an error. */
function inOrder(nodes: readonly Node[]): readonly Node[] {
  const missing = new Map(nodes.map((node) => [node, node.missing]));
  const order = nodes.filter((node) => node.missing === 0);
  for (const { dependents } of order) {
    for (const dependent of dependents) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  const stuck = nodes.find((node) => (missing.get(node) ?? 0) > 0);
  if (stuck !== undefined) throw new Error(`Internal error: ${stuck.step.id} waits for itself`);
  return order;
}

/** Backwards, so that every dependent has its rank before what it waits for. */
function rankAll(nodes: readonly Node[]): void {
  for (const node of [...nodes].reverse()) {
    const below = node.dependents.reduce((most, { rank }) => Math.max(most, rank), 0);
    node.rank = below + ('weight' in node.step ? node.step.weight : 1);
  }
}
