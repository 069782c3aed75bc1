/** What an export consists of: files as values, and what of a manifest its target cannot have. */
import type { Omission } from './omission.ts';

/** One file, by its path below the folder of the export. */
export interface ExportFile {
  readonly path: string;
  /** Its permission bits. */
  readonly mode: number;
  readonly text: string;
  /** What may be in its place although no export left it there like that. */
  readonly over?: string;
}

/** A manifest as another engine takes it. */
export interface Exported {
  readonly files: readonly ExportFile[];
  /** Entries that it says nothing of, each with the reason. */
  readonly omissions: readonly Omission[];
}

/** Where files of the output folder are for what an export holds. */
export interface ExportPlace {
  /** The output folder, relative to that of the export. */
  readonly output: string;
}

/** For everyone to read: no export holds a secret in it. */
export function plainFile(path: string, lines: readonly string[]): ExportFile {
  return { path, mode: 0o644, text: `${lines.join('\n')}\n` };
}

/** To be run. */
export function scriptFile(path: string, lines: readonly string[]): ExportFile {
  return { path, mode: 0o755, text: `${lines.join('\n')}\n` };
}

/** A value as JSON, in the order of its keys. */
export function jsonFile(path: string, value: object): ExportFile {
  return { path, mode: 0o644, text: `${JSON.stringify(value, null, 2)}\n` };
}
