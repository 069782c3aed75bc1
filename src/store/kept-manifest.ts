/**
 * `.pki/manifest.bin`: what a manifest meant when it was last carried out. To parse and check it is two fifths of a plan
 * with nothing to do. An accelerator and nothing else: it is believed of the same text in the very same file, by the same
 * program, and deleting it changes nothing but time.
 */
import { createHash } from 'node:crypto';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import { BUILD } from '../pki/build.ts';
import type { Inventory } from '../pki/entity.ts';
import type { Folder } from './folder.ts';
import { keepValue, keptValue } from './kept-value.ts';

/** A manifest as it was read. */
export interface KeptManifest {
  /** As `manifestKey` gives it. */
  readonly key: string;
  readonly inventory: Inventory;
  readonly warnings: readonly Diagnostic[];
}

const FILE = 'manifest.bin';

/** More than any manifest of 5 MB means. */
const LIMIT = 128 * 1024 * 1024;

/** Fewer entities are read in no time. */
const FEW = 25;

/**
 * By what a manifest is known. The state of its file is no part of what it means, but of who can have kept that: what came
 * with the folder from somewhere else cannot know the inode and the times that the file gets here.
 * @param name as it stands in diagnostics.
 * @param state of its file; `null`: it has none, and is read each time.
 * @param program the build that reads it; absent from source, which may be another one in the next run.
 */
export function manifestKey(
  text: string,
  name: string,
  state: string | null,
  program: string | undefined = BUILD,
): string | undefined {
  if (state === null || program === undefined) return undefined;
  const parts = [program, process.version, name, state, text];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Where a manifest most likely has its output: only to look there, because what is found says where it is. */
export function likelyOutput(text: string): string {
  const [, written = 'pki'] = /^output:[ \t]*(\S+)/m.exec(text) ?? [];
  return written.replace(/^(["'])(.*)\1$/, '$2');
}

/** What is kept below an output folder for this key; whatever else is in its place is nothing. */
export function keptManifest(root: string, key: string): KeptManifest | undefined {
  try {
    const kept = keptValue<KeptManifest>(root, FILE, LIMIT);
    return kept?.key === key ? kept : undefined;
  } catch {
    // Of another user, or of another version of V8: it is read like the first time, and the look at the folder objects.
    return undefined;
  }
}

/** Whether it takes noticeable time to read. */
export function isLong({ entities }: Inventory): boolean {
  return entities.length >= FEW;
}

/** @param own the folder `.pki`. */
export async function keepManifest(own: Folder, manifest: KeptManifest): Promise<void> {
  await keepValue(own, FILE, manifest);
}
