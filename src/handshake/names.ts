/** The names that a client can ask of a server's certificate, and one that it must not find there. */

import type { Entity } from '../pki/entity.ts';
import { commonName } from '../pki/subject.ts';

const PROBE_LABEL = 'probe';
const WRONG_LABEL = 'wrong-name';

/**
 * What a client would type to reach this server: DNS names and IP addresses. URI and e-mail names are no server
 * names (RFC 9525 §6.1 compares DNS-ID and IP-ID; a SPIFFE ID is matched by the application).
 */
export function checkableNames(entity: Entity): readonly string[] {
  const names = entity.san.filter(({ kind }) => kind === 'dns' || kind === 'ip');
  return [...new Set(names.map(({ value }) => concrete(value)))];
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
  const carried = carriedNames(entity);
  let name = `${WRONG_LABEL}.invalid`;
  while (carried.some((pattern) => covers(pattern, name))) name = `${WRONG_LABEL}.${name}`;
  return name;
}

/** The common name counts too: Node, like old clients, falls back on it where no DNS name is present. */
function carriedNames(entity: Entity): readonly string[] {
  const dns = entity.san.filter(({ kind }) => kind === 'dns').map(({ value }) => value);
  return [...dns, commonName(entity.subject) ?? ''].map((name) => name.toLowerCase());
}

function covers(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  return pattern.includes('*') && pattern.split('.').length === name.split('.').length;
}
