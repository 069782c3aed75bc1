/** Files that hold the same as some PEM would, in another form. */
import type { Entity } from '../../pki/entity.ts';
import type { ById } from '../../pki/issuers.ts';
import type { Format } from '../make.ts';
import type { Part } from '../parts.ts';
import type { ConversionRule } from './rule.ts';

/** The rule of a file of these parts in that form. @param read bytes of such a file → its pieces; throws like `read`. */
export function conversion(
  format: Format,
  parts: (entity: Entity, byId: ById) => readonly Part[],
  read: (bytes: Buffer) => readonly string[],
): ConversionRule<readonly string[]> {
  return { by: 'conversion', format, parts, read, pieces: (facts) => facts };
}
