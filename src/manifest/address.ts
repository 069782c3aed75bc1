/** Where servers listen: `host:port`, and how TLS begins there. */
import * as z from 'zod';
import type { Address } from '../pki/address.ts';
import { type Endpoint, endpointOf } from '../pki/endpoint.ts';
import { quote } from '../pki/printable.ts';
import { PROTOCOLS } from '../pki/starttls.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

/** `localhost:8443`. */
const endpoint = z
  .string(wanted('an address such as "localhost:8443"'))
  .transform(using(parseEndpoint))
  .meta({ examples: ['localhost:8443'] });

function parseEndpoint(text: string): Parsed<Endpoint> {
  const found = endpointOf(text);
  if (found !== undefined) return parsed(found);
  return refused('url', `${quote(text)} is not a host and a port`, 'write it as "localhost:8443"');
}

const shape = z.strictObject(
  {
    endpoint,
    starttls: z.enum(PROTOCOLS, wanted(`one of ${PROTOCOLS.join(', ')}`)).optional(),
  },
  wanted('an address such as "localhost:8443"'),
);

/** Its keys, where it is a map. */
export const ADDRESS_KEYS: readonly string[] = Object.keys(shape.shape);

/** Where a server can be asked what it serves. */
export const address = z.union([
  endpoint.transform((place): Address => ({ endpoint: place, starttls: null })),
  shape.transform(({ endpoint: place, starttls = null }): Address => ({ endpoint: place, starttls })),
]);
