/** What kind of key an entity has. */

/** NIST's names of the curves (SP 800-186). */
export const CURVES = ['P-256', 'P-384', 'P-521'] as const;
/** One of them. */
export type Curve = (typeof CURVES)[number];

/** Post-quantum keys, by the parameter sets of FIPS 204. */
export const ML_DSA = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;
/** One of them. */
export type MlDsa = (typeof ML_DSA)[number];

/** Algorithm and strength: RSA by the size of its modulus in bits, ECDSA by its curve. */
export type KeySpec =
  | { readonly algorithm: 'rsa'; readonly size: number }
  /** Of RSASSA-PSS: it does nothing but that (RFC 4055 §1.2). */
  | { readonly algorithm: 'rsa-pss'; readonly size: number }
  | { readonly algorithm: 'ecdsa'; readonly curve: Curve }
  | { readonly algorithm: 'ed25519' }
  | { readonly algorithm: 'ed448' }
  /** FIPS 204. */
  | { readonly algorithm: MlDsa };

/** The short form of the manifest: `rsa-3072`, `ecdsa-p256`, `ed25519`. */
export function keySpecText(spec: KeySpec): string {
  if ('size' in spec) return `${spec.algorithm}-${spec.size}`;
  if (spec.algorithm === 'ecdsa') return `ecdsa-${spec.curve.toLowerCase().replace('-', '')}`;
  return spec.algorithm;
}

/** Bits of an RSA key of either kind, which take long to find; `null` for other keys. */
export function rsaSize(spec: KeySpec): number | null {
  return 'size' in spec ? spec.size : null;
}

/** Whether keys of that kind, in its short form, take OpenSSL 3.5. */
export function isMlDsa(kind: string): kind is MlDsa {
  return ML_DSA.some((one) => one === kind);
}
