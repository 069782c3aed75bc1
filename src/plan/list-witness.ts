/** What is known of revocation lists beyond their files: what was recorded, and which keys of before are still here. */
import type { Revoked } from '../pki/revocation.ts';

/** The last revocation list of an authority, and all that is on it; seconds since 1970. */
export interface KnownList {
  readonly number: bigint;
  readonly thisUpdate: number;
  readonly entries: readonly Revoked[];
}

/** A key that was replaced, and is in the archive with its certificate. */
export interface ArchivedSigner {
  /** The name of their folder. */
  readonly set: string;
  /** The kind of key: `ecdsa-p256`. */
  readonly spec: string;
}
