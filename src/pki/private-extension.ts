/** An extension that has no field of its own in a manifest: what it means is known to those who read it. */
export interface PrivateExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** Hex of the DER of its value. */
  readonly der: string;
}

/** Whether an entity's certificate is for programs that know an extension which verifiers of TLS refuse (RFC 5280 §4.2). */
export function hasCriticalPrivate({
  extensions = [],
}: {
  readonly extensions?: readonly PrivateExtension[];
}): boolean {
  return extensions.some(({ critical }) => critical);
}
