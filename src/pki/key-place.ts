/** Where the private key of an entity is, if it is not in its folder. */
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from './artifact.ts';

/** Elsewhere: nothing here makes it, and nothing here signs with it. */
export type KeyPlace =
  /** On a machine of its own: what an authority has to sign is brought there, and comes back. */
  { readonly kind: 'offline' };

/** Files that take the private key to make: those that hold it, and those that prove that it is there. */
export const KEYED: ReadonlySet<Artifact> = new Set(
  ALL_ARTIFACTS.filter((artifact) => ARTIFACTS[artifact].secret || ['csr', 'public'].includes(artifact)),
);

/** Whether the key of an authority is on a machine of its own. */
export function isOffline({ keyPlace }: { readonly keyPlace?: KeyPlace }): boolean {
  return keyPlace?.kind === 'offline';
}
