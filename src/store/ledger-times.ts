/**
 * When the ledger was last written to, for plans that doubt the clock. Only its last line is read, unless that lies in
 * the future. What cannot be read says nothing: the ledger decides nothing else, and `pki history` complains.
 */
import { readSync } from 'node:fs';
import type { Archive, Issues, Observation } from '../plan/observation.ts';
import { fieldsOf, jsonIn } from './json.ts';
import { LEDGER, wholeLines } from './ledger.ts';
import type { OpenFile } from './open-file.ts';
import { useOwn } from './own.ts';

/** A line, as far as it matters here; seconds since 1970. */
interface Line {
  readonly time: number;
  /** Ends of certificates that were renewed because they had ended. */
  readonly ended: readonly number[];
}

/** What was seen, and with it what the ledger says. @param root the output folder, @param now what the clock says. */
export function withIssues(seen: Observation, root: string, now: number): Observation {
  const issues = readIssues(root, now);
  return issues === undefined ? seen : { ...seen, issues };
}

/** The same alone; `undefined` where there is no ledger to be read. */
export function readIssues(root: string, now: number): Issues | undefined {
  return useOwn(root, LEDGER, (file) => {
    const end = wholeLines(file);
    const last = lineOf(lastLine(file, end));
    if (last === undefined) return undefined;
    if (last.time <= now) return { newest: last.time, before: null, revived: false };
    return issuesAfter(allLines(file, end), last.time, now);
  });
}

/** The newest moment that is not after `now`, and the latest at which something was renewed because it had ended. */
export function momentsIn(lines: readonly string[], now: number): Pick<Archive, 'newest' | 'revival'> {
  const known = lines.flatMap((line) => lineOf(line) ?? []).filter(({ time }) => time <= now);
  const at = known.findLast(({ ended }) => ended.length > 0)?.time;
  const before = known.findLast(({ time }) => at !== undefined && time < at)?.time ?? null;
  return { newest: known.at(-1)?.time ?? null, revival: at === undefined ? null : { at, before } };
}

/** Lines in the order of their writing; those of one run have the same moment. */
function issuesAfter(lines: readonly Line[], newest: number, now: number): Issues {
  const at = lines.findLastIndex(({ time }) => time <= now);
  const first = lines[at + 1];
  const run = lines.slice(at + 1).filter(({ time }) => time === first?.time);
  const revived = run.some(({ ended }) => ended.some((notAfter) => notAfter > now));
  return { newest, before: lines[at]?.time ?? null, revived };
}

/** How much is read at first: nearly every line is shorter. */
const CHUNK = 8192;

function lastLine(file: OpenFile, end: number): string {
  for (let size = CHUNK; ; size *= 8) {
    const from = Math.max(0, end - size);
    const bytes = readBetween(file, from, end);
    const at = bytes.lastIndexOf(0x0a, -2);
    if (at !== -1 || from === 0) return bytes.subarray(at + 1).toString('utf8');
  }
}

function readBetween({ descriptor }: OpenFile, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
}

function allLines(file: OpenFile, end: number): readonly Line[] {
  const text = readBetween(file, 0, end).toString('utf8');
  return text.split('\n').flatMap((line) => lineOf(line) ?? []);
}

function lineOf(text: string): Line | undefined {
  const { time, reasons } = fieldsOf(jsonIn(text));
  const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  const ended = (Array.isArray(reasons) ? reasons : []).flatMap((reason) => {
    const { kind, notAfter } = fieldsOf(reason);
    return kind === 'expired' && typeof notAfter === 'number' ? [notAfter] : [];
  });
  return { time: Math.floor(milliseconds / 1000), ended };
}
