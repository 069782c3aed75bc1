/** `fullchain.pem`: what a TLS server presents. */
import { fullchainParts } from '../parts.ts';
import { bundle } from './bundle.ts';

/** The certificate and the authorities between it and its root. */
export const fullchain = bundle(fullchainParts);
