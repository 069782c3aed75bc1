/**
 * `.pki/proof.json`: which entities were proven, each with a digest of all that the proof looks at: what the manifest says
 * of it, and what was read from its files and from those of the authorities that it has to do with. Files are read again
 * each time and the record is believed for nothing else, so what changed by any hand is proven again, and what an
 * interruption left unproven is made up for. Deleting it changes nothing but time.
 */
import { createHash } from 'node:crypto';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf, chainAbove, issuersAbove } from '../pki/issuers.ts';
import type { EntityObservation } from '../plan/observation.ts';
import { fieldsOf, jsonIn } from '../store/json.ts';
import { Cache } from '../store/observe/cache.ts';
import { observe } from '../store/observe/observe.ts';
import { OutputFolder } from '../store/output-folder.ts';
import { readOwn, replaceOwn } from '../store/own.ts';

/** Raised whenever the proof looks at more. */
const FORMAT = 2;
const FILE = 'proof.json';

/** A hundred thousand entities. */
const LIMIT = 32 * 1024 * 1024;

/** By what it was proven: other libraries may see other things in the same files. */
const JUDGES = `node ${process.versions.node}, OpenSSL ${process.versions.openssl}`;

/** What was proven before, and how everything stands now. */
export class Proven {
  readonly #root: string;
  readonly #binary: string;
  readonly #now: ReadonlyMap<EntityId, string>;
  readonly #before: ReadonlyMap<EntityId, string>;

  private constructor(
    root: string,
    binary: string,
    now: ReadonlyMap<EntityId, string>,
    before: ReadonlyMap<EntityId, string>,
  ) {
    this.#root = root;
    this.#binary = binary;
    this.#now = now;
    this.#before = before;
  }

  /** @param root the output folder. @param moment seconds since 1970: of what has ended, nothing is proven. */
  static read(root: string, inventory: Inventory, binary: string, moment: number): Proven {
    const { entities } = observe(root, inventory, new Cache(root, Date.now()));
    const digests = digestsOf(inventory.entities, entities);
    const record = recordIn(root);
    const isCurrent = record.judges === judgesOf(binary) && hasNotEnded(entities, moment);
    return new Proven(root, binary, digests, isCurrent ? record.digests : new Map());
  }

  /** Entities of which something is not as it was when it was proven, or that never were. */
  changed(): ReadonlySet<EntityId> {
    return new Set([...this.#now].flatMap(([id, digest]) => (this.#before.get(id) === digest ? [] : [id])));
  }

  /**
   * Writes down that all is well, as it was when this was read. Never worth an error.
   * @param proven what was looked at: everything else keeps what is known of it.
   */
  async save(proven: ReadonlySet<EntityId>): Promise<void> {
    const after = [...this.#now].filter(([id, digest]) => proven.has(id) || this.#before.get(id) === digest);
    const text = textOf(judgesOf(this.#binary), after);
    try {
      if (ownText(this.#root) === text) return;
      using output = await OutputFolder.open(this.#root);
      await replaceOwn(output.own, FILE, text);
    } catch {
      // Then it is proven again next time.
    }
  }
}

function judgesOf(binary: string): string {
  return `${JUDGES}, ${binary}`;
}

function hasNotEnded(observed: ReadonlyMap<EntityId, EntityObservation>, moment: number): boolean {
  return [...observed.values()].every(({ cert, crl }) => {
    if (crl.state === 'present' && (crl.facts.nextUpdate ?? moment) < moment) return false;
    if (cert.state !== 'present') return true;
    return cert.facts.notBefore <= moment && moment <= cert.facts.notAfter;
  });
}

/** What hangs from an authority, or trusts it, is another entity once that is another. */
function digestsOf(
  entities: readonly Entity[],
  observed: ReadonlyMap<EntityId, EntityObservation>,
): ReadonlyMap<EntityId, string> {
  const byId = byIdOf(entities);
  const own = new Map(entities.map((entity) => [entity.id, digestOf([entity, observed.get(entity.id)])]));
  return new Map(
    entities.map((entity) => {
      const above = [...issuersAbove(entity, byId), ...chainAbove(entity, byId)].map(({ id }) => id);
      const others = new Set([...above, ...entity.trust]);
      return [entity.id, digestOf([own.get(entity.id), ...[...others].map((id) => own.get(id))])];
    }),
  );
}

/** Facts hold nothing private. */
function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

interface ProofRecord {
  readonly judges: string | null;
  readonly digests: ReadonlyMap<EntityId, string>;
}

/** Whatever is no such file says nothing. */
function recordIn(root: string): ProofRecord {
  const { format, judges, proven } = fieldsOf(jsonIn(ownText(root)));
  if (format !== FORMAT || typeof judges !== 'string') return { judges: null, digests: new Map() };
  const digests = Object.entries(fieldsOf(proven)).flatMap(([id, digest]) =>
    typeof digest === 'string' ? [[id, digest] as const] : [],
  );
  return { judges, digests: new Map(digests) };
}

function ownText(root: string): string {
  try {
    const file = readOwn(root, FILE, LIMIT);
    return file.state === 'present' ? file.facts.toString('utf8') : '';
  } catch {
    return '';
  }
}

function textOf(judges: string, proven: readonly (readonly [EntityId, string])[]): string {
  return `${JSON.stringify({ format: FORMAT, judges, proven: Object.fromEntries(proven) })}\n`;
}
