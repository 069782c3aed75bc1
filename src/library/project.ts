/** Opening a project: a manifest, read and validated, and the folder it describes. */
import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { Inventory } from '../pki/entity.ts';
import { readManifest } from '../store/manifest-file.ts';
import type { Advice } from '../words/advice.ts';
import { manifestFaultText } from '../words/manifest-file.ts';

/** A valid manifest, and the folder it describes. */
export interface Project {
  /** As it was named. */
  readonly manifest: string;
  /** The output folder, absolute. */
  readonly root: string;
  /** What it describes, with every default filled in. */
  readonly inventory: Inventory;
  /** What is worth fixing in it, and prevents nothing. */
  readonly warnings: readonly Diagnostic[];
}

/** A project, or why there is none: `problem` where the file cannot be read, `diagnostics` where it is wrong. */
export type Opened =
  | { readonly ok: true; readonly project: Project }
  /** The file could not be read at all. */
  | ({ readonly ok: false } & Advice)
  /** It could, and these are all of its mistakes. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads and validates a manifest. Never throws for what a file can hold. */
export async function openProject(manifest: string): Promise<Opened> {
  const text = readManifest(manifest);
  if (!text.ok) return { ok: false, ...manifestFaultText(text.fault) };
  const { loadManifest } = await import('../resolve/load.ts');
  const loaded = loadManifest(text.text, manifest);
  if (!loaded.ok) return loaded;
  const root = resolve(dirname(manifest), loaded.inventory.output);
  return { ok: true, project: { manifest, root, inventory: loaded.inventory, warnings: loaded.warnings } };
}

/** Seconds since 1970. Whatever depends on the day gets it from here; only caches ask for the time by themselves. */
export function clock(): number {
  return Math.floor(Date.now() / 1000);
}
