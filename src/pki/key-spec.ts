/** What kind of key an entity has. Sizes in bits, curves by their NIST names (SP 800-186). */
export type Curve = 'P-256' | 'P-384' | 'P-521';

/** Algorithm and strength: RSA by the bits of its modulus, ECDSA by its curve. */
export type KeySpec =
  | { readonly algorithm: 'rsa'; readonly size: number }
  | { readonly algorithm: 'ecdsa'; readonly curve: Curve }
  | { readonly algorithm: 'ed25519' }
  | { readonly algorithm: 'ed448' };

/** The short form of the manifest: `rsa-3072`, `ecdsa-p256`, `ed25519`. */
export function keySpecText(spec: KeySpec): string {
  if (spec.algorithm === 'rsa') return `rsa-${spec.size}`;
  if (spec.algorithm === 'ecdsa') return `ecdsa-${spec.curve.toLowerCase().replace('-', '')}`;
  return spec.algorithm;
}
