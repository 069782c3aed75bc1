/**
 * Subject alternative names (RFC 5280 §4.2.1.6), as values: `dns`, `email`, `uri` and `upn` exactly as the manifest writes
 * them, the others in one canonical text each, so that equal names are equal strings: `ip` dotted, or as RFC 5952 has it;
 * `otherName` with its value in lower-case hex or as text; `dirName` as RFC 4514 has it.
 */
export type SanKind = 'dns' | 'ip' | 'uri' | 'email' | 'upn' | 'otherName' | 'dirName' | 'registeredID';

/** One name; `value` has no kind in front. */
export interface San {
  readonly kind: SanKind;
  readonly value: string;
}

/** `dns:api.example.test`: one string per SAN, for sets, comparison and display. */
export function sanText(san: San): string {
  return `${san.kind}:${san.value}`;
}
