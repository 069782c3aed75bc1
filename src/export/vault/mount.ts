/** Where in OpenBao or Vault an authority is: a mount of its own. */
import type { IssuingAuthority } from '../authority.ts';

/** `pki-services`. */
export function mountOf({ slug }: Pick<IssuingAuthority, 'slug'>): string {
  return `pki-${slug}`;
}

/** How long what it issues may last: as long as its longest role, and not the 32 days that are built in. */
function longest({ leaves }: IssuingAuthority): string {
  return `${leaves.reduce((most, { ttl }) => Math.max(most, ttl), 1)}s`;
}

/** To make the mount. */
export function mountData(authority: IssuingAuthority): object {
  return { type: 'pki', description: authority.entity.id, config: { max_lease_ttl: longest(authority) } };
}

/** To set it, where it is there already. */
export function tuneData(authority: IssuingAuthority): object {
  return { description: authority.entity.id, max_lease_ttl: longest(authority) };
}
