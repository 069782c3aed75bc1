/** A folder's description for which there is a manifest: what no manifest can have is left out of it. */
import { describeFolder } from '../adopt/adopt.ts';
import type { Scan } from '../adopt/found.ts';
import { refusedIn } from '../adopt/refused.ts';
import { manifestText } from '../manifest/write.ts';
import { loadManifest } from '../resolve/load.ts';

/**
 * The description, and its manifest as validation has it.
 * @param output the adopted folder, as the manifest names it. @param now seconds since 1970.
 */
export function describeAdoptable(scan: Scan, output: string, now: number) {
  const refused = new Map<string, string>();
  for (;;) {
    const description = describeFolder(scan, output, now, refused);
    const text = manifestText(description.manifest, { head: [], entries: new Map() });
    const loaded = loadManifest(text, 'the manifest of what was found');
    if (loaded.ok) return { description, loaded };
    const { size } = refused;
    for (const [id, problem] of refusedIn(text, loaded.diagnostics)) {
      const path = description.certificates.get(id);
      if (path !== undefined) refused.set(path, problem);
    }
    if (refused.size === size)
      throw new Error(`Internal error: ${loaded.diagnostics.map(({ message }) => message).join('; ')}`);
  }
}
