// Imports a module of src/, which is TypeScript that Node 20 cannot run: esbuild makes one module of it in memory.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param path below the repository */
export async function importSource(path) {
  const { outputFiles } = await build({
    entryPoints: [fromRoot(path)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}

/** The absolute path of a file of the repository. */
export function fromRoot(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
