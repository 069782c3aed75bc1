/** Certificates that another engine issued, before they are judged. */
import type { EntityId } from '../../pki/entity.ts';
import type { KeyId } from '../../x509/facts.ts';

/** One of them. */
export interface SampleCertificate {
  /** Where it comes from: a path, or what was asked. */
  readonly from: string;
  /** DER: the leaf, then what stands behind it. */
  readonly chain: readonly [Uint8Array, ...Uint8Array[]];
  /** The entity that it was asked for. Absent: it is found out. */
  readonly entity?: EntityId;
  /** The key that it was asked for. */
  readonly keyId?: KeyId;
}

/** Where there was to be one and is none, and why. */
export interface MissingSample {
  readonly from: string;
  readonly entity: EntityId | null;
  /** In words of the engine, or of a reader. */
  readonly detail: string;
}

/** What a place gave. */
export interface Samples {
  readonly certificates: readonly SampleCertificate[];
  readonly missing: readonly MissingSample[];
}
