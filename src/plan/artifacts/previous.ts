/** `previous.pem` of a root: what it had before (plan/previous.ts decides about it). */
import { fingerprintsOf } from '../../x509/facts.ts';
import { parseEarlier } from '../../x509/rollover.ts';
import { previousParts } from '../parts.ts';
import type { BundleRule } from './rule.ts';

/** Earlier certificates that are still trusted, then cross-certificates, each newest first. */
export const previous: BundleRule<ReturnType<typeof parseEarlier>> = {
  by: 'parts',
  parts: previousParts,
  read: parseEarlier,
  pieces: fingerprintsOf,
};
