/**
 * `.pki/ledger.jsonl`: one line for every certificate issued, written and synced before the certificate is published.
 * It decides nothing (the files are the state); revocation and audits need what is no longer on disk.
 */
import { constants, ftruncateSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../pki/engine.ts';
import type { EntityId, Section } from '../pki/entity.ts';
import { PRIVATE_FOLDER } from '../pki/paths.ts';
import { subjectText } from '../pki/subject.ts';
import type { Reason } from '../plan/reason.ts';
import { isoTime } from '../plan/validity.ts';
import { type RecordedReason, recordedReason } from '../words/recorded.ts';
import { UserError } from '../words/user-error.ts';
import { type CertificateFacts, sanOf } from '../x509/facts.ts';
import type { Folder } from './folder.ts';
import { fieldsOf } from './json.ts';
import type { OpenFile } from './open-file.ts';
import { readOwn } from './own.ts';

/** In the folder `.pki`. */
export const LEDGER = 'ledger.jsonl';

/** What ids of authorities begin with. */
const AUTHORITIES: Section = 'authorities';

/** Half a million certificates: what one string can hold. */
const LIMIT = 400 * 1024 * 1024;

/** A certificate as it was issued (docs/json.md, `pki-history`); times are RFC 3339 in UTC, whole seconds. */
export interface LedgerEntry {
  /** The moment of the plan that issued it. */
  readonly time: string;
  readonly entity: EntityId;
  /** The entity itself where it is a root. */
  readonly issuer: EntityId;
  /** Hex. */
  readonly serial: string;
  /** `CN=api.example.test, O=Example`, in the order of the certificate. */
  readonly subject: string;
  /** `dns:api.example.test`, `ip:127.0.0.1`. */
  readonly san: readonly string[];
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the DER, hex. */
  readonly fingerprint: string;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly keyId: string;
  /** Why it was issued. */
  readonly reasons: readonly RecordedReason[];
  /** Who made it; lines from before there was a choice do not say, nor those of another machine's certificates. */
  readonly engine?: EngineName;
}

/** @param root the output folder, absolute; so is the path. */
export function ledgerPath(root: string): string {
  return join(root, PRIVATE_FOLDER, LEDGER);
}

/** @param about whose it is, who signed, why, and when (seconds since 1970). */
export function ledgerEntry(
  facts: CertificateFacts,
  about: {
    readonly entity: EntityId;
    readonly issuer: EntityId;
    readonly now: number;
    readonly reasons: readonly Reason[];
    readonly engine: EngineName | undefined;
  },
): LedgerEntry {
  return {
    time: isoTime(about.now),
    entity: about.entity,
    issuer: about.issuer,
    serial: facts.serial,
    subject: subjectText(facts.subject),
    san: sanOf(facts),
    notBefore: isoTime(facts.notBefore),
    notAfter: isoTime(facts.notAfter),
    fingerprint: facts.fingerprint,
    keyId: facts.keyId,
    reasons: about.reasons.map(recordedReason),
    ...(about.engine === undefined ? {} : { engine: about.engine }),
  };
}

/** Appends entries; those that arrive while a sync is under way share the next one. */
export class Ledger {
  readonly #own: Folder;
  /** Where the next line goes; found once, because the run's lock keeps every other writer away. */
  #end: number | undefined;
  #isNamed = false;
  #waiting: string[] = [];
  /** The flush that takes what is waiting; it begins when the one before it has ended, however that went. */
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param own the folder `.pki`, open as long as anything is appended.
   * @throws UserError where nothing could be written, before there is anything to write.
   */
  constructor(own: Folder) {
    this.#own = own;
    if (own.lookAt(LEDGER)?.isDirectory())
      throw new UserError({ kind: 'ledger', path: join(own.path, LEDGER), cause: { kind: 'directory' } });
  }

  /** Resolves once the entry survives a power cut; rejects where it is not in the ledger, or not for certain. */
  append(entry: LedgerEntry): Promise<void> {
    this.#waiting.push(`${JSON.stringify(entry)}\n`);
    if (this.#next === undefined) {
      this.#next = this.#last.then(() => this.#flush());
      this.#last = this.#next.catch(() => {});
    }
    return this.#next;
  }

  async #flush(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    using file = this.#own.openFile(LEDGER, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#end = appendWhole(file, Buffer.from(lines.join('')), this.#end ?? wholeLines(file));
    await file.sync();
    // The file may be new, and then its name has to last as well.
    if (!this.#isNamed) await this.#own.sync();
    this.#isNamed = true;
  }
}

/** All of it or nothing: a disk that fills up half-way must not leave half a line behind. Returns the new end. */
function appendWhole({ descriptor, stat }: OpenFile, bytes: Buffer, end: number): number {
  try {
    // What a crash left behind the last whole line may be longer than what is written over it.
    if (stat.size > end) ftruncateSync(descriptor, end);
    for (let offset = 0; offset < bytes.length; ) {
      offset += writeSync(descriptor, bytes, offset, bytes.length - offset, end + offset);
    }
    return end + bytes.length;
  } catch (error) {
    ftruncateSync(descriptor, end);
    throw error;
  }
}

/** More than any line has. */
const TAIL = 1024 * 1024;

/** Length of the file up to its last line break: a line that a crash cut short is cut off. */
export function wholeLines({ descriptor, stat }: OpenFile): number {
  for (let to = stat.size; to > 0; to -= TAIL) {
    const from = Math.max(0, to - TAIL);
    const bytes = Buffer.alloc(to - from);
    const at = bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from)).lastIndexOf(0x0a);
    if (at !== -1) return from + at + 1;
  }
  return 0;
}

/** Every entry, oldest first. @param root the output folder. */
export function readLedger(root: string): readonly LedgerEntry[] {
  const path = ledgerPath(root);
  return ledgerLines(root).flatMap((line, i) => (line === '' ? [] : [parseLine(line, path, i + 1)]));
}

/** The text of it, without a line that a crash cut short; every plan asks some of them, and few whole. */
export function ledgerLines(root: string): readonly string[] {
  const text = readText(root, ledgerPath(root));
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
}

/**
 * Entries of certificates with one of these serial numbers that are none of these certificates, without reading the rest.
 * @param known fingerprints by serial number
 */
export function otherEntries(
  lines: readonly string[],
  known: ReadonlyMap<string, ReadonlySet<string>>,
): readonly LedgerEntry[] {
  const found = lines.filter((line) => {
    const fingerprints = known.get(/"serial":"([^"]*)"/.exec(line)?.[1] ?? '');
    return fingerprints !== undefined && ![...fingerprints].some((one) => line.includes(one));
  });
  return found.flatMap(entryIn);
}

/** Entries of authorities, cross-certificates of roots included. */
export function authorityEntries(lines: readonly string[]): readonly LedgerEntry[] {
  const folder = `"entity":"${AUTHORITIES}/`;
  return lines.filter((line) => line.includes(folder)).flatMap(entryIn);
}

/** Every entry that can be read, oldest first. */
export function entriesIn(lines: readonly string[]): readonly LedgerEntry[] {
  return lines.flatMap(entryIn);
}

/** A line that is no entry proves nothing, and takes nothing from the others; `pki history` complains of it. */
function entryIn(line: string): readonly LedgerEntry[] {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? [value] : [];
  } catch {
    return [];
  }
}

/** Empty where there is none yet; one that cannot be read is something else. */
function readText(root: string, path: string): string {
  const file = readOwn(root, LEDGER, LIMIT);
  // Editors of Windows begin a file that they save with a mark; to drop its first line would lose an authority's entry.
  if (file.state === 'present') return file.facts.toString('utf8').replace(/^\uFEFF/, '');
  if (file.state !== 'blocked') return '';
  throw new UserError({ kind: 'ledger', path, cause: file.cause });
}

function parseLine(text: string, path: string, line: number): LedgerEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError({ kind: 'ledger-line', path, line, fault: 'no-json' });
  }
  if (!isEntry(value)) throw new UserError({ kind: 'ledger-line', path, line, fault: 'no-entry' });
  return value;
}

const TEXTS = [
  ...['time', 'entity', 'issuer', 'serial', 'subject'],
  ...['notBefore', 'notAfter', 'fingerprint', 'keyId'],
];

function isEntry(value: unknown): value is LedgerEntry {
  const fields = fieldsOf(value);
  const { san, reasons } = fields;
  const isText = (one: unknown): boolean => typeof one === 'string';
  const isListOf = (list: unknown, isOne: (one: unknown) => boolean): boolean =>
    Array.isArray(list) && list.every(isOne);
  const areReasons = isListOf(reasons, (reason) => isText(fieldsOf(reason)['kind']));
  return TEXTS.every((name) => isText(fields[name])) && isListOf(san, isText) && areReasons;
}
