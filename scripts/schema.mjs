// Writes schemas/pki.schema.json from the zod schema: `npm run schema`. A test fails when the file is stale.
// The source is TypeScript, which Node 20 cannot run: esbuild makes one module of it in memory.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const from = (path) => fileURLToPath(new URL(path, import.meta.url));

const { outputFiles } = await build({
  entryPoints: [from('../src/manifest/json-schema.ts')],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { manifestJsonSchemaText } = await import(`data:text/javascript;base64,${code}`);

const target = from('../schemas/pki.schema.json');
await mkdir(dirname(target), { recursive: true });
await writeFile(target, manifestJsonSchemaText());
