/**
 * `.pki/cache.json`: what was read from each entity's files, with the state of the files at that time. Reading and
 * checking a certificate costs a hundred times what looking at its file does. An accelerator and nothing else: an entry
 * is trusted only while every file is unchanged since then, and deleting the cache changes nothing but time.
 */
import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { ALL_ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { filePath, type Located } from '../../pki/files.ts';
import { type EntityObservation, NOTHING } from '../../plan/observation.ts';
import type { KeyId } from '../../x509/facts.ts';
import type { Folder } from '../folder.ts';
import { fieldsOf } from '../json.ts';
import { cacheOwn, readOwn } from '../own.ts';
import { listingOf } from './listing.ts';
import { KnownOpenings, type Openings } from './openings.ts';
import { isRecent } from './tick.ts';

/** Raised whenever what is read from a file changes its meaning: older entries are then left unread. */
export const FORMAT = 17;

/** So many entities that were read without a cache are worth one. */
const MANY = 500;
/** So few are read in no time. */
const FEW = 25;

/** Whether even a run that changes nothing may leave what makes the next one quick. */
export function isLarge(entities: number): boolean {
  return entities >= MANY;
}

/** Whether a run that changed so many entities of a folder leaves a cache: not for each change of a few in a large one. */
export function isWorthwhile(changed: number, entities: number): boolean {
  return changed >= MANY || (changed >= FEW && changed * 4 >= entities);
}

const FILE = 'cache.json';

/** A hundred thousand entities. */
const LIMIT = 256 * 1024 * 1024;

/** Without the files that are missing, which are most of their kinds: a third of what there is to read. */
type SeenFiles = Partial<EntityObservation> & Pick<EntityObservation, 'signedBy'>;

interface Entry {
  /** Inode, size, times and mode of every file. */
  readonly files: string;
  /** The issuer's key that the certificate's signature was checked with. */
  readonly checkedWith: KeyId | null;
  readonly observation: SeenFiles;
  /** By which it is known what opened its files. Absent: none is under a password. */
  readonly openings?: Openings;
}

/** The state of an entity's files on the disk: where the text is the same, so are they. */
export interface FileSignature {
  readonly text: string;
  /** When the youngest of the files last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** The same as it is found, and which of the files are there. */
interface FoundSignature extends FileSignature {
  readonly there: ReadonlySet<Artifact>;
}

/** How an entity's files differ from any others; `undefined` where one of them is no plain file, as far as can be seen. */
export function fileSignature(root: string, entity: Located): FoundSignature | undefined {
  if (entity.publish === 'symlinks') return undefined;
  let changed = 0;
  const parts: string[] = [];
  const there = new Set<Artifact>();
  const mayBeThere = listingOf(root, entity);
  for (const file of ALL_ARTIFACTS) {
    const stat = mayBeThere(file) ? statAt(join(root, filePath(entity, file))) : undefined;
    if (stat === undefined) parts.push('-');
    else if (stat === null || !stat.isFile()) return undefined;
    else {
      changed = Math.max(changed, stat.ctimeMs);
      parts.push(signatureOf(stat));
      there.add(file);
    }
  }
  return { text: parts.join(' '), changed, there };
}

/** `undefined` where nothing is, `null` where access is denied. */
function statAt(path: string): Stats | undefined | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return null;
  }
}

function signatureOf({ ino, size, mtimeMs, ctimeMs, mode }: Stats): string {
  return `${ino}/${size}/${mtimeMs}/${ctimeMs}/${mode}`;
}

/** The cache as one run finds it and leaves it; entries that were neither got nor set are gone where it is saved. */
export class Cache {
  readonly #now: number;
  readonly #before: ReadonlyMap<EntityId, unknown>;
  readonly #after = new Map<EntityId, Entry>();
  readonly #openings = new KnownOpenings();
  #news = 0;

  /** @param now milliseconds since 1970, by the clock that the file system uses. */
  constructor(root: string, now: number) {
    this.#now = now;
    this.#before = readEntries(root);
  }

  /**
   * What was read from exactly these files, with the signature checked against exactly this key.
   * @param sources of passwords that open some of them, and that are to be had.
   */
  get(
    id: EntityId,
    { text }: FileSignature,
    signer: KeyId | null,
    sources: readonly string[] = [],
  ): EntityObservation | undefined {
    const entry = this.#matching(id, text, signer);
    if (entry === undefined || !this.#openings.has(sources, entry.openings ?? {})) return undefined;
    this.#after.set(id, { ...entry, ...this.#tagged(sources) });
    return { ...NOTHING, ...entry.observation };
  }

  /** @param sources of passwords with which files were opened. */
  set(
    id: EntityId,
    { text, changed }: FileSignature,
    signer: KeyId | null,
    observation: EntityObservation,
    sources: readonly string[] = [],
  ): void {
    // Links between plain files, or beside them, leave no trace in the signature.
    if (observation.published !== undefined || isRecent(changed, this.#now)) return;
    this.#openings.add(this.#matching(id, text, signer)?.openings ?? {});
    const seen = seenIn(observation);
    this.#after.set(id, { files: text, checkedWith: signer, observation: seen, ...this.#tagged(sources) });
    this.#news++;
  }

  #matching(id: EntityId, text: string, signer: KeyId | null): Entry | undefined {
    const entry = this.#before.get(id);
    return isEntry(entry) && entry.files === text && entry.checkedWith === signer ? entry : undefined;
  }

  #tagged(sources: readonly string[]): Pick<Entry, 'openings'> {
    return sources.length === 0 ? {} : { openings: this.#openings.tagsFor(sources) };
  }

  /** Where much of it is new; never worth an error. @param own the folder `.pki`. */
  async save(own: Folder): Promise<void> {
    if (this.#news >= MANY) await this.saveAll(own);
  }

  /**
   * However little is new. @param filling sets entries while this goes on, none of which is held: those of thousands would be
   * most of what a run holds.
   */
  async saveAll(own: Folder, filling: Iterable<unknown> = []): Promise<void> {
    await cacheOwn(own, FILE, textOf(this.#takenWhile(filling)), () => this.#news > 0);
  }

  *#takenWhile(filling: Iterable<unknown>): Iterable<string> {
    for (const _ of filling) yield* this.#taken();
    yield* this.#taken();
  }

  *#taken(): Iterable<string> {
    for (const entry of this.#after) yield JSON.stringify(entry);
    this.#after.clear();
  }
}

/** In pieces, so that it never is one long text. */
function* textOf(entries: Iterable<string>): Iterable<string> {
  yield `{"format":${FORMAT},"entries":[`;
  let separator = '';
  for (const entry of entries) {
    yield `${separator}${entry}`;
    separator = ',';
  }
  yield ']}';
}

function seenIn(observation: EntityObservation): SeenFiles {
  const seen: { -readonly [Key in keyof SeenFiles]: SeenFiles[Key] } = { ...observation };
  for (const file of ALL_ARTIFACTS) if (observation[file].state === 'missing') delete seen[file];
  return seen;
}

/** Whatever is not a cache of this format is none. */
function readEntries(root: string): ReadonlyMap<EntityId, unknown> {
  try {
    const file = readOwn(root, FILE, LIMIT);
    if (file.state !== 'present') return new Map();
    const { format, entries } = JSON.parse(file.facts.toString('utf8'));
    return format === FORMAT ? new Map<EntityId, unknown>(entries) : new Map();
  } catch {
    return new Map();
  }
}

const STATES: ReadonlySet<unknown> = new Set(['missing', 'blocked', 'garbage', 'present', 'encrypted']);

/** Whether something of ours can have written it; what else is in the file is left unread. */
function isEntry(value: unknown): value is Entry {
  const { files, checkedWith, observation, openings = {} } = fieldsOf(value);
  if (!Object.values(fieldsOf(openings)).every((tag) => typeof tag === 'string')) return false;
  if (typeof files !== 'string' || (checkedWith !== null && typeof checkedWith !== 'string')) return false;
  const observed = fieldsOf(observation);
  return (
    ALL_ARTIFACTS.every((file) => observed[file] === undefined || isFileState(observed[file])) &&
    'signedBy' in observed
  );
}

function isFileState(value: unknown): boolean {
  const { state, facts } = fieldsOf(value);
  return STATES.has(state) && (state !== 'present' || (facts !== undefined && facts !== null));
}
