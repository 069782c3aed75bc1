/** `ca.pem`: the trust bundle. */
import { trustParts } from '../parts.ts';
import { bundle } from './bundle.ts';

/** The roots that an entity trusts, each with its earlier certificates behind it. */
export const ca = bundle(trustParts);
