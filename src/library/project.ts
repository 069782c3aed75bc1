/** Opening a project: a manifest, read and validated, and the folder it speaks of. */
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import { type AllowedPaths, allowedPathFault } from '../pki/allowed-paths.ts';
import type { Inventory } from '../pki/entity.ts';
import { filesBeside } from '../store/beside.ts';
import { type ManifestText, readManifest } from '../store/manifest-file.ts';
import type { Advice } from '../words/advice.ts';
import { manifestFaultText, objectFaultText, unallowableText } from '../words/manifest-file.ts';
import { objectFaultIn } from './plain-data.ts';

/** A valid manifest, and the folder it describes. */
export interface Project {
  /** As it was named; one that has no file is called `manifest`, in the folder that was given. */
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

/** A manifest that is in no file; its `output` is below `folder`, by default the working directory. */
export type ManifestSource =
  | {
      readonly text: string;
      readonly folder?: string /** What diagnostics call it. */;
      readonly name?: string;
    }
  /** What the YAML would hold, by the schema `pki-apply/schema`. */
  | { readonly manifest: object; readonly folder?: string };

/** What a manifest may do beyond what it says. */
export interface OpenOptions {
  /** Folders and files, absolute, that it may name: for `file:`, `request` and `certificate`. By default none. */
  readonly allowPaths?: AllowedPaths;
}

/**
 * Reads and validates a manifest. Never throws for what it can hold.
 * @param source the path of a file, or the manifest itself.
 */
export async function openProject(
  source: string | ManifestSource,
  { allowPaths = [] }: OpenOptions = {},
): Promise<Opened> {
  for (const path of allowPaths) {
    const fault = allowedPathFault(path);
    if (fault !== undefined) return { ok: false, ...unallowableText(path, fault) };
  }
  const odd = typeof source === 'object' && 'manifest' in source ? objectFaultIn(source.manifest) : undefined;
  if (odd !== undefined) return { ok: false, ...objectFaultText(odd.path, odd.what) };
  const name = typeof source === 'string' ? source : nameOf(source);
  const file = typeof source === 'string' ? source : join(source.folder ?? '.', UNNAMED);
  const text = typeof source === 'string' ? readManifest(source) : textOf(source);
  if (!text.ok) return { ok: false, ...manifestFaultText(text.fault) };
  const { loadManifest } = await import('../resolve/load.ts');
  const loaded = loadManifest(text.text, name, filesBeside(resolve(dirname(file)), allowPaths));
  if (!loaded.ok) return loaded;
  const root = resolve(dirname(file), loaded.inventory.output);
  return {
    ok: true,
    project: { manifest: file, root, inventory: loaded.inventory, warnings: loaded.warnings },
  };
}

/** What diagnostics call a manifest that has no file. */
const UNNAMED = 'manifest';

function nameOf(source: ManifestSource): string {
  return 'text' in source ? (source.name ?? UNNAMED) : UNNAMED;
}

/** JSON is YAML; on lines of its own, so that a diagnostic shows the one that it is about. */
function textOf(source: ManifestSource): ManifestText {
  return {
    ok: true,
    text: 'text' in source ? source.text : (JSON.stringify(source.manifest, null, 2) ?? ''),
  };
}

/** Seconds since 1970. Whatever depends on the day gets it from here; only caches ask for the time by themselves. */
export function clock(): number {
  return Math.floor(Date.now() / 1000);
}
