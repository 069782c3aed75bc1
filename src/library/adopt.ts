/** A manifest where none is yet: for a folder that another tool made, or to begin with. */
import { join, resolve } from 'node:path';
import type { Description } from '../adopt/adopt.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { Inventory } from '../pki/entity.ts';
import type { Plan } from '../plan/plan.ts';
import { plan } from './plan.ts';
import { clock } from './project.ts';

/** Where the manifest goes, and the moment of the description. */
export interface AdoptOptions {
  /** Where the manifest is written; beside or above the folder. Without it the best place is chosen. */
  readonly manifest?: string;
  /** Seconds since 1970; now by default. */
  readonly now?: number;
}

/** A folder that another tool made, described. */
export interface Adoption {
  /** There was something to adopt. */
  readonly ok: boolean;
  /** As it was named. */
  readonly folder: string;
  /** The folder that the manifest belongs in, absolute. */
  readonly place: string;
  /** The JSON Schema of manifests, as a manifest there names it; `null` where none is installed. */
  readonly schema: string | null;
  /** The manifest in values, and what it does not describe. */
  readonly description: Description;
  /** The same manifest, resolved. */
  readonly inventory: Inventory;
  /** What validating it finds, short of errors. */
  readonly warnings: readonly Diagnostic[];
  /** What apply would do with this manifest: the entities that do not conform, and why. */
  readonly plan: Plan;
}

/** Describes a folder by a manifest, and says what that leaves out and what would change. Reads only. */
export async function adopt(folder: string, options: AdoptOptions = {}): Promise<Adoption> {
  const [{ adoptionPlace }, { scanFolder }, { describeAdoptable }, { schemaReference }] = await Promise.all([
    import('../store/observe/adoption-place.ts'),
    import('../store/observe/scan.ts'),
    import('./adoptable.ts'),
    import('../store/schema-place.ts'),
  ]);
  const now = options.now ?? clock();
  const { place, output } = adoptionPlace(folder, options.manifest);
  const { description, loaded } = describeAdoptable(scanFolder(folder), output, now);
  const { inventory, warnings } = loaded;
  const project = { manifest: '', root: resolve(folder), inventory, warnings };
  const ok = inventory.entities.length > 0;
  const schema = schemaReference(join(place, 'pki.yaml'));
  return { ok, folder, place, schema, description, inventory, warnings, plan: await plan(project, { now }) };
}

/** A small manifest to begin with, as text for a file of that name: an editor finds the schema from there. */
export async function starter(path: string): Promise<string> {
  const [{ starterManifest }, { schemaReference }] = await Promise.all([
    import('../manifest/starter.ts'),
    import('../store/schema-place.ts'),
  ]);
  return starterManifest(schemaReference(path));
}

/** Writes a manifest where none is yet; `false` where something is. */
export async function writeManifest(path: string, text: string): Promise<boolean> {
  const { createManifest } = await import('../store/manifest-file.ts');
  return createManifest(path, text);
}
