/** Where a server of a manifest listens. */
import type { Endpoint } from './endpoint.ts';
import type { Starttls } from './starttls.ts';

/** Host and port, and the protocol in which TLS begins later; `null`: it begins at once. */
export interface Address {
  readonly endpoint: Endpoint;
  readonly starttls: Starttls | null;
}
