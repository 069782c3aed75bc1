/**
 * What a disk may hold after a power cut, by the journal of a run (journal.mjs). POSIX promises no more than this: the
 * content of a file is what it was when an fsync of it began that has ended; a name in a folder is made, changed or taken
 * away for certain once an fsync of that folder began after it. Whatever else was done may have reached the disk or not,
 * each by itself and in any order; content that did not leaves what was synced before, or an empty file. A rename is done
 * or not done as a whole, as on every file system with a journal of its own, and lasts once either folder is synced.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

interface Folder {
  readonly kind: 'folder';
  mode: number;
  /** As programs see it: with everything done. */
  readonly entries: Map<string, Node>;
}

interface Content {
  /** The line of the journal from which on it is there. */
  readonly at: number;
  readonly bytes: Buffer;
}

interface File {
  readonly kind: 'file';
  mode: number;
  /** As programs see it. */
  readonly written: Content[];
  /** As the disk certainly has it. */
  readonly synced: Content[];
}

interface Link {
  readonly kind: 'link';
  mode: number;
  readonly target: string;
}

type Node = Folder | File | Link;

interface Place {
  readonly folder: Folder;
  readonly name: string;
}

/**
 * At a place, a node comes (from elsewhere, or because it is made) or goes. Only what is empty can go by rmdir: what was
 * in a folder that is gone for certain is gone as well.
 */
interface Edit extends Place {
  readonly node: Node;
  readonly does: 'come' | 'go' | 'go if empty';
}

/** What is done or not done as a whole. */
interface Operation {
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly begun: number;
  readonly ended: number;
  /** The line from which on it is certain. */
  lasting: number;
}

/** As journal.mjs describes what is at a path. */
interface Described {
  readonly ino: number;
  readonly mode: number;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly content?: string;
  readonly target?: string;
  readonly entries?: Readonly<Record<string, Described>>;
}

/** A line of journal.mjs. */
interface Begun {
  readonly id: number;
  readonly op: string;
  readonly path: string;
  readonly to?: string;
  readonly folders?: readonly string[];
  readonly of?: Described;
}

/** What an operation does to what was at its path, once it has ended well. */
type Ending = (made: readonly (Described | null)[], begun: number, ended: number) => void;

/** What is at a path after a power cut. */
export type Remains =
  | { readonly kind: 'folder'; readonly mode: number }
  | { readonly kind: 'file'; readonly mode: number; readonly bytes: Buffer }
  | { readonly kind: 'link'; readonly target: string };

/** A disk after a power cut. */
export interface Disk {
  /** When the power went, and what of all that was uncertain had reached the disk. */
  readonly what: string;
  /** Whether names reached the disk in the order in which they were made, as with the journal of ext4 and xfs. */
  readonly isInOrder: boolean;
  /** By path, relative to the folder of the run; folders before what is in them. */
  readonly remains: ReadonlyMap<string, Remains>;
}

/** One run: first the folder as it is before it, all of it on the disk, then its journal. */
export class PowerCuts {
  readonly #path: string;
  readonly #root: Folder;
  readonly #nodes = new Map<number, Node>();
  readonly #operations: Operation[] = [];
  readonly #texts: string[] = [''];
  /** Folders that must be there, because something comes into them, before it was said that they are made. */
  readonly #guessed = new Set<Node>();
  /** What is being renamed or linked, by the operation's id: it may be in its new place already. */
  readonly #moving = new Map<number, Node>();

  /** @param unsynced says of paths below the folder whether their content and name are only in memory yet. */
  constructor(folder: string, unsynced: (path: string) => boolean = () => false) {
    this.#path = realpathSync(folder);
    const root = this.#existing(this.#path, unsynced);
    if (root.kind !== 'folder') throw new Error(`${folder} is no folder`);
    this.#root = root;
  }

  #existing(path: string, unsynced: (path: string) => boolean): Node {
    const stat = lstatSync(path);
    const { ino, mode } = stat;
    const isUnsynced = unsynced(relative(this.#path, path));
    if (stat.isSymbolicLink())
      return this.#known(ino, { kind: 'link', mode: mode & 0o7777, target: readlinkSync(path) });
    if (stat.isFile()) {
      const content = { at: 0, bytes: readFileSync(path) };
      const synced = isUnsynced ? [] : [content];
      return this.#known(ino, { kind: 'file', mode: mode & 0o7777, written: [content], synced });
    }
    const folder: Folder = { kind: 'folder', mode: mode & 0o7777, entries: new Map() };
    for (const name of readdirSync(path)) {
      const child = join(path, name);
      const lasting = unsynced(relative(this.#path, child)) ? Number.POSITIVE_INFINITY : 0;
      this.#done(`make ${name}`, [{ folder, name, node: this.#existing(child, unsynced), does: 'come' }], {
        begun: 0,
        ended: 0,
        lasting,
      });
    }
    return this.#known(ino, folder);
  }

  #known<T extends Node>(ino: number, node: T): T {
    this.#nodes.set(ino, node);
    return node;
  }

  #done(text: string, edits: readonly Edit[], when: Omit<Operation, 'text' | 'edits'>): void {
    for (const { folder, name, node, does } of edits) {
      if (does === 'come') folder.entries.set(name, node);
      else if (folder.entries.get(name) === node) folder.entries.delete(name);
    }
    this.#operations.push({ text, edits, ...when });
  }

  /** Takes over what a run has done. */
  read(journal: string): void {
    const endings = new Map<number, { ending: Ending; begun: number; text: string }>();
    for (const text of readFileSync(journal, 'utf8').trimEnd().split('\n')) {
      const line = JSON.parse(text);
      const now = this.#texts.length;
      if (line.done === undefined) {
        const said = [line.op, ...[line.path, line.to].flatMap((path) => (path ? [this.#short(path)] : []))];
        this.#texts.push(`"${said.join(' ')}" begins`);
        const ending = this.#begin(line, now);
        endings.set(line.id, { ending, begun: now, text: said.join(' ') });
      } else {
        const known = endings.get(line.done);
        if (known === undefined) throw new Error(`the journal ends what never began: ${text}`);
        this.#texts.push(`"${known.text}" has ended`);
        if (line.ok) known.ending(line.made, known.begun, now);
        this.#moving.delete(line.done);
      }
    }
  }

  #short(path: string): string {
    return path.startsWith(`${this.#path}/`) ? relative(this.#path, path) : path;
  }

  /** Where a path is; `undefined` for what is not below the folder. Folders that nothing was said of are made. */
  #place(path: string, now: number): Place | undefined {
    if (!path.startsWith(`${this.#path}/`)) return undefined;
    const above = dirname(path) === this.#path ? this.#root : this.#folder(dirname(path), now);
    return above && { folder: above, name: basename(path) };
  }

  #folder(path: string, now: number): Folder | undefined {
    const place = this.#place(path, now);
    if (place === undefined) return undefined;
    const node = place.folder.entries.get(place.name);
    if (node !== undefined) return node.kind === 'folder' ? node : undefined;
    const folder: Folder = { kind: 'folder', mode: 0o700, entries: new Map() };
    this.#guessed.add(folder);
    this.#foreign(place, folder, now);
    return folder;
  }

  /** Another program (openssl) has made something; it has synced nothing. */
  #foreign(place: Place, node: Node, now: number): void {
    const when = { begun: now, ended: now, lasting: Number.POSITIVE_INFINITY };
    this.#done(`another program makes ${place.name}`, [{ ...place, node, does: 'come' }], when);
  }

  /** The node at a place, as it is described; whatever of it is new was made by another program. */
  #learn(place: Place, of: Described | null | undefined, now: number): Node | undefined {
    if (!of || of.kind === 'other') return undefined;
    const known = this.#nodes.get(of.ino) ?? this.#guessAt(place, of);
    if (known !== undefined && [...this.#moving.values()].includes(known)) return known;
    const isThere = known !== undefined && place.folder.entries.get(place.name) === known;
    const node = isThere ? known : this.#known(of.ino, made(of, now));
    if (!isThere) this.#foreign(place, node, now);
    this.#describe(node, of, now);
    return node;
  }

  /** A folder into which something went before its making had ended. */
  #guessAt({ folder, name }: Place, of: Described): Node | undefined {
    const here = folder.entries.get(name);
    if (here === undefined || here.kind !== of.kind || !this.#guessed.delete(here)) return undefined;
    return this.#known(of.ino, here);
  }

  #describe(node: Node, of: Described, now: number): void {
    node.mode = of.mode;
    if (node.kind === 'file' && of.content !== undefined) {
      const bytes = Buffer.from(of.content, 'base64');
      if (!node.written.at(-1)?.bytes.equals(bytes)) node.written.push({ at: now, bytes });
    }
    if (node.kind === 'folder') {
      for (const [name, child] of Object.entries(of.entries ?? {}))
        this.#learn({ folder: node, name }, child, now);
    }
  }

  #begin({ id, op, path, to, folders = [], of }: Begun, now: number): Ending {
    const place = this.#place(path, now);
    const target = to === undefined ? place : this.#place(to, now);
    const node = place === undefined ? this.#rootIf(path, of, now) : this.#learn(place, of, now);
    if (node !== undefined && to !== undefined) this.#moving.set(id, node);
    const text = [op, this.#short(path), ...(to ? [this.#short(to)] : [])].join(' ');
    const edit =
      (edits: readonly (Edit | undefined)[]): Ending =>
      (_, begun, ended) => {
        const real = edits.flatMap((one) => one ?? []);
        if (real.length > 0) this.#done(text, real, { begun, ended, lasting: Number.POSITIVE_INFINITY });
      };
    const gone = place && node && ({ ...place, node, does: 'go' } as const);
    switch (op) {
      case 'rename':
        return edit([gone, target && node && { ...target, node, does: 'come' }]);
      case 'link':
        return edit([target && node && { ...target, node, does: 'come' }]);
      case 'rmdir':
        return edit([gone && { ...gone, does: 'go if empty' }]);
      case 'unlink':
      case 'rm':
        return edit([gone]);
      case 'fsync':
      case 'fdatasync':
        return (_, begun, ended) => this.#synced(node, of, begun, ended);
      case 'flush':
        return (_, begun, ended) => this.#flushed(begun, ended);
      case 'mkdir':
        return (all, begun, ended) => {
          for (const [i, folder] of folders.entries())
            this.#made(this.#place(folder, begun), all[i], begun, ended);
        };
      default:
        return ([one], begun, ended) => this.#made(target, one, begun, ended);
    }
  }

  #rootIf(path: string, of: Described | undefined, now: number): Node | undefined {
    if (path !== this.#path) return undefined;
    if (of) this.#describe(this.#root, of, now);
    return this.#root;
  }

  /** What an operation has made at a place, or changed there. */
  #made(place: Place | undefined, of: Described | null | undefined, begun: number, ended: number): void {
    if (place === undefined || !of || of.kind === 'other') return;
    const known = place.folder.entries.get(place.name);
    const isGuessed = known !== undefined && this.#guessed.delete(known) && known.kind === of.kind;
    if (isGuessed) this.#known(of.ino, known);
    if (known !== undefined && (isGuessed || this.#nodes.get(of.ino) === known)) {
      this.#describe(known, of, ended);
      return;
    }
    const node = this.#known(of.ino, made(of, ended));
    this.#done(`make ${place.name}`, [{ ...place, node, does: 'come' }], {
      begun,
      ended,
      lasting: Number.POSITIVE_INFINITY,
    });
  }

  #synced(node: Node | undefined, of: Described | undefined, begun: number, ended: number): void {
    if (node?.kind === 'file' && of?.content !== undefined)
      node.synced.push({ at: ended, bytes: Buffer.from(of.content, 'base64') });
    for (const operation of this.#operations) {
      if (operation.ended <= begun && operation.edits.some(({ folder }) => folder === node))
        operation.lasting = Math.min(operation.lasting, ended);
    }
  }

  /** Everything that was written, and every name, when the flush began. */
  #flushed(begun: number, ended: number): void {
    for (const node of this.#nodes.values()) {
      const content = node.kind === 'file' ? node.written.findLast(({ at }) => at <= begun) : undefined;
      if (node.kind === 'file' && content !== undefined)
        node.synced.push({ at: ended, bytes: content.bytes });
    }
    for (const operation of this.#operations)
      if (operation.ended <= begun) operation.lasting = Math.min(operation.lasting, ended);
  }

  /** How many moments there are; 0 is before the first operation. */
  get moments(): number {
    return this.#texts.length;
  }

  /**
   * Disks that a power cut may leave at a moment: of what is uncertain nothing, all, a beginning, one, all but one.
   * @param matters says of an operation (`rename a b`) whether it is worth a disk of its own.
   */
  *at(moment: number, matters: (text: string) => boolean = () => true): Generator<Disk> {
    const uncertain = this.#operations.filter(
      ({ text, begun, lasting }) => begun <= moment && moment < lasting && matters(text),
    );
    const disk = (
      luck: string,
      isThere: (operation: Operation) => boolean,
      contents: boolean,
      isInOrder = false,
    ): Disk => ({
      what: `power cut when ${this.#texts[moment] || 'nothing has happened'}; on the disk: ${luck}`,
      isInOrder,
      remains: this.#remains(moment, isThere, contents),
    });
    yield disk('everything', () => true, true, true);
    yield disk('every name, no content that was not synced', () => true, false, true);
    for (const [i, one] of uncertain.entries()) {
      const before = new Set(uncertain.slice(0, i));
      yield disk(`what came before ${one.text}`, (other) => before.has(other), false, true);
      yield disk(`of what was not synced, only ${one.text}`, (other) => other === one, false);
      yield disk(`all but ${one.text}`, (other) => other !== one, true);
    }
  }

  /** Every different disk at any moment. */
  *all(matters?: (text: string) => boolean): Generator<Disk> {
    const seen = new Set<string>();
    for (let moment = 0; moment < this.moments; moment++) {
      for (const disk of this.at(moment, matters)) {
        const signature = signatureOf(disk);
        if (!seen.has(signature)) yield disk;
        seen.add(signature);
      }
    }
  }

  #remains(moment: number, has: (operation: Operation) => boolean, contents: boolean): Disk['remains'] {
    const entries = new Map<Folder, Map<string, Node>>();
    const of = (folder: Folder): Map<string, Node> => {
      const found = entries.get(folder) ?? new Map<string, Node>();
      entries.set(folder, found);
      return found;
    };
    for (const operation of this.#operations) {
      const isCertain = operation.lasting <= moment;
      if (operation.begun > moment || !(isCertain || has(operation))) continue;
      for (const { folder, name, node, does } of operation.edits) {
        if (does === 'come') of(folder).set(name, node);
        else if (of(folder).get(name) === node && (does === 'go' || isCertain || !isFull(node, of)))
          of(folder).delete(name);
      }
    }
    const remains = new Map<string, Remains>();
    const add = (path: string, node: Node): void => {
      remains.set(path, remainsOf(node, moment, contents));
      if (node.kind === 'folder')
        for (const [name, child] of of(node)) add(path === '' ? name : `${path}/${name}`, child);
    };
    add('', this.#root);
    return remains;
  }
}

function isFull(node: Node, of: (folder: Folder) => Map<string, Node>): boolean {
  return node.kind === 'folder' && of(node).size > 0;
}

function made(of: Described, at: number): Node {
  const { mode } = of;
  if (of.kind === 'folder') return { kind: 'folder', mode, entries: new Map() };
  if (of.kind === 'link') return { kind: 'link', mode, target: of.target ?? '' };
  return {
    kind: 'file',
    mode,
    written: [{ at, bytes: Buffer.from(of.content ?? '', 'base64') }],
    synced: [],
  };
}

const NOTHING = Buffer.alloc(0);

function remainsOf(node: Node, moment: number, contents: boolean): Remains {
  if (node.kind === 'link') return { kind: 'link', target: node.target };
  if (node.kind === 'folder') return { kind: 'folder', mode: node.mode };
  const known = (list: readonly Content[]) => list.findLast(({ at }) => at <= moment)?.bytes;
  const bytes = (contents ? known(node.written) : undefined) ?? known(node.synced) ?? NOTHING;
  return { kind: 'file', mode: node.mode, bytes };
}

const numbers = new WeakMap<Buffer, number>();
let last = 0;

/** Contents are never copied, so the same one is the same object. */
function numberOf(bytes: Buffer): number {
  const number = numbers.get(bytes) ?? ++last;
  numbers.set(bytes, number);
  return number;
}

function signatureOf({ remains, isInOrder }: Disk): string {
  const parts = [...remains].map(([path, one]) => {
    if (one.kind === 'file') return `${path}=${numberOf(one.bytes)},${one.mode}`;
    return one.kind === 'link' ? `${path}>${one.target}` : `${path}/${one.mode}`;
  });
  return `${isInOrder}\n${parts.join('\n')}`;
}

/** Makes a folder that holds what is on a disk. */
export function restore({ remains }: Disk, folder: string): void {
  for (const [path, one] of remains) {
    const at = join(folder, path);
    if (one.kind === 'folder') mkdirSync(at, { recursive: true });
    else if (one.kind === 'link') symlinkSync(one.target, at);
    else writeFileSync(at, one.bytes);
    if (one.kind !== 'link') chmodSync(at, one.mode);
  }
}
