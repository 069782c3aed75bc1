/** An extension that has no field of its own in a manifest: what it means is known to those who read it. */
export interface PrivateExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** Hex of the DER of its value. */
  readonly der: string;
}
