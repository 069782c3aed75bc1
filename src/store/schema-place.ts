/** Where an editor finds the JSON Schema of manifests: in the package that is installed beside the manifest, or here. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SCHEMA = 'schemas/pki.schema.json';
const INSTALLED = `node_modules/pki-apply/${SCHEMA}`;

/**
 * As the `$schema` of a manifest at that path: relative where the package is installed in the manifest's folder or above
 * it, so that it holds on other machines too; else the URL of this program's own, or `null` where that has none.
 */
export function schemaReference(manifest: string): string | null {
  const folder = folderOf(manifest);
  const above = foldersAbove(folder);
  const steps = above.findIndex((one) => existsSync(join(one, INSTALLED)));
  if (steps >= 0) return `${steps === 0 ? './' : '../'.repeat(steps)}${INSTALLED}`;
  const own = foldersAbove(dirname(fileURLToPath(import.meta.url)))
    .map((one) => join(one, SCHEMA))
    .find((path) => existsSync(path));
  return own === undefined ? null : pathToFileURL(own).href;
}

/** Links resolved: `..` in a reference leads up from where the folder really is. */
function folderOf(manifest: string): string {
  const folder = dirname(resolve(manifest));
  return existsSync(folder) ? realpathSync(folder) : folder;
}

/** The folder itself first, the root last. */
function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}
