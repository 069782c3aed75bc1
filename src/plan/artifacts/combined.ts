/** `combined.pem`: private key and fullchain in one file, as HAProxy, MongoDB and Kafka read them. */
import { fullchainParts, type Part } from '../parts.ts';
import { bundle } from './bundle.ts';

/** The key first, then the certificate and its chain. */
export const combined = bundle((entity, byId): readonly Part[] => [
  { kind: 'key', of: entity.id },
  ...fullchainParts(entity, byId),
]);
