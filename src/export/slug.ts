/**
 * Names of entries as other engines take them: what Kubernetes allows in a label (RFC 1123) is allowed everywhere, in paths,
 * mounts, roles and labels of Terraform.
 */
import type { EntityId } from '../pki/entity.ts';
import { sha256 } from '../x509/public-key.ts';

/** `servers/api` as `servers-api`. Equal only for equal entries: one that is written otherwise gets a digest. */
export function slugOf(id: EntityId): string {
  const [section = '', name = ''] = id.split('/');
  return `${section}-${nameSlug(name)}`;
}

/** The name of an entry by itself: `services`. */
export function nameSlug(name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name) && !/-[0-9a-f]{10}$/.test(name)) return name;
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const short = plain.slice(0, 28).replace(/^-|-$/g, '');
  return `${short === '' ? 'x' : short}-${sha256(Buffer.from(name)).slice(0, 10)}`;
}
