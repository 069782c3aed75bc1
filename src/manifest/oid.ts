/** Object identifiers in dotted decimal (X.660): at least two arcs, the first 0 to 2, the second below 40 under 0 and 1. */
export const OID_PATTERN =
  '^(?:[01]\\.(?:[1-3]?[0-9])|2\\.(?:0|[1-9][0-9]{0,37}))(?:\\.(?:0|[1-9][0-9]{0,37}))*$';

const OID = new RegExp(OID_PATTERN);

/** openssl reads no OID whose text is longer. */
const LONGEST = 128;

/** Whether a text is one that DER and openssl can write. */
export function isOid(text: string): boolean {
  return text.length <= LONGEST && OID.test(text);
}
