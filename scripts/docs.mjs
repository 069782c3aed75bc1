// Writes the tables of settings into docs/manifest.md: `npm run docs`. A test fails when one is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { fromRoot, importSource } from './import.mjs';

const { PAGES, withSettingTables } = await importSource('src/manifest/setting-tables.ts');
for (const page of PAGES) {
  const path = fromRoot(page);
  await writeFile(path, withSettingTables(await readFile(path, 'utf8')));
}
