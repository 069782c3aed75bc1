/** Where a password comes from. The password itself is never part of a manifest, a plan or an inventory. */
export type SecretSource =
  /** A variable of the environment of `pki`. */
  | { readonly kind: 'env'; readonly name: string }
  /** A file, relative to the manifest's folder and below it. */
  | { readonly kind: 'file'; readonly path: string };

/** As a manifest writes it: `env:P12_PASSWORD`. */
export function secretSourceText(source: SecretSource): string {
  return source.kind === 'env' ? `env:${source.name}` : `file:${source.path}`;
}

/** Why there is no password. */
export type SecretFault =
  | { readonly kind: 'unset' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'missing' }
  /** A link leads out of the manifest's folder. */
  | { readonly kind: 'leads-out' }
  /** More than one line: programs take the first, or all of them. */
  | { readonly kind: 'lines' }
  | { readonly kind: 'unreadable'; readonly code: string };
