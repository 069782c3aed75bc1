/** The manifest's schema for editors and other tools. */
import * as z from 'zod';
import { manifestSchema } from './schema.ts';

/** JSON Schema draft-07, which every YAML editor reads; of the manifest as written, so nothing with a default is required. */
export function manifestJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(manifestSchema, { target: 'draft-07', io: 'input' });
  return { ...schema, patternProperties: { '^x-': { description: 'A place for anchors; ignored.' } } };
}

/** `schemas/pki.schema.json`, to the byte. */
export function manifestJsonSchemaText(): string {
  return `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
}
