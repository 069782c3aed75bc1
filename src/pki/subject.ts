/**
 * A distinguished name as an ordered list of attributes, one per RDN. Types are the short names of RFC 4519 §2 that the
 * manifest allows, most general first: as RFC 4514 has them from the other end, and as openssl and every CA write them.
 */
export const ATTRIBUTE_TYPES = ['C', 'ST', 'L', 'O', 'OU', 'CN'] as const;
/** One of them. */
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

/** One attribute and its text, as the manifest has it: nothing is escaped. */
export interface Attribute {
  readonly type: AttributeType;
  readonly value: string;
}

/** A whole name; the common name, where there is one, is the last attribute. */
export type Subject = readonly Attribute[];

/** `C=SE, O=Example Org, CN=api`, for people; never parsed back. */
export function subjectText(subject: readonly { readonly type: string; readonly value: string }[]): string {
  return subject.map(({ type, value }) => `${type}=${value}`).join(', ');
}

/** Text of the CN, or `undefined` where a name has none. */
export function commonName(subject: Subject): string | undefined {
  return subject.find(({ type }) => type === 'CN')?.value;
}
