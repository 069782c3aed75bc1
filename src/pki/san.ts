/**
 * Subject alternative names (RFC 5280 §4.2.1.6), as values: `dns`, `email` and `uri` exactly as the manifest writes
 * them, `ip` in canonical text (dotted IPv4; IPv6 as RFC 5952), so that equal addresses are equal strings.
 */
export type SanKind = 'dns' | 'ip' | 'uri' | 'email';

/** One name; `value` has no kind in front. */
export interface San {
  readonly kind: SanKind;
  readonly value: string;
}

/** `dns:api.example.test`: one string per SAN, for sets, comparison and display. */
export function sanText(san: San): string {
  return `${san.kind}:${san.value}`;
}
