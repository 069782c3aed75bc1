/** The names that a client can ask of a server's certificate, and one that it must not find there. */

import { isIP } from 'node:net';
import type { Entity } from '../pki/entity.ts';
import type { SanKind } from '../pki/san.ts';
import { commonName } from '../pki/subject.ts';

const PROBE_LABEL = 'probe';
const WRONG_LABEL = 'wrong-name';

/**
 * What a client asks of this server: DNS names and IP addresses, of which it types one (RFC 9525 §6.1). A server that has
 * none is known by its URIs, which the application compares whole (SPIFFE X509-SVID §5.2). E-mail names are no server names.
 */
export function checkableNames(entity: Entity): readonly string[] {
  const names = valuesOf(entity, 'dns', 'ip');
  return [...new Set(names.length === 0 ? valuesOf(entity, 'uri') : names.map(concrete))];
}

/** Whether clients know it by nothing but its URIs. */
export function isKnownByUri(entity: Entity): boolean {
  return valuesOf(entity, 'dns', 'ip').length === 0 && valuesOf(entity, 'uri').length > 0;
}

/** Whether such a name is a URI: neither a DNS name nor, but for IPv6, an address has a colon. */
export function isUri(name: string): boolean {
  return name.includes(':') && isIP(name) === 0;
}

function valuesOf({ san }: Entity, ...kinds: readonly SanKind[]): readonly string[] {
  return san.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value);
}

/** No one connects to `*.example.test`: a wildcard is checked through a name below it. */
function concrete(name: string): string {
  return name.replace('*', PROBE_LABEL);
}

/**
 * A name below `.invalid` (RFC 6761 §6.4: it never exists) that the certificate does not cover. A name or a wildcard
 * covers names of one depth only (RFC 9525 §6.3), so going deeper ends after at most one step per name.
 */
export function wrongName(entity: Entity): string {
  if (isKnownByUri(entity)) return wrongUri(valuesOf(entity, 'uri'));
  const carried = carriedNames(entity);
  let name = `${WRONG_LABEL}.invalid`;
  while (carried.some((pattern) => covers(pattern, name))) name = `${WRONG_LABEL}.${name}`;
  return name;
}

function wrongUri(carried: readonly string[]): string {
  let name = `spiffe://${WRONG_LABEL}.invalid`;
  while (carried.includes(name)) name = `${name}/${WRONG_LABEL}`;
  return name;
}

/** The common name counts too: Node, like old clients, falls back on it where no DNS name is present. */
function carriedNames(entity: Entity): readonly string[] {
  return [...valuesOf(entity, 'dns'), commonName(entity.subject) ?? ''].map((name) => name.toLowerCase());
}

function covers(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  return pattern.includes('*') && pattern.split('.').length === name.split('.').length;
}
