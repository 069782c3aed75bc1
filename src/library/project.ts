/** Opening a project: a manifest, read and validated, and the folder it speaks of. */
import { join, resolve } from 'node:path';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import { type AllowedPaths, allowedPathFault } from '../pki/allowed-paths.ts';
import type { Inventory } from '../pki/entity.ts';
import { filesBeside } from '../store/beside.ts';
import { keptManifest, likelyOutput, manifestKey } from '../store/kept-manifest.ts';
import { type ManifestText, manifestFolder, readManifest } from '../store/manifest-file.ts';
import type { Advice } from '../words/advice.ts';
import { manifestFaultText, NO_SOURCE, objectFaultText, unallowableText } from '../words/manifest-file.ts';
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
  /** By which the same manifest is known the next time. Absent: it is read each time, because it is in no file or names others. */
  readonly key?: string;
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
  if (!isSource(source)) return { ok: false, ...NO_SOURCE };
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
  const folder = manifestFolder(file);
  const key = allowPaths.length === 0 ? manifestKey(text.text, name, text.state) : undefined;
  const kept = key === undefined ? undefined : keptBelow(folder, text.text, key);
  const loaded = kept ?? (await loadedFrom(text.text, name, folder, allowPaths, key));
  if (!loaded.ok) return loaded;
  const { ok, ...read } = loaded;
  return { ok, project: { manifest: file, root: resolve(folder, loaded.inventory.output), ...read } };
}

/** Programs without types hand over anything. */
function isSource(source: unknown): boolean {
  return typeof source === 'string' || (typeof source === 'object' && source !== null);
}

type Read = Pick<Project, 'inventory' | 'warnings' | 'key'> & { readonly ok: true };

/** What was kept where the manifest says that its output is. */
function keptBelow(folder: string, text: string, key: string): Read | undefined {
  const root = resolve(folder, likelyOutput(text));
  const kept = keptManifest(root, key);
  return kept !== undefined && resolve(folder, kept.inventory.output) === root
    ? { ok: true, ...kept }
    : undefined;
}

/** What other files say is no part of the key, so that a manifest that names some is read each time. */
async function loadedFrom(
  text: string,
  name: string,
  folder: string,
  allowPaths: AllowedPaths,
  key: string | undefined,
): Promise<Read | Extract<Opened, { readonly diagnostics: unknown }>> {
  const { loadManifest } = await import('../resolve/load.ts');
  const files = filesBeside(folder, allowPaths);
  const loaded = loadManifest(text, name, files);
  return loaded.ok && key !== undefined && !files.wasAsked() ? { ...loaded, key } : loaded;
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
    state: null,
  };
}

/** Seconds since 1970. Whatever depends on the day gets it from here; only caches ask for the time by themselves. */
export function clock(): number {
  return Math.floor(Date.now() / 1000);
}
