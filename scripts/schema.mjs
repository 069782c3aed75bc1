// Writes schemas/pki.schema.json from the zod schema: `npm run schema`. A test fails when the file is stale.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fromRoot, importSource } from './import.mjs';

const { manifestJsonSchemaText } = await importSource('src/manifest/json-schema.ts');
const target = fromRoot('schemas/pki.schema.json');
await mkdir(dirname(target), { recursive: true });
await writeFile(target, manifestJsonSchemaText());
