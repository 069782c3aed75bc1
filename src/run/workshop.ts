/** What the steps of one run share: the inventory, the plan, the folder, and issuers read once. */
import type { KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { COMMIT_FOLDER, SCRATCH_FOLDER, STAGE_FOLDER, stageFolder } from '../pki/paths.ts';
import type { Change } from '../plan/change.ts';
import type { FileState } from '../plan/observation.ts';
import { relinks } from '../plan/publish.ts';
import type { Step } from '../plan/steps.ts';
import { relocate } from '../store/commit/relocate.ts';
import { ensureFolder } from '../store/disk.ts';
import type { Ledger } from '../store/ledger.ts';
import { savePlaces } from '../store/observe/places.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { restoreLinks } from '../store/symlinks/write.ts';
import { certificateSpki, publicKeyObject } from '../x509/certificate.ts';
import type { CertificateFacts, Fingerprint } from '../x509/facts.ts';
import { certificateBlocks, certificateDer, parseCertificate } from '../x509/parse.ts';
import { pemText } from '../x509/pem.ts';
import { sha256 } from '../x509/public-key.ts';
import { CaDatabases } from './ca-databases.ts';
import type { Workers } from './workers.ts';

/** A published certificate, ready to be an issuer or a member of a bundle. */
export interface Published {
  readonly facts: CertificateFacts;
  readonly pem: string;
  readonly key: KeyObject;
}

/** What one run is about, and what its steps work with. */
export interface WorkshopOptions {
  /** The output folder, absolute. */
  readonly root: string;
  readonly entities: readonly Entity[];
  readonly changes: readonly Change[];
  /** Entities whose files stay where they are. */
  readonly pinned: ReadonlySet<EntityId>;
  readonly openssl: Pick<Workers, 'run'>;
  readonly ledger: Ledger;
  /** Seconds since 1970: the moment of the plan. */
  readonly now: number;
  /** Name of this run, for its work and archive folders. */
  readonly stamp: string;
}

/** Asked for what the run does not know, or has not published yet, its methods throw. */
export class Workshop {
  readonly root: string;
  readonly byId: ReadonlyMap<EntityId, Entity>;
  readonly changes: ReadonlyMap<EntityId, Change>;
  readonly openssl: Pick<Workers, 'run'>;
  readonly caDatabases: CaDatabases;
  readonly ledger: Ledger;
  readonly now: number;
  readonly stamp: string;
  readonly #published = new Map<EntityId, Published>();
  readonly #staged = new Set<EntityId>();
  readonly #pinned: ReadonlySet<EntityId>;

  constructor({ root, entities, changes, pinned, openssl, ledger, now, stamp }: WorkshopOptions) {
    this.root = root;
    this.byId = new Map(entities.map((entity) => [entity.id, entity]));
    this.changes = new Map(changes.map((change) => [change.id, change]));
    this.#pinned = pinned;
    this.openssl = openssl;
    this.caDatabases = new CaDatabases(root, stamp);
    this.ledger = ledger;
    this.now = now;
    this.stamp = stamp;
  }

  /** openssl exits 0 on a full disk: what it made must at least be there, so that the cause is named at once. */
  checkMade(relative: string): void {
    const stat = statSync(this.path(relative), { throwIfNoEntry: false });
    if (stat === undefined) throw new Error(`openssl did not make "${relative}"`);
    if (stat.size === 0) throw new Error(`openssl left "${relative}" empty, as it does on a full disk`);
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  entity(id: EntityId): Entity {
    return found(this.byId.get(id), id);
  }

  change(id: EntityId): Change {
    return found(this.changes.get(id), id);
  }

  /** Makes the folders that this run has to itself. */
  open(): void {
    const { stamp } = this;
    const own = [STAGE_FOLDER, SCRATCH_FOLDER].flatMap((folder) => [folder, `${folder}/${stamp}`]);
    for (const folder of [...own, COMMIT_FOLDER]) ensureFolder(this.path(folder), 0o700);
  }

  /**
   * Makes what steps will work in, ahead of them: later, making a folder waits for the syncs of entities that are being
   * published.
   */
  async prepareAhead(steps: readonly Step[]): Promise<void> {
    try {
      for (const step of steps) {
        if (this.#staged.has(step.entity)) continue;
        this.stage(step.entity);
        await setImmediate();
      }
    } catch {
      // The step that needs the folder will try again, and say why it cannot be made.
    }
  }

  /** An entity's staging folder, made where it is missing. */
  stage(id: EntityId): string {
    const path = this.path(stageFolder(id, this.stamp));
    if (this.#staged.has(id)) return path;
    ensureFolder(path, 0o700);
    this.#staged.add(id);
    return path;
  }

  /**
   * Files that are still where their entities had them before come to their place, which is then remembered. What is
   * pinned stays where it was, and is to be found there again.
   */
  async relocate(): Promise<void> {
    await relocate(
      this.root,
      [...this.changes.values()].flatMap(({ copies }) => copies),
    );
    const settled = [...this.byId.values()].filter(({ id }) => !this.#pinned.has(id));
    savePlaces(this.root, settled);
  }

  /** Damaged links lead somewhere again before the first call that reads a file by its name. */
  async restoreLinks(): Promise<void> {
    for (const change of this.changes.values()) {
      const entity = relinks(change) ? this.byId.get(change.id) : undefined;
      if (entity === undefined) continue;
      await restoreLinks(this.root, this.stage(entity.id), entity);
    }
  }

  /**
   * A root's certificates that stay trusted beside its present one, as PEM: the one that this run replaces is still in
   * its place when the root asks, and in the file of previous ones when those that trust it do.
   */
  previous(id: EntityId): string {
    // Every trust bundle asks, and hardly any root has one: nothing is read for nothing.
    const { previous } = this.change(id);
    return previous.length === 0 ? '' : this.#certificates(id, previous);
  }

  /** A root's cross-certificates that stay, before it is published anew. */
  keptCross(id: EntityId): string {
    const { cross } = this.change(id);
    return cross.length === 0 ? '' : this.#certificates(id, cross);
  }

  /** All cross-certificates of a root, once it is published: they stand behind its earlier certificates. */
  cross(id: EntityId): string {
    const { previous, cross, crossing } = this.change(id);
    if (crossing === null && cross.length === 0) return '';
    const file = readPublished(this.root, this.entity(id), 'previous');
    return [...certificatesIn(file).values()].slice(previous.length).join('');
  }

  #certificates(id: EntityId, wanted: readonly Fingerprint[]): string {
    const files = (['cert', 'previous'] as const).map((file) =>
      certificatesIn(readPublished(this.root, this.entity(id), file)),
    );
    return wanted
      .map((fingerprint) => found(files.flatMap((file) => file.get(fingerprint) ?? [])[0], fingerprint))
      .join('');
  }

  /** A certificate in its final place. Issuers are published before anything below them starts, so once read is read. */
  published(id: EntityId): Published {
    const known = this.#published.get(id);
    if (known !== undefined) return known;
    const published = this.read(id);
    if (this.entity(id).kind === 'authority') this.#published.set(id, published);
    return published;
  }

  /** The same as it is now, and may be no more when the entity has been published. */
  read(id: EntityId): Published {
    const path = filePath(this.entity(id), 'cert');
    const bytes = readPublished(this.root, this.entity(id), 'cert');
    if (bytes.state !== 'present') throw new Error(`"${path}" is ${bytes.state}`);
    const der = certificateDer(bytes.facts);
    return {
      facts: parseCertificate(bytes.facts),
      pem: pemText('CERTIFICATE', der),
      key: publicKeyObject(certificateSpki(der)),
    };
  }
}

/** Certificates of a published file by fingerprint, as PEM; empty where there is no such file. */
function certificatesIn(bytes: FileState<Buffer>): ReadonlyMap<Fingerprint, string> {
  if (bytes.state !== 'present') return new Map();
  return new Map(certificateBlocks(bytes.facts).map((der) => [sha256(der), pemText('CERTIFICATE', der)]));
}

function found<T>(value: T | undefined, id: EntityId): T {
  if (value === undefined) throw new Error(`Internal error: nothing is known of ${id}`);
  return value;
}
