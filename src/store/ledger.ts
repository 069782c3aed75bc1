/**
 * `.pki/ledger.jsonl`: one line for every certificate issued, written and synced before the certificate is published.
 * It decides nothing (the files are the state); revocation and audits need what is no longer on disk.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { EntityId } from '../pki/entity.ts';
import { errorCode } from '../pki/errors.ts';
import { PRIVATE_FOLDER } from '../pki/paths.ts';
import { subjectText } from '../pki/subject.ts';
import type { Reason } from '../plan/reason.ts';
import { isoTime } from '../plan/validity.ts';
import { type RecordedReason, recordedReason } from '../words/recorded.ts';
import { type CertificateFacts, sanOf } from '../x509/facts.ts';
import { sync } from './disk.ts';
import { fieldsOf } from './json.ts';
import { UserError } from './user-error.ts';

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
}

/** @param root the output folder, absolute; so is the path. */
export function ledgerPath(root: string): string {
  return join(root, PRIVATE_FOLDER, 'ledger.jsonl');
}

/** @param about whose it is, who signed, why, and when (seconds since 1970). */
export function ledgerEntry(
  facts: CertificateFacts,
  about: {
    readonly entity: EntityId;
    readonly issuer: EntityId;
    readonly now: number;
    readonly reasons: readonly Reason[];
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
  };
}

/** Appends entries; those that arrive while a sync is under way share the next one. */
export class Ledger {
  readonly #path: string;
  /** Where the next line goes; found once, because the run's lock keeps every other writer away. */
  #end: number | undefined;
  #isNamed = false;
  #waiting: string[] = [];
  /** The flush that takes what is waiting; it begins when the one before it has ended, however that went. */
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws UserError where nothing could be written, before there is anything to write. */
  constructor(root: string) {
    this.#path = ledgerPath(root);
    checkFile(this.#path);
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
    const end = this.#end ?? wholeLines(this.#path);
    this.#end = appendWhole(this.#path, Buffer.from(lines.join('')), end);
    await sync(this.#path);
    // The file may be new, and then its name has to last as well.
    if (!this.#isNamed) await sync(dirname(this.#path));
    this.#isNamed = true;
  }
}

/** All of it or nothing: a disk that fills up half-way must not leave half a line behind. */
function appendWhole(path: string, bytes: Buffer, end: number): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const descriptor = openSync(path, flags, 0o600);
  try {
    // What a crash left behind the last whole line may be longer than what is written over it.
    if (fstatSync(descriptor).size > end) ftruncateSync(descriptor, end);
    for (let offset = 0; offset < bytes.length; ) {
      offset += writeSync(descriptor, bytes, offset, bytes.length - offset, end + offset);
    }
    return end + bytes.length;
  } catch (error) {
    ftruncateSync(descriptor, end);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Length of the file up to its last line break: a line that a crash cut short is cut off. */
function wholeLines(path: string): number {
  return existsSync(path) ? readFileSync(path).lastIndexOf(0x0a) + 1 : 0;
}

function checkFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError({ kind: 'ledger-directory', path });
}

/** Every entry, oldest first. */
export function readLedger(root: string): readonly LedgerEntry[] {
  const path = ledgerPath(root);
  const text = readText(path);
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.flatMap((line, i) => (line === '' ? [] : [parseLine(line, path, i + 1)]));
}

/** Empty where there is none yet; one that cannot be read is something else. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return '';
    if (code === 'EISDIR') checkFile(path);
    throw new UserError({ kind: 'ledger-unreadable', path, code });
  }
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
