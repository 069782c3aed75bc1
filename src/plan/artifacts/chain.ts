/** `chain.pem`: the authorities between an entity and its root, for servers that want them in a file of their own. */
import { chainParts } from '../parts.ts';
import { bundle } from './bundle.ts';

/** Without the certificate itself, and without the root; there is none directly below a root. */
export const chain = bundle(chainParts);
