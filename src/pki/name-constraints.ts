/** Which names the certificates below a CA may have (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  /**
   * Subtrees as names are written (`dns:example.test`), addresses with their mask: `ip:10.0.0.0/8`. A name of a kind that is
   * here has to be in one of that kind.
   */
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
}
