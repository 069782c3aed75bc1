/** Where a secret comes from, as an option names it: never the secret itself. */
import type { SecretSource } from '../pki/secret-source.ts';

/** Sources that are there without an answer. */
export type NamedSource = Extract<SecretSource, { readonly kind: 'env' | 'file' }>;

/** `null` for anything else, which may be the secret itself, and is not repeated. */
export function sourceIn(text: string): NamedSource | null {
  const [, kind, value = ''] = /^(env|file):(.+)$/s.exec(text) ?? [];
  if (kind === 'env' && /^[A-Za-z_]\w*$/.test(value)) return { kind, name: value };
  return kind === 'file' ? { kind, path: value } : null;
}
