/** Files of several PEM blocks, whose order is part of what they are. */
import type { Entity } from '../../pki/entity.ts';
import type { ById } from '../../pki/issuers.ts';
import { parsePieces } from '../../x509/parse.ts';
import type { Part } from '../parts.ts';
import type { BundleRule } from './rule.ts';

/** The rule of a file that holds these parts as PEM, one after the other. */
export function bundle(
  parts: (entity: Entity, byId: ById) => readonly Part[],
): BundleRule<readonly string[]> {
  return { by: 'parts', parts, read: parsePieces, pieces: (facts) => facts };
}
