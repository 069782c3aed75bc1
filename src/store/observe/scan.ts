/** A folder of another tool → the content of its files. Reads only, follows no link, and stops at limits. */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundFile, ReadFault, Scan, Unusable, UnusableWhy } from '../../adopt/found.ts';
import { isTelling, readContent } from '../../adopt/read-content.ts';
import { compare } from '../../pki/compare.ts';
import { unreachable } from '../../pki/entity.ts';
import { errorCode } from '../../pki/errors.ts';
import type { FileState } from '../../plan/observation.ts';
import { readBytes } from './read.ts';

/** Levels of folders; real ones have three. */
const DEEPEST = 6;
const MOST_FILES = 20_000;
/** A bundle of every public root is a quarter of this. */
const LARGEST = 1024 * 1024;

/** Private to this program, and to a repository. */
const SKIPPED: ReadonlySet<string> = new Set(['.pki', '.git']);

/** @throws a system error where the folder itself cannot be read. */
export function scanFolder(root: string): Scan {
  const scan: Findings = { files: [], unusable: [], ignored: [], seen: 0 };
  visit(root, '', 0, scan);
  return { files: scan.files, unusable: scan.unusable, ignored: scan.ignored };
}

interface Findings {
  readonly files: FoundFile[];
  readonly unusable: Unusable[];
  readonly ignored: string[];
  seen: number;
}

function visit(root: string, folder: string, depth: number, scan: Findings): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => compare(a.name, b.name))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (isMisread(join(root, path), entry.name)) scan.unusable.push({ path, why: { kind: 'name' } });
    else if (entry.isDirectory()) visitFolder(root, path, depth + 1, scan);
    else if (entry.isSymbolicLink()) scan.unusable.push({ path, why: { kind: 'link' } });
    else if (entry.isFile()) visitFile(root, path, scan);
    else scan.ignored.push(path);
  }
}

/** Octets that are no UTF-8 came as U+FFFD, by which nothing is found. */
function isMisread(path: string, name: string): boolean {
  return name.includes('\ufffd') && lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

function visitFolder(root: string, path: string, depth: number, scan: Findings): void {
  if (SKIPPED.has(path.slice(path.lastIndexOf('/') + 1))) return;
  if (depth > DEEPEST) {
    scan.unusable.push({ path, why: { kind: 'too-deep' } });
    return;
  }
  try {
    visit(root, path, depth, scan);
  } catch (error) {
    const cause = { kind: 'unreadable', code: errorCode(error) } as const;
    scan.unusable.push({ path, why: unreadable({ kind: 'blocked', cause }) });
  }
}

function unreadable(fault: ReadFault): UnusableWhy {
  return { kind: 'unreadable', fault };
}

function visitFile(root: string, path: string, scan: Findings): void {
  scan.seen++;
  if (scan.seen > MOST_FILES) {
    if (scan.seen === MOST_FILES + 1) scan.unusable.push({ path, why: { kind: 'too-many' } });
    return;
  }
  const found = readFile(join(root, path), path);
  if (found === null) scan.ignored.push(path);
  else if ('why' in found) scan.unusable.push(found);
  else scan.files.push(found);
}

/** `null` for an unrelated file. */
function readFile(absolute: string, path: string): FoundFile | Unusable | null {
  const telling = isTelling(path);
  if ((statSync(absolute, { throwIfNoEntry: false })?.size ?? 0) > LARGEST)
    return telling ? { path, why: { kind: 'too-large' } } : null;
  const bytes = readBytes(absolute);
  if (bytes.state === 'present') return readContent(bytes.facts, path);
  return telling ? { path, why: unreadable(faultOf(bytes)) } : null;
}

function faultOf(file: Exclude<FileState<Buffer>, { readonly state: 'present' }>): ReadFault {
  switch (file.state) {
    case 'missing':
    case 'unknown':
      return { kind: 'gone' };
    case 'blocked':
      return { kind: 'blocked', cause: file.cause };
    case 'garbage':
      return { kind: 'unusable', detail: file.detail };
    default:
      return unreachable(file);
  }
}
