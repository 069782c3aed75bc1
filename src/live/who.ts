/** Under which names an entity is reached. */
import type { EndEntity } from '../pki/entity.ts';

/** Whether a host is among its SANs; a wildcard stands for one label (RFC 9525 §6.3). */
export function isNamed({ san }: EndEntity, host: string): boolean {
  const wanted = host.toLowerCase();
  const above = wanted.replace(/^[^.]*/, '*');
  return san.some(({ kind, value }) => {
    const name = value.toLowerCase();
    return name === wanted || (kind === 'dns' && name === above);
  });
}

/** Those that can be asked for: a wildcard is none. */
export function dnsNamesOf({ san }: EndEntity): readonly string[] {
  return san.flatMap(({ kind, value }) => (kind === 'dns' && !value.startsWith('*') ? [value] : []));
}
