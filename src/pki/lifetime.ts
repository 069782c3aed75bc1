/** How long certificates may live, in seconds. */

const YEAR = 365 * 86_400;

/** The longest that a manifest can ask for: every notAfter stays well inside four-digit years (RFC 5280 §4.1.2.5.2). */
export const LONGEST_LIFETIME = 100 * YEAR;
