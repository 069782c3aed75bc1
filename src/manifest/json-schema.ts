/** The manifest's schema for editors and other tools. */
import * as z from 'zod';
import { manifestSchema } from './schema.ts';
import { type SettingWords, settingWords } from './setting-words.ts';
import { rowOf, SETTING_NAMES } from './settings.ts';
import { shapesBy } from './shapes.ts';

/** The words of every setting, by its shape in each map that can have it. */
function wordsByShape(): ReadonlyMap<unknown, SettingWords> {
  const rows = SETTING_NAMES.map((name) => [rowOf(name), name] as const);
  return new Map(
    rows.flatMap(([row, name]) => shapesBy(name).map((shape) => [shape, settingWords(row)] as const)),
  );
}

/** JSON Schema draft-07, which every YAML editor reads; of the manifest as written, so nothing with a default is required. */
export function manifestJsonSchema(): Record<string, unknown> {
  const words = wordsByShape();
  const schema = z.toJSONSchema(manifestSchema, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, words.get(zodSchema)),
  });
  return { ...schema, patternProperties: { '^x-': { description: 'A place for anchors; ignored.' } } };
}

/** `schemas/pki.schema.json`, to the byte. */
export function manifestJsonSchemaText(): string {
  return `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
}
